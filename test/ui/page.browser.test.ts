/** The page in a real browser, on the fake lab: what visitors can do with mouse, keyboard and another language. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import '../../src/ui/app';
import { setLocale } from '../../src/ui/preferences';
import { LabState } from '../../src/ui/state/lab-state';
import '../../src/ui/styles/page.css';
import { fakeLab, type FakeOptions } from './fakeLab';

let state: LabState;

const find = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector);
const shown = <T extends HTMLElement>(selector: string) =>
  vi.waitFor(
    () => {
      const element = find<T>(selector);
      if (!element) throw new Error(`${selector} is not on the page`);
      return element;
    },
    { timeout: 10_000 },
  );
const click = async (selector: string) => (await shown(selector)).click();

async function open(options: FakeOptions = {}): Promise<void> {
  if (location.hash) {
    const moved = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
    location.hash = '';
    await moved;
  }
  const app = document.createElement('tg-app');
  document.body.append(app);
  state = new LabState(fakeLab({ tick: 0, stepMilliseconds: 5, ...options }));
  app.start(state);
  void state.open();
}

const prepared = async () => {
  await click('[data-action="start-sample"]:not([disabled])');
  await shown('[data-action="start"]:not([disabled])');
};

beforeEach(() => setLocale('en'));
afterEach(() => {
  state.cancel('run');
  find('tg-app')?.remove();
});

describe('the page', () => {
  test('two clicks lead from opening to a falling loss', async () => {
    await open();
    await prepared();
    await click('[data-action="start"]');
    await vi.waitFor(() => expect(state.run!.newTokenLoss.length).toBeGreaterThan(30), { timeout: 10_000 });
    const { newTokenLoss } = state.run!;
    expect(newTokenLoss.at(-1)!).toBeLessThan(newTokenLoss[0]!);
    await shown('tg-chart canvas');
  });

  test('where the time of a step goes is measured on click, and locked while a run goes on', async () => {
    await open();
    await prepared();
    await click('[data-action="measure-step"]:not([disabled])');
    const row = await shown('[data-part="linear"]');
    expect(row.textContent).toContain('40.0 %');
    expect(find('[data-panel="step-profile"]')!.textContent).toContain('40 % of it outside matrix products');
    await click('[data-action="start"]');
    await shown('[data-action="measure-step"][disabled]');
    setLocale('zh-Hans');
    await vi.waitFor(() => expect(find('[data-panel="step-profile"]')!.textContent).toContain('线性层'));
  });

  test('the charts of Diagnose and Train save from their headers', async () => {
    const saved: string[] = [];
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    await open();
    await prepared();
    const save = async (panel: string, name: string) => {
      (await shown(`[data-panel="${panel}"] [data-save="svg"]`)).click();
      await vi.waitFor(() => expect(saved.at(-1)).toBe(name));
    };
    location.hash = '#diagnose';
    await save('frontier', 'how-far-to-go.svg');
    location.hash = '#train';
    (await shown('[data-action="start"]:not([disabled])')).dispatchEvent(new MouseEvent('click', { bubbles: true }));
    await shown('tg-chart canvas');
    await save('chart-bits', 'bits-per-byte-held-out.svg');
    click.mockRestore();
  });

  test('a GGUF file can be picked beside a folder', async () => {
    await open();
    await shown('[data-model]');
    const picked: string[][] = [];
    const openFolder = state.lab.openModelFolder.bind(state.lab);
    state.lab.openModelFolder = (files, onProgress) => {
      picked.push(files.map(({ name }) => name));
      return openFolder(files, onProgress);
    };
    const input = await shown<HTMLInputElement>('tg-drop-zone [data-pick="other"]');
    expect([input.accept, input.multiple]).toEqual(['.gguf', false]);
    const chosen = new DataTransfer();
    chosen.items.add(new File(['GGUF'], 'tiny.gguf'));
    input.files = chosen.files;
    input.dispatchEvent(new Event('change'));
    await vi.waitFor(() => expect(picked).toEqual([['tiny.gguf']]));
  });

  test('what is worth knowing of a model’s files is said where it is opened', async () => {
    await open();
    await shown('[data-model="rootstock"]');
    expect(find('[data-note]')).toBeNull();
    const openFolder = state.lab.openModelFolder.bind(state.lab);
    state.lab.openModelFolder = async (files, onProgress) => ({
      ...(await openFolder(files, onProgress)),
      notes: [
        { kind: 'tokens-without-rows', tokens: [{ id: 262144, text: '<image_soft_token>' }], embeddingRows: 262144 },
        { kind: 'made-tokenizer', from: ['tokenizer.model'], like: 'LlamaTokenizer' },
      ],
    });
    await state.openModelFolder([]);
    expect((await shown('[data-note="tokens-without-rows"]')).textContent).toContain('<image_soft_token> (262144)');
    expect((await shown('[data-note="made-tokenizer"]')).textContent).toContain('tokenizer.model');
  });

  test('words that cannot be added are named beside the vocabulary', async () => {
    await open();
    const build = state.lab.buildVocabulary.bind(state.lab);
    state.lab.buildVocabulary = async (choice, onProgress) => ({
      ...(await build(choice, onProgress)),
      refused: ['Größe', 'Straße'],
    });
    await prepared();
    location.hash = '#vocabulary';
    expect((await shown('[data-refused]')).textContent).toBe('Größe, Straße');
  });

  test('a model of the Hub is looked up, shown, downloaded, kept and removed, each on a click', async () => {
    await open();
    await shown('[data-model="rootstock"]');
    await click('#source-hub');
    const field = await shown<HTMLInputElement>('[data-hub] input[name="id"]');
    expect(find('[data-requests="elsewhere"]')!.textContent).toBe('0');
    const lookUp = async (id: string) => {
      field.value = id;
      field.dispatchEvent(new Event('input'));
      await click('[data-action="look-up"]:not([disabled])');
    };
    await lookUp('lab/gated');
    expect((await shown('[data-hub] [role="alert"]')).textContent).toContain('The Hub does not give you this model.');
    await lookUp('lab/ggufs');
    expect((await shown('[data-choices]')).textContent).toContain('a.gguf');
    await lookUp('lab/tiny');
    const preview = await shown('[data-preview="lab/tiny"]');
    for (const fact of [/LlamaForCausalLM/, /apache-2.0/, /1(\.00?)?\sMB in 2 files/, /1234567890ab/])
      expect(preview.textContent).toMatch(fact);
    expect(find('[data-model="tiny"]')).toBeNull();
    await click('[data-action="download-model"]:not([disabled])');
    await shown('[data-model="tiny"]');
    expect(find('[data-requests="elsewhere"]')!.textContent).toBe('9');
    await shown('[data-cached="lab/tiny"]');
    await click('[data-action="remove-cached"]:not([disabled])');
    await vi.waitFor(() => expect(find('[data-cached]')).toBeNull());
  });

  test('a token is kept in no storage of the browser', async () => {
    await open();
    await shown('[data-model="rootstock"]');
    await click('#source-hub');
    const field = await shown<HTMLInputElement>('[data-hub] input[name="token"]');
    expect([field.type, field.autocomplete]).toEqual(['password', 'off']);
    field.value = 'hf_secret';
    field.dispatchEvent(new Event('input'));
    expect(state.hub.token).toBe('hf_secret');
    const stored = [localStorage, sessionStorage].flatMap((storage) => Object.values({ ...storage }));
    expect([...stored, document.cookie, location.href].join()).not.toContain('hf_secret');
  });

  test('pause, one step, resume and stop do what they say', async () => {
    await open();
    await prepared();
    await click('[data-action="start"]');
    await click('[data-action="pause"]:not([disabled])');
    await shown('[data-run="paused"]');
    const at = state.run!.status.step;
    await click('[data-action="step"]:not([disabled])');
    await vi.waitFor(() => expect(state.run!.status.step).toBe(at + 1));
    await click('[data-action="resume"]');
    await vi.waitFor(() => expect(state.run!.status.step).toBeGreaterThan(at + 3));
    await click('[data-action="stop"]:not([disabled])');
    await shown('[data-run="stopped"]');
  });

  test('a plan that does not fit is refused before the start, with the mode that would fit or the way to one', async () => {
    await open();
    await prepared();
    const rows = await shown<HTMLInputElement>('[data-setting="batchRows"]');
    rows.value = '400';
    rows.dispatchEvent(new Event('change'));
    const alert = await shown('tg-train-settings [role="alert"]');
    expect(alert.textContent).toContain('This plan does not fit.');
    expect(alert.textContent).toContain('Use fewer rows a step.');
    await vi.waitFor(() => expect(find<HTMLButtonElement>('[data-action="start"]')!.disabled).toBe(true));
  });

  test('a setting out of range is marked and not taken', async () => {
    await open();
    await prepared();
    const steps = await shown<HTMLInputElement>('[data-setting="steps"]');
    steps.value = '-3';
    steps.dispatchEvent(new Event('change'));
    expect(steps.hasAttribute('aria-invalid')).toBe(true);
    expect(state.settings!.steps).toBe(300);
  });

  test('a number explains itself to the keyboard and closes with Escape', async () => {
    await open();
    const number = await shown<HTMLButtonElement>('[data-panel="device"] button.n');
    number.focus();
    await vi.waitFor(() => expect(find('#pop')!.matches(':popover-open')).toBe(true));
    expect(number.getAttribute('aria-describedby')).toBe('pop');
    expect(find('#pop')!.textContent).toContain('SwiftShader');
    dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    expect(find('#pop')!.matches(':popover-open')).toBe(false);
  });

  test('the frontier moves by keyboard, and Vocabulary builds the chosen size', async () => {
    await open();
    await prepared();
    location.hash = 'diagnose';
    const slider = await shown<HTMLInputElement>('tg-frontier input[type="range"]');
    slider.dispatchEvent(new KeyboardEvent('keydown', { key: 'PageDown', bubbles: true }));
    await vi.waitFor(() => expect(find('[data-chosen]')!.dataset['chosen']).toBe('256'));
    location.hash = 'vocabulary';
    await vi.waitFor(() => expect(state.slots.vocabulary).toMatchObject({ value: { embeddingRowsAfter: 4352 } }));
  });

  test('of thousands of candidates only the rows that are seen are drawn', async () => {
    await open();
    await prepared();
    location.hash = 'vocabulary';
    const body = await shown('.vbody');
    body.scrollIntoView();
    await vi.waitFor(() => expect(body.querySelectorAll('.vrow').length).toBeGreaterThan(5));
    expect(body.querySelectorAll('.vrow').length).toBeLessThan(100);
    expect(find('.vt')!.getAttribute('aria-rowcount')).toBe('2049');
  });

  test('a candidate is turned down, one is added by hand, and both are taken back', async () => {
    await open();
    await prepared();
    location.hash = 'vocabulary';
    // Rows are drawn where they are seen.
    (await shown('.vbody')).scrollIntoView();
    const first = await shown('.vrow[data-in="true"]');
    const before = state.editor.counts!.newTokens;
    first.querySelector<HTMLButtonElement>('.mini.x')!.click();
    await vi.waitFor(() => expect(state.editor.choice.rejected).toHaveLength(1));
    await vi.waitFor(() => expect(find('.vrow.off')?.textContent).toContain('c1ccccc1'));
    const field = find<HTMLInputElement>('.by-hand input')!;
    field.value = ' pyridine';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await click('.by-hand button:not([disabled])');
    await vi.waitFor(() => expect(state.editor.counts!.byHand).toMatchObject([{ text: ' pyridine' }]));
    // What is built follows the choice once the changes pause.
    await vi.waitFor(() =>
      expect(state.slots.vocabulary).toMatchObject({ value: { embeddingRowsAfter: 4096 + before + 1 } }),
    );
    await click('[data-action="undo"]:not([disabled])');
    await click('[data-action="undo"]:not([disabled])');
    await vi.waitFor(() => expect(state.editor.counts!.newTokens).toBe(before));
    expect(state.editor.choice).toMatchObject({ rejected: [], added: [] });
    expect(state.editor.canUndo).toBe(false);
  });

  test('the size of the vocabulary moves with its slider and is counted at once', async () => {
    await open();
    await prepared();
    location.hash = 'vocabulary';
    const slider = await shown<HTMLInputElement>('#size');
    slider.value = '2';
    slider.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await vi.waitFor(() => expect(find('[data-size]')!.dataset['size']).toBe('256'));
    await vi.waitFor(() => expect(state.editor.counts!.newTokens).toBe(256));
  });

  test('rules are learned with when they are asked for, and not before', async () => {
    await open();
    await prepared();
    location.hash = 'vocabulary';
    await vi.waitFor(() => expect(state.slots.candidates.status).toBe('ready'));
    (await shown('.rules summary')).click();
    const button = await shown<HTMLButtonElement>('[data-action="learn-rules"]');
    expect(button.disabled).toBe(true);
    const change = (rule: string, value: string) => {
      const field = find<HTMLInputElement>(`[data-rule="${rule}"]`)!;
      field.value = value;
      field.dispatchEvent(new Event('change', { bubbles: true }));
    };
    change('minFrequency', '12');
    change('unit', 'line');
    change('maxPieceLength', '-3');
    await vi.waitFor(() => expect(button.disabled).toBe(false));
    expect(state.editor.way).toEqual({ method: 'continued' });
    // A number that cannot be is held back by the form itself.
    button.click();
    expect(state.editor.way).toEqual({ method: 'continued' });
    change('maxPieceLength', '');
    button.click();
    expect(state.editor.way).toEqual({ method: 'continued', rules: { minFrequency: 12, unit: 'line' } });
    await vi.waitFor(() => expect(state.slots.candidates.status).toBe('ready'));
    await vi.waitFor(() => expect(button.disabled).toBe(true));
  });

  test('without a GPU the page says so and Start stays off', async () => {
    await open({ available: false });
    await shown('[data-step="model"] [role="alert"]');
    await click('[data-action="start-sample"]:not([disabled])');
    await vi.waitFor(() => expect(state.slots.vocabulary.status).toBe('ready'));
    await vi.waitFor(() => expect(find<HTMLButtonElement>('[data-action="start"]')!.disabled).toBe(true));
  });

  test('Chinese replaces every visible word of the frame, and the page says which language it is in', async () => {
    await open();
    await prepared();
    await setLocale('zh-Hans');
    await vi.waitFor(() => expect(find('nav.rail')!.textContent).toContain('训练'));
    expect(document.documentElement.lang).toBe('zh-Hans');
    await vi.waitFor(() => expect(find('main')!.textContent).not.toMatch(/\b(Start|Settings|Steps|Ready)\b/));
  });

  test('the last run is offered and opens at its comparison', async () => {
    await open({ saved: true });
    await click('[data-action="open-last-run"]');
    await shown('[data-panel="arms"]');
    expect(find('h1')!.textContent).toContain('It paid');
  });

  test('what is taken away is chosen before it is written, and another choice takes the old proof away', async () => {
    await open({ saved: true });
    await click('[data-action="open-last-run"]');
    await shown('[data-panel="arms"]');
    location.hash = 'download';
    // That run trained whole embeddings: a delta would not be the trained model.
    expect((await shown<HTMLInputElement>('[data-form="delta"]')).disabled).toBe(true);
    expect(find('#export-delta-note')!.textContent).toContain('moved more than the new rows');
    await click('[data-form="scale"]');
    const types = await shown<HTMLSelectElement>('[data-setting="dtype"]');
    expect([...types.options].map(({ value }) => value)).toEqual(['source', 'F16', 'F32']);
    types.value = 'F16';
    types.dispatchEvent(new Event('change'));
    expect(state.exportChoice).toEqual({
      form: 'scale',
      dtype: 'F16',
      onnxDtype: 'f32',
      tokenizerClass: 'obeys',
    });
    await state.exportZip();
    await shown('[data-panel="proof"]');
    expect(state.slots.exported).toMatchObject({
      value: { fileName: 'rootstock-scale.zip', report: { form: 'scale' } },
    });
    await click('[data-form="model"]');
    await vi.waitFor(() => expect(find('[data-panel="proof"]')).toBeNull());
  });

  test('a class that AutoTokenizer would read otherwise can be kept in what is taken away', async () => {
    const reading = {
      kind: 'read-otherwise' as const,
      className: 'GPT2Tokenizer',
      text: 'in 2024',
      ids: [1, 2, 3],
      otherIds: [1, 4],
      differing: 3,
      probes: 12,
      canObey: true,
    };
    await open({ saved: true });
    const openSaved = state.lab.openSavedRun.bind(state.lab);
    state.lab.openSavedRun = async (onProgress) => {
      const opened = await openSaved(onProgress);
      return { ...opened, model: { ...opened.model, notes: [reading] } };
    };
    await click('[data-action="open-last-run"]');
    await shown('[data-panel="arms"]');
    location.hash = 'download';
    const choice = await shown<HTMLSelectElement>('[data-setting="tokenizerClass"]');
    expect(choice.value).toBe('obeys');
    choice.value = 'kept';
    choice.dispatchEvent(new Event('change'));
    expect(state.exportChoice.tokenizerClass).toBe('kept');
  });

  test('a delta opens with its base, the bundled model where none was chosen', async () => {
    await open();
    await shown('[data-model]');
    await click('#source-delta:not([disabled])');
    const input = await shown<HTMLInputElement>('[data-zone="delta"] input');
    const files = new DataTransfer();
    files.items.add(new File(['x'], 'delta.safetensors'));
    input.files = files.files;
    input.dispatchEvent(new Event('change'));
    await vi.waitFor(() => expect(state.slots.model).toMatchObject({ value: { name: 'rootstock-grafted' } }));
  });

  test('a folder trained elsewhere takes the place of the run and is measured', async () => {
    await open();
    await prepared();
    location.hash = 'compare';
    const input = await shown<HTMLInputElement>('[data-panel="elsewhere"] input');
    const files = new DataTransfer();
    files.items.add(new File(['x'], 'model.safetensors'));
    input.files = files.files;
    input.dispatchEvent(new Event('change'));
    await shown('[data-panel="arms"]');
    expect(state.run!.isOver).toBe(true);
    expect(state.slots.vocabulary).toMatchObject({ value: { embeddingRowsAfter: 4608 } });
  });
});
