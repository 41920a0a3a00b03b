/** The page in a real browser, on the fake lab: what visitors can do with mouse, keyboard and another language. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LabError } from '../../src/error';
import '../../src/ui/app';
import { setLocale } from '../../src/ui/preferences';
import { LabState, type Lab } from '../../src/ui/state/lab-state';
import '../../src/ui/styles/page.css';
import type { KeptExperiment } from '../../src/worker/index';
import { fakeLab, type FakeOptions } from './fakeLab';
import { click, find, shown } from './onPage';
import { until } from '../support/until';

let state: LabState;

/** @param options `lab`: one that an earlier visit has used. */
async function open({ lab, ...options }: FakeOptions & { readonly lab?: Lab } = {}): Promise<void> {
  if (location.hash) {
    const moved = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
    location.hash = '';
    await moved;
  }
  const app = document.createElement('tg-app');
  document.body.append(app);
  state = new LabState(lab ?? fakeLab({ tick: 0, stepMilliseconds: 5, ...options }));
  app.start(state);
  void state.open();
}

const prepared = async () => {
  await click('[data-action="start-sample"]:not([disabled])');
  await shown('[data-action="start"]:not([disabled])');
};

const steps = ['model', 'corpus', 'diagnose', 'vocabulary', 'train', 'compare', 'try', 'download'];
const at = async (step: string) => {
  location.hash = step;
  await shown(`main[data-step="${step}"]`);
};
const textOf = (selector: string) => find(selector)!.textContent!.replace(/\s+/g, ' ').trim();
const choose = (select: HTMLSelectElement, value: string | number) => {
  if (typeof value === 'number') select.selectedIndex = value;
  else select.value = value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
};

/** The experiment that Start runs, to its end, and the verdict's arm taken. */
const finished = async (options: FakeOptions = {}) => {
  await open(options);
  await prepared();
  await click('[data-action="start"]');
  await shown('[data-run="finished"]');
  await until(() => expect(state.hasTrained).toBe(true));
};

/** A lab that keeps an experiment of an earlier visit; `leave` ends that visit. */
const kept = async (leave?: () => Promise<void>): Promise<Lab> => {
  if (leave) {
    await open({ stepMilliseconds: 40 });
    await prepared();
    await click('[data-action="start"]');
    await leave();
  } else await finished();
  const { lab } = state;
  close();
  return lab;
};

const close = () => {
  state.cancel('run');
  find('tg-app')?.remove();
};

beforeEach(() => setLocale('en'));
afterEach(close);

describe('the page', () => {
  test('a step that has nothing yet shows what will stand there, and where to get it', async () => {
    await open();
    const next = {
      diagnose: '#corpus',
      vocabulary: '#diagnose',
      compare: '#train',
      tokens: '#train',
      download: '#train',
    };
    for (const [step, target] of Object.entries(next)) {
      location.hash = step;
      await shown('.ghost-table');
      expect(find('.empty a.btn')!.getAttribute('href'), step).toBe(target);
      const [rows, columns] = ['tbody tr', 'th'].map(
        (part) => document.querySelectorAll(`.ghost-table ${part}`).length,
      );
      expect(rows, step).toBeGreaterThanOrEqual(4);
      expect(columns, step).toBeGreaterThanOrEqual(3);
      if (step === 'diagnose') expect(textOf('.ghost-table')).toContain('Fragmentation Exposure, P10 Text budget');
      if (step === 'download') expect(textOf('.ghost-table')).toContain('model.safetensors tokenizer.json');
      expect(find('.ghost-table')!.getAttribute('aria-hidden')).toBe('true');
      location.hash = 'model';
      await until(() => expect(find('.ghost-table')).toBeNull());
    }
  });

  test('two clicks lead from opening to falling curves and a verdict against the old vocabulary', async () => {
    await open();
    await prepared();
    await click('[data-action="start"]');
    await shown('tg-chart canvas');
    await shown('[data-run="finished"]');
    const view = state.experiment!;
    expect(view.armNames).toEqual(['base', 'old vocabulary', 'continued, 512 tokens']);
    for (const arm of ['old vocabulary', 'continued, 512 tokens']) {
      const { loss, newTokenLoss, evaluations } = view.run({ arm, seed: 1 })!;
      expect(loss.length).toBeGreaterThan(10);
      expect(loss.at(-1)!).toBeLessThan(loss[0]!);
      expect(newTokenLoss.at(-1)!).toBeLessThan(newTokenLoss[0]!);
      expect(evaluations.at(-1)!.bitsPerByte!).toBeLessThan(evaluations[0]!.bitsPerByte!);
    }
    await click('.verdict a[href="#compare"], a.btn.main[href="#compare"]');
    await shown('tr[data-arm="base"]');
    expect(textOf('h1')).toMatch(
      /^Expand: 0\.13 fewer bits per byte than the old vocabulary, in \d+ % fewer tokens\.$/,
    );
  });

  test('the verdict names its control, the interval, and every arm on the same text', async () => {
    await finished();
    await at('compare');
    await shown('[data-panel="arms"]');
    expect(find('main')!.textContent).toContain('continued, 512 tokens against old vocabulary, the same bytes of text');
    expect(find('main')!.textContent).toContain('95\u00a0% interval');
    const rows = [...document.querySelectorAll<HTMLElement>('tr[data-arm]')];
    expect(rows.map(({ dataset: { arm, bits } }) => [arm, Number(Number(bits).toFixed(2))])).toEqual([
      ['base', 10.2],
      ['old vocabulary', 1.49],
      ['continued, 512 tokens', 1.36],
    ]);
    await shown('[data-panel="intervals"] svg');
    expect(find('[data-panel="advice"]')!.textContent).toContain('Take continued, 512 tokens.');
    const { bytes, reports } = {
      bytes: state.experiment!.cells.filter(({ arm }) => arm !== 'base').map((cell) => cell.bytes),
      reports: state.experiment!.report!.arms.map(({ heldOut }) => heldOut.bytes),
    };
    expect(new Set(bytes).size).toBe(1);
    expect(bytes[0]).toBe(state.experiment!.spec.budget.bytes);
    expect(new Set(reports).size).toBe(1);
  });

  test('how long a useful run is: before the start how often tokens would be seen, afterwards how the curves end', async () => {
    await open();
    await prepared();
    const planned = textOf('[data-panel="run-length"]');
    expect(planned).toMatch(/continued, 512 tokens \d+ of 512 new tokens would be seen 100 times or more in [\d.]+ KB/);
    expect(planned).toMatch(/Until nine of ten are, it takes [\d.]+ KB, or fewer tokens\./);
    await click('[data-action="start"]');
    await shown('[data-run="finished"]');
    await until(() => expect(textOf('[data-panel="run-length"]')).toContain('from what was measured'));
    const measured = textOf('[data-panel="run-length"]');
    expect(measured).toMatch(
      /old vocabulary At its end the curve falls by about 0\.\d+ bits per byte each time the text doubles; from so few/,
    );
    expect(measured).toMatch(/continued, 512 tokens At its end .* \d+ of 512 new tokens were seen 100 times or more\./);
    await at('compare');
    const { bytes } = state.experiment!.spec.budget;
    expect((await shown('[data-panel="advice"]')).textContent).toContain('Twice the text');
    await click('[data-action="longer"]');
    await shown('[data-step="train"] [data-run="running"], [data-step="train"] [data-run="finished"]');
    expect(state.experiment!.spec.budget.bytes).toBe(2 * bytes!);
  });

  test('an answer comes on the way, on Train and on Compare, and gives way to the verdict', async () => {
    await open({ stepMilliseconds: 60 });
    await prepared();
    await click('[data-action="start"]');
    await until(() => expect(textOf('h1')).toMatch(/^After \d+\s% of the training: 0\.\d\d fewer bits per byte/));
    await click('[data-action="pause"]:not([disabled])');
    const held = '[data-panel="arms-grid"] [data-state="paused"]';
    await until(() => expect(document.querySelectorAll(held)).toHaveLength(2));
    await at('compare');
    const rows = () => [...document.querySelectorAll<HTMLElement>('[data-panel="intervals"] .iv-row')];
    await until(() =>
      expect(rows().map(({ dataset }) => dataset['arm'])).toEqual(['continued, 512 tokens', 'old vocabulary']),
    );
    expect(rows()[0]!.dataset['kind']).toBe('interval');
    expect(textOf('h1')).toMatch(/^After/);
    expect(textOf('[data-panel="prediction"]')).toContain('not yet');
    expect(find('[data-panel="arms"]')).toBeNull();
    await at('train');
    await click('[data-action="resume"]:not([disabled])');
    await until(() => expect(textOf('h1')).toMatch(/^Expand:/));
  });

  test('equal compute is a second reading, without an interval; what the arms cost stands beside', async () => {
    await finished();
    await at('compare');
    const graft = '[data-panel="intervals"] [data-arm="continued, 512 tokens"]';
    await until(() => expect(find(graft)!.dataset['kind']).toBe('interval'));
    const bars = () => [...document.querySelectorAll<HTMLElement>('[data-panel="intervals"] .iv-row')];
    expect(bars().map(({ dataset }) => dataset['arm'])).toEqual(['continued, 512 tokens', 'old vocabulary', 'base']);
    const [, compute] = document.querySelectorAll<HTMLElement>('[data-panel="intervals"] .seg button');
    compute!.click();
    await until(() => expect(find(graft)!.dataset['kind']).toBe('value'));
    const { difference } = state.experiment!.report!.comparisons[0]!.equalCompute!;
    expect(find(graft)!.textContent).toContain(`−${Math.abs(difference).toFixed(2)}`);
    expect(textOf('[data-panel="intervals"]')).toContain('Equal text decides.');

    for (const word of ['Bits per byte', 'P10', 'Break-even', 'Bootstrap'])
      expect(find('[data-panel="glossary"]')!.textContent).toContain(word);
    const costs = await shown('[data-panel="costs"]');
    const rows = [...costs.querySelectorAll('tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent!.trim()),
    );
    const [names, ...arms] = rows;
    expect(arms.map(([arm]) => arm)).toEqual(['old vocabulary', 'continued, 512 tokens']);
    const value = (name: string) => arms.map((cells) => cells[names!.findIndex((each) => each.startsWith(name))]!);
    expect(value('New parameters')).toEqual(['0', '131\u00a0K']);
    const [before, after] = value('Bytes in').map((text) => Number(text.replace(',', '')));
    expect(after! / before!).toBeCloseTo(1 / 0.55, 1);
    const flops = value('TFLOP computed').map(Number);
    expect(flops[1]!).toBeLessThan(flops[0]!);
  });

  test('arms that differ in size stand in a dose curve, and a size can be looked at', async () => {
    await open();
    await prepared();
    await click('[data-preset="how-many-tokens"]');
    await until(() => expect(state.desk.preset).toBe('how-many-tokens'));
    await click('[data-action="start"]');
    await shown('[data-run="finished"]');
    await at('compare');
    const keys = await shown<HTMLInputElement>('tg-dose .chart-keys');
    expect(keys.max).toBe('3');
    keys.value = '3';
    keys.dispatchEvent(new Event('input'));
    await until(() => expect(textOf('[data-panel="dose-chosen"] h2')).toBe('1,024 new tokens'));
    expect(textOf('[data-panel="dose-chosen"]')).toMatch(/Starved \d+ of 1,024/);
    expect(textOf('[data-panel="dose-text"]')).toMatch(/16 new tokens enough now.*1,024 new tokens \d+ KB/);
    await click('[data-action="take-size"]:not([disabled])');
    await until(() => expect(state.desk.taken?.arm).toBe('continued, 1024 tokens'));
  });

  test('on Train the specification opens, and another experiment can be chosen in it', async () => {
    await open();
    await prepared();
    await click('[data-action="open-spec"]');
    await shown('[data-preset-spec="quick-answer"][aria-pressed="true"]');
    await click('[data-preset-spec="how-many-tokens"]');
    await shown('[data-preset-spec="how-many-tokens"][aria-pressed="true"]');
    await click('[data-action="use-spec"]:not([disabled])');
    await until(() => expect(Object.keys(state.desk.ownSpec?.arms ?? {})).toContain('continued, 1024 tokens'));
  });

  test('an experiment that another tab runs is said to be one, and can be gone on with when that tab is done', async () => {
    const lab = fakeLab({ tick: 0, stepMilliseconds: 5 });
    const { runExperiment } = lab;
    let isHeld = true;
    lab.runExperiment = async (...call) => {
      if (isHeld) throw new LabError('lab/in-use', 'Another run works on it.', 'Take experiment.lock away.');
      return runExperiment(...call);
    };
    await open({ lab });
    await prepared();
    await click('[data-action="start"]');
    const alert = await shown('.alert.warn');
    expect(textOf('h1')).toBe('This experiment runs in another tab.');
    expect(textOf('.prog')).toContain('0 of 2 trainings done');
    expect(alert.textContent).toContain('Wait for it or stop it there');
    expect(find('main')!.textContent).not.toContain('experiment.lock');
    isHeld = false;
    await click('[data-action="start"]:not([disabled])');
    await shown('[data-run="finished"]');
  });

  test('what another tab runs cannot be deleted, and a deletion that is refused is told', async () => {
    const lab = await kept();
    const [one] = (await lab.experiments()).kept;
    const listing = (each: KeptExperiment) => async () => ({ kept: [each], unreadable: [] });
    lab.experiments = listing({ ...one!, isRunning: true, savedAt: '' });
    await open({ lab });
    expect((await shown('[data-offer]')).textContent).toContain('This experiment runs in another tab.');
    expect(find('[data-action="go-on-last-run"]')).toBeNull();
    location.hash = 'runs';
    expect((await shown<HTMLButtonElement>('[data-action="delete"]')).disabled).toBe(true);
    expect(textOf('.run-list')).toContain('running');
    expect(textOf('.run-list')).not.toContain('ago');
    close();
    // It began after the list was read.
    lab.experiments = listing(one!);
    lab.removeExperiment = () =>
      Promise.reject(new LabError('lab/in-use', 'A run works on this experiment.', 'Stop it.'));
    await open({ lab });
    location.hash = 'runs';
    await click('[data-action="delete"]:not([disabled])');
    await at('corpus');
    location.hash = 'runs';
    const alert = await shown('.alert.warn');
    expect(alert.textContent).toContain('was not deleted');
    expect(state.kept.present).toHaveLength(1);
  });

  test('where the new tokens gain nothing it says so, and the old vocabulary can be had alone', async () => {
    await finished({ experiment: { bits: (arm) => (arm === 'base' ? 10 : arm === 'old vocabulary' ? 1.4 : 1.6) } });
    await at('compare');
    await shown('[data-panel="advice"]');
    expect(textOf('h1')).toMatch(/^Do not expand: 0\.20 more bits per byte/);
    await click('[data-action="adapt-only"]');
    await shown('[data-step="train"] [data-preset="adapt-only"][aria-checked="true"]');
    await click('[data-action="start"]:not([disabled])');
    await until(() => expect(state.experiment!.armNames).toEqual(['base', 'old vocabulary']));
    await shown('[data-step="train"] [data-run="finished"]');
  });

  test('an arm that diverges ends alone, and is not called a gain', async () => {
    await finished({ experiment: { diverging: ['continued, 512 tokens'] } });
    const view = state.experiment!;
    expect(view.cells.map(({ arm, state: now }) => [arm, now])).toEqual([
      ['base', 'finished'],
      ['old vocabulary', 'finished'],
      ['continued, 512 tokens', 'diverged'],
    ]);
    expect(textOf('h1')).not.toMatch(/^(Expand|Do not expand)/);
    expect(state.desk.taken).toEqual({ arm: 'old vocabulary', seed: 1 });
  });

  test('nothing on any step says that the vocabulary paid', async () => {
    await finished();
    for (const step of steps) {
      await at(step);
      await shown('main h1');
      expect(find('tg-app')!.textContent).not.toMatch(/\bpaid\b/i);
    }
  });

  test('another experiment can be chosen, with its arms and its time', async () => {
    await open();
    await prepared();
    const cards = [...document.querySelectorAll<HTMLElement>('[data-preset]')];
    expect(cards.map(({ dataset }) => dataset['preset'])).toEqual([
      'quick-answer',
      'should-i-expand',
      'how-many-tokens',
      'which-start',
      'adapters-or-everything',
      'adapt-only',
    ]);
    for (const card of cards) expect(card.textContent).toMatch(/\d+ arms, .*of text each; about .* here/);
    expect(cards.map((card) => card.getAttribute('aria-checked'))).toEqual([
      'true',
      ...Array.from({ length: 5 }, () => 'false'),
    ]);
    await click('[data-preset="adapt-only"]');
    await until(() => expect(find('[data-preset="adapt-only"]')!.getAttribute('aria-checked')).toBe('true'));
    await click('[data-action="start"]');
    await shown('[data-run="finished"]');
    expect(state.experiment!.armNames).toEqual(['base', 'old vocabulary']);
    expect(textOf('h1')).toContain('There is nothing to compare');
  });

  test('where the time of a step goes is measured on click, and locked while a run goes on', async () => {
    await open();
    await prepared();
    await click('[data-action="measure-step"]:not([disabled])');
    const row = await shown('[data-part="linear"]');
    expect(row.textContent).toContain('40.0\u00a0%');
    expect(find('[data-panel="step-profile"]')!.textContent).toContain('40\u00a0% of it outside matrix products');
    await click('[data-action="start"]');
    await shown('[data-action="measure-step"][disabled]');
    setLocale('zh-Hans');
    await until(() => expect(find('[data-panel="step-profile"]')!.textContent).toContain('线性层'));
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
      await until(() => expect(saved.at(-1)).toBe(name));
    };
    location.hash = '#diagnose';
    await save('frontier', 'how-far-to-go.svg');
    location.hash = '#train';
    (await shown('[data-action="start"]:not([disabled])')).dispatchEvent(new MouseEvent('click', { bubbles: true }));
    await shown('tg-chart canvas');
    await save('curves', 'bits-per-byte-held-out.svg');
    await save('chart-loss', 'loss-per-token.svg');
    await shown('[data-run="finished"]');
    location.hash = '#compare';
    await save('intervals', 'against-the-control.svg');
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
    await until(() => expect(picked).toEqual([['tiny.gguf']]));
  });

  test('a wrong file is said beside what stays open', async () => {
    await open();
    await prepared();
    state.lab.openCorpusFiles = () =>
      Promise.reject(new LabError('corpus/empty', 'a.txt holds no text.', 'Pick another.'));
    state.lab.openModelFolder = () =>
      Promise.reject(new LabError('checkpoint/missing-file', 'No config.json.', 'Pick it.'));
    await at('corpus');
    await state.openCorpusFiles([new File([''], 'a.txt')]);
    expect((await shown('.alert.bad')).textContent).toContain('a.txt holds no text.');
    expect(textOf('[data-stays]')).toBe(
      `${(state.slots.corpus as { value: { name: string } }).value.name} stays open.`,
    );
    expect(find('[data-panel="documents"]')).not.toBeNull();
    await at('model');
    await state.openModelFolder([]);
    expect((await shown('[data-stays]')).textContent).toBe('rootstock stays open.');
    expect(find('[data-model="rootstock"]')).not.toBeNull();
    await at('train');
    await shown('[data-action="start"]:not([disabled])');
  });

  test('a model that was refused does not stop the preparation with the one that stays open', async () => {
    await open();
    await until(() => expect(state.slots.model.status).toBe('ready'));
    const { openModelFolder } = state.lab;
    state.lab.openModelFolder = () =>
      Promise.reject(new LabError('model/family', 'Mamba is not known.', 'Pick another.'));
    await state.openModelFolder([]);
    state.lab.openModelFolder = openModelFolder;
    await at('train');
    expect(textOf('h1')).toBe('Nothing to train yet.');
    expect(find('[data-step="train"] .alert.bad')).toBeNull();
    await state.openCorpusFiles([new File(['CCO'], 'a.smi')]);
    expect((await shown('.empty a.btn')).getAttribute('href')).toBe('#diagnose');
    await state.diagnose();
    await until(() => expect(find('.empty a.btn')?.getAttribute('href') ?? '#vocabulary').toBe('#vocabulary'));
    expect(find('[data-step="train"] .alert.bad')).toBeNull();
  });

  test('another way to a vocabulary is looked at without losing the trained graft, used after saying so, and undone', async () => {
    await finished();
    const view = state.experiment;
    const candidates = () => until(() => expect(state.slots.candidates.status).toBe('ready'));
    await at('vocabulary');
    await candidates();
    [...document.querySelectorAll<HTMLButtonElement>('[data-panel="candidates"] .seg button')]
      .find(({ textContent }) => textContent.includes('Independent'))!
      .click();
    expect((await shown('tg-draft .alert')).textContent).toContain('Nothing has changed.');
    await candidates();
    expect(state.experiment).toBe(view);
    await click('[data-action="leave-draft"]');
    await until(() => expect(find('tg-draft .alert')).toBeNull());
    await candidates();
    state.chooseNewTokens(256);
    await click('[data-action="use-draft"]:not([disabled])');
    expect((await shown('[data-action="undo-draft"]')).closest('.alert')!.textContent).toContain('left this page');
    expect(state.experiment).toBeNull();
    await until(() => expect(state.slots.vocabulary.status).toBe('ready'));
    await click('[data-action="undo-draft"]');
    await until(() => expect(state.hasTrained).toBe(true));
    expect(state.experiment).toBe(view);
    await at('compare');
    await shown('[data-panel="arms"]');
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
    await until(() => expect(find('[data-cached]')).toBeNull());
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

  test('pause, resume and stop do what they say, and Start goes on', async () => {
    await open({ stepMilliseconds: 40 });
    await prepared();
    await click('[data-action="start"]');
    await click('[data-action="pause"]:not([disabled])');
    await shown('[data-run="paused"]');
    const { cells } = state.experiment!;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(state.experiment!.cells).toEqual(cells);
    const step = state.run!.status.step;
    await click('[data-action="resume"]');
    await until(() => expect(state.run!.status.step).toBeGreaterThan(step + 2));
    await click('[data-action="stop"]:not([disabled])');
    await shown('[data-run="stopped"]');
    expect(textOf('h1')).toBe('Stopped after 0 of 2 trainings; it goes on from here.');
    expect(textOf('[data-action="start"]')).toBe('Go on');
    await click('[data-action="start"]:not([disabled])');
    await shown('[data-run="finished"]');
    expect(textOf('h1')).toMatch(/^Expand:/);
  });

  test('while one runs, nothing that it is made of can be changed, and it is neither tried nor saved', async () => {
    await open({ stepMilliseconds: 40 });
    await prepared();
    await click('[data-action="start"]');
    await shown('[data-run="running"]');
    expect(find('[data-preset]')).toBeNull();
    expect(find('[data-setting]')).toBeNull();
    await at('try');
    expect((await shown('[data-step="try"] h1')) && find('[data-action="generate"]')).toBeNull();
    await at('download');
    expect((await shown('[data-step="download"] h1')) && find('[data-action="save-file"]')).toBeNull();
  });

  test('a plan that does not fit is refused before the start, with the mode that would fit or the way to one', async () => {
    // The control of new rows moves the old ones.
    let fitting: readonly string[] = ['new-rows', 'embeddings'];
    await open();
    const plans = state.lab.plans.bind(state.lab);
    const hint = 'Use fewer rows a step.';
    state.lab.plans = async (settings, newTokens) =>
      (await plans(settings, newTokens)).map((plan) =>
        fitting.includes(plan.mode)
          ? plan
          : { ...plan, fits: false, problems: [{ message: 'This plan needs 3 GiB.', hint }] },
      ) as Awaited<ReturnType<typeof plans>>;
    await click('[data-action="start-sample"]:not([disabled])');
    const alert = await shown('tg-train-settings [role="alert"]');
    expect(alert.textContent).toContain('This plan does not fit.');
    expect(alert.textContent).toContain('Use fewer rows a step.');
    await until(() => expect(find<HTMLButtonElement>('[data-action="start"]')!.disabled).toBe(true));
    expect(alert.querySelector('button')!.textContent).toContain('Use: New rows only');
    alert.querySelector('button')!.click();
    await shown('[data-action="start"]:not([disabled])');
    expect(state.settings!.mode).toBe('new-rows');
    expect(find('tg-train-settings [role="alert"]')).toBeNull();
    fitting = [];
    choose(find<HTMLSelectElement>('[data-setting="mode"]')!, 'embeddings');
    expect((await shown('tg-train-settings [role="alert"]')).querySelector('button')).toBeNull();
    await until(() => expect(find<HTMLButtonElement>('[data-action="start"]')!.disabled).toBe(true));
  });

  test('what may move and how new rows start go into every arm that Start runs', async () => {
    await open();
    await prepared();
    expect([...document.querySelectorAll('tg-train-settings input')]).toEqual([]);
    choose(await shown<HTMLSelectElement>('[data-setting="mode"]'), 'new-rows');
    choose(await shown<HTMLSelectElement>('[data-setting="init"]'), 'zero');
    await until(() => {
      const { arms } = state.desk.spec!;
      expect(arms['continued, 512 tokens']).toMatchObject({ start: 'zero', stages: [{ moves: { newRows: 0.003 } }] });
      expect(arms['old vocabulary']).toMatchObject({ stages: [{ moves: { oldRows: 0.003 } }] });
    });
  });

  test('weights that stay can be held rounded, which the specification says', async () => {
    await open();
    await prepared();
    choose(await shown<HTMLSelectElement>('[data-setting="frozen"]'), 'q8');
    await click('[data-action="start"]');
    await shown('[data-run="running"]');
    expect(state.experiment!.spec.frozenWeights).toBe('q8');
  });

  test('a setting that was changed just before Start is in what it runs', async () => {
    await open();
    const presets = state.lab.presets.bind(state.lab);
    state.lab.presets = async (...asked) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return presets(...asked);
    };
    await prepared();
    choose(await shown<HTMLSelectElement>('[data-setting="mode"]'), 'new-rows');
    await click('[data-action="start"]');
    await shown('[data-run="running"]');
    expect(state.experiment!.spec.arms['continued, 512 tokens']!.stages![0]!.moves).toEqual({ newRows: 0.003 });
  });

  test('a setting out of range is marked and not taken, and the next one that can be is', async () => {
    await open();
    await shown('[data-model]');
    await at('try');
    const field = await shown<HTMLInputElement>('[data-sampling="maxTokens"]');
    const type = (value: string) => {
      field.value = value;
      field.dispatchEvent(new Event('change'));
    };
    type('-3');
    expect(field.validity.valid).toBe(false);
    const asked: number[] = [];
    const generate = state.lab.generate.bind(state.lab);
    state.lab.generate = (options, onPiece, signal) => {
      asked.push(options.maxTokens);
      return generate(options, onPiece, signal);
    };
    await until(() => expect(find<HTMLButtonElement>('[data-action="generate"]')!.disabled).toBe(true));
    type('20');
    await click('[data-action="generate"]:not([disabled])');
    await until(() => expect(asked).toEqual([20]));
    await until(() => expect(state.tried).not.toBeNull());
  });

  test('a number explains itself to the keyboard and closes with Escape', async () => {
    await open();
    const number = await shown<HTMLButtonElement>('[data-panel="device"] button.n');
    number.focus();
    await until(() => expect(find('#pop')!.matches(':popover-open')).toBe(true));
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
    await until(() => expect(find('[data-chosen]')!.dataset['chosen']).toBe('256'));
    location.hash = 'vocabulary';
    await until(() => expect(state.slots.vocabulary).toMatchObject({ value: { embeddingRowsAfter: 4352 } }));
  });

  test('of thousands of candidates only the rows that are seen are drawn', async () => {
    await open();
    await prepared();
    location.hash = 'vocabulary';
    const body = await shown('.vbody');
    body.scrollIntoView();
    await until(() => expect(body.querySelectorAll('.vrow').length).toBeGreaterThan(5));
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
    await until(() => expect(state.editor.choice.rejected).toHaveLength(1));
    await until(() => expect(find('.vrow.off')?.textContent).toContain('c1ccccc1'));
    const field = find<HTMLInputElement>('.by-hand input')!;
    field.value = ' pyridine';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await click('.by-hand button:not([disabled])');
    await until(() => expect(state.editor.counts!.byHand).toMatchObject([{ text: ' pyridine' }]));
    // What is built follows the choice once the changes pause.
    await until(() =>
      expect(state.slots.vocabulary).toMatchObject({ value: { embeddingRowsAfter: 4096 + before + 1 } }),
    );
    await click('[data-action="undo"]:not([disabled])');
    await click('[data-action="undo"]:not([disabled])');
    await until(() => expect(state.editor.counts!.newTokens).toBe(before));
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
    await until(() => expect(find('[data-size]')!.dataset['size']).toBe('256'));
    await until(() => expect(state.editor.counts!.newTokens).toBe(256));
  });

  test('rules are learned with when they are asked for, and not before', async () => {
    await open();
    await prepared();
    location.hash = 'vocabulary';
    await until(() => expect(state.slots.candidates.status).toBe('ready'));
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
    await until(() => expect(button.disabled).toBe(false));
    change('maxPieceLength', '-3');
    expect(state.editor.way).toEqual({ method: 'continued' });
    // A number that cannot be stays as it was typed, with what is possible beside it.
    await until(() => expect(button.disabled).toBe(true));
    expect(find<HTMLInputElement>('#rule-maxPieceLength')!.value).toBe('-3');
    expect(textOf('#wrong-maxPieceLength')).toBe('a whole number from 1 to 10,000,000,000');
    change('maxPieceLength', '');
    await until(() => expect(button.disabled).toBe(false));
    button.click();
    expect(state.editor.way).toEqual({ method: 'continued', rules: { minFrequency: 12, unit: 'line' } });
    await until(() => expect(state.slots.candidates.status).toBe('ready'));
    await until(() => expect(button.disabled).toBe(true));
  });

  test('what cannot be asked of a text is refused beside its field, and nothing is cut down', async () => {
    await open();
    await prepared();
    await at('try');
    const field = (key: string) => find<HTMLInputElement>(`[data-sampling="${key}"]`)!;
    const change = (key: string, value: string) => {
      field(key).value = value;
      field(key).dispatchEvent(new Event('change', { bubbles: true }));
    };
    const button = await shown<HTMLButtonElement>('[data-action="generate"]');
    const wrong = [
      ['temperature', '-1', '0.7', 'a number from 0 to 100'],
      ['topP', '3', '1', 'above 0, at most 1'],
      ['topK', '2.5', '40', 'a whole number from 0 to 1,000,000'],
      ['seed', '-5', '7', 'a whole number from 0 to 4,294,967,295'],
      ['maxTokens', '4096', '64', 'at most 510, by the model’s context'],
      ['maxTokens', '', '64', 'a whole number from 1 to 510'],
    ] as const;
    for (const [key, value, right, possible] of wrong) {
      change(key, value);
      await until(() => expect(find(`#wrong-${key}`)).not.toBeNull());
      expect(textOf(`#wrong-${key}`)).toBe(possible);
      expect(field(key).value).toBe(value);
      expect(field(key).getAttribute('aria-invalid')).toBe('true');
      expect(button.disabled).toBe(true);
      change(key, right);
      await until(() => expect(find(`#wrong-${key}`)).toBeNull());
      await until(() => expect(button.disabled).toBe(false));
    }
  });

  test('what only the lab knows to be too much stands beside its field as well', async () => {
    const lab = fakeLab({ tick: 0 });
    await open({
      lab: {
        ...lab,
        generate: () => Promise.reject(new LabError('lab/too-long', 'Too long.', '', { field: 'maxTokens', most: 30 })),
      },
    });
    await prepared();
    await at('try');
    await click('[data-action="generate"]');
    await shown('#wrong-maxTokens');
    expect(textOf('#wrong-maxTokens')).toBe('a whole number from 1 to 30');
    expect(find('main [role="alert"]')).toBeNull();
  });

  test('without a GPU the page says so and Start stays off', async () => {
    await open({ available: false });
    await shown('[data-step="model"] [role="alert"]');
    await click('[data-action="start-sample"]:not([disabled])');
    await until(() => expect(state.slots.vocabulary.status).toBe('ready'));
    await until(() => expect(find<HTMLButtonElement>('[data-action="start"]')!.disabled).toBe(true));
  });

  test('Chinese replaces every visible word of the frame, and the page says which language it is in', async () => {
    await open();
    await prepared();
    await setLocale('zh-Hans');
    await until(() => expect(find('nav.rail')!.textContent).toContain('训练'));
    expect(document.documentElement.lang).toBe('zh-Hans');
    await until(() => expect(find('main')!.textContent).not.toMatch(/\b(Start|Settings|Steps|Ready)\b/));
  });

  test('the last experiment is offered, says its answer, and opens at its verdict with its arm taken', async () => {
    const lab = await kept();
    await open({ lab });
    const offer = await shown('[data-offer]');
    expect(offer.textContent).toContain('Molecules: tokens of its own?');
    expect(offer.textContent).toContain('Expand');
    await click('[data-action="open-last-run"]:not([disabled])');
    await shown('[data-step="compare"] tr[data-arm="old vocabulary"]');
    expect(textOf('h1')).toMatch(/^Expand: 0\.13 fewer bits per byte/);
    await until(() => expect(state.desk.taken).toEqual({ arm: 'continued, 512 tokens', seed: 1 }));
    await at('train');
    await shown('[data-panel="curves"] svg');
    expect(state.experiment!.run({ arm: 'continued, 512 tokens', seed: 1 })!.loss.length).toBeGreaterThan(10);
    await at('model');
    await shown('[data-step="model"] h1');
    expect(find('[data-offer]')).toBeNull();
  });

  test('one that was stopped is offered with what is still to come, and goes on to its verdict', async () => {
    const lab = await kept(async () => {
      await until(() => expect(state.experiment?.cells[2]?.state).toBe('finished'));
      await click('[data-action="stop"]:not([disabled])');
      await shown('[data-run="stopped"]');
    });
    await open({ lab });
    expect((await shown('[data-offer]')).textContent).toContain('1 run is still to come');
    await click('[data-action="open-last-run"]:not([disabled])');
    await shown('[data-step="train"] [data-run="stopped"]');
    expect(textOf('[data-action="start"]')).toBe('Go on');
    await click('[data-action="start"]:not([disabled])');
    await shown('[data-run="finished"]');
    expect(textOf('h1')).toMatch(/^Expand: 0\.13 fewer bits per byte/);
  });

  test('any trained arm can be tried and saved, and another one takes the old answer and proof away', async () => {
    await finished();
    await at('try');
    expect([...(await shown<HTMLSelectElement>('[data-setting="taken"]')).options].map(({ label }) => label)).toEqual([
      'old vocabulary, seed 1',
      'continued, 512 tokens, seed 1',
    ]);
    expect(find<HTMLSelectElement>('[data-setting="taken"]')!.selectedIndex).toBe(1);
    await click('[data-action="generate"]:not([disabled])');
    await until(() => expect(textOf('h1')).toContain('The graft wrote this in'));
    expect(textOf('[data-arm="grafted"] h3')).toContain('continued, 512 tokens');
    await state.exports.writeFile();
    choose(find<HTMLSelectElement>('[data-setting="taken"]')!, 0);
    await until(() => expect(state.desk.taken).toEqual({ arm: 'old vocabulary', seed: 1 }));
    await until(() => expect(textOf('[data-arm="grafted"] h3')).toContain('old vocabulary'));
    expect(state.tried).toBeNull();
    expect(state.slots.exported.status).toBe('empty');
  });

  test('nothing is generated while the arm of the verdict is being loaded', async () => {
    await open();
    const takeArm = state.lab.takeArm.bind(state.lab);
    let loaded = (): void => undefined;
    const loading = new Promise<void>((resolve) => (loaded = resolve));
    state.lab.takeArm = async (...asked) => {
      await loading;
      return takeArm(...asked);
    };
    await prepared();
    await click('[data-action="start"]');
    await shown('[data-run="finished"]');
    await at('try');
    await shown('[data-action="generate"][disabled]');
    expect(find('[data-arm="grafted"]')).toBeNull();
    loaded();
    await shown('[data-action="generate"]:not([disabled])');
    await shown('[data-arm="grafted"]');
  });

  test('what is taken away is chosen before it is written, and another choice takes the old proof away', async () => {
    await finished();
    await at('download');
    // Every arm trained the whole model: a delta would not be the trained model.
    expect((await shown<HTMLInputElement>('[data-form="delta"]')).disabled).toBe(true);
    expect(find('#export-delta-note')!.textContent).toContain('moved more than the new rows');
    await click('[data-form="scale"]');
    const types = await shown<HTMLSelectElement>('[data-setting="dtype"]');
    expect([...types.options].map(({ value }) => value)).toEqual(['source', 'F16', 'F32']);
    choose(types, 'F16');
    expect(state.exports.choice).toEqual({
      form: 'scale',
      dtype: 'F16',
      onnxDtype: 'f32',
      ggufDtype: 'F16',
      tokenizerClass: 'obeys',
    });
    await state.exports.writeFile();
    await shown('[data-panel="proof"]');
    expect(state.slots.exported).toMatchObject({
      value: { fileName: 'rootstock-scale.zip', report: { form: 'scale' } },
    });
    await click('[data-form="model"]');
    await until(() => expect(find('[data-panel="proof"]')).toBeNull());
  });

  test('GGUF is one file in the type that is chosen, with the command that runs it, its size and its proof', async () => {
    await finished();
    await at('download');
    await click('[data-form="gguf"]');
    const types = await shown<HTMLSelectElement>('[data-setting="ggufDtype"]');
    expect([...types.options].map(({ value }) => value)).toEqual(['F32', 'F16', 'BF16', 'Q8_0']);
    expect(types.value).toBe('F16');
    const size = () => parseFloat(textOf('[data-form="gguf"] + div h3 .note').replace('about', ''));
    const halves = size();
    const readers = () => [...document.querySelectorAll('[data-reader-note]')].map((note) => note.textContent);
    expect(readers()).toEqual([expect.stringContaining('not NFC')]);
    choose(types, 'Q8_0');
    await until(() => expect(readers().at(1)).toContain('rounds activations'));
    await until(() => expect(size() / halves).toBeCloseTo(17 / 32, 2));
    expect(textOf('#export-gguf-note')).toMatch(/llama\.cpp.*Ollama.*LM Studio/);
    expect(textOf('[data-action="save-file"]')).toBe('Save the file');
    await state.exports.writeFile();
    await shown('[data-panel="proof"]');
    const file = 'rootstock-grafted-q8_0.gguf';
    expect(find<HTMLAnchorElement>('[data-saved]')!.download).toBe(file);
    expect(textOf('[data-command]')).toBe(`llama-completion -m ${file} -p "Once upon a time"`);
    expect(textOf('[data-panel="proof"]')).toContain('tensors equal to the bit');
    expect(textOf('[data-panel="files"]')).toContain('Weights, configuration and tokenizer');
    await click('[data-form="model"]');
    await until(() => expect(textOf('[data-action="save-file"]')).toBe('Save as zip'));
    expect(readers()).toEqual([]);
  });

  test('GGUF is refused where it is chosen, by what llama.cpp would do otherwise, in both languages', async () => {
    const ggufRefused = {
      code: 'checkpoint/gguf-tokenizer',
      message: 'This tokenizer matches the token "\\left" as a whole word only.',
      hint: 'Take the model as safetensors or ONNX.',
      reason: 'whole-word',
      what: '\\left',
    } as const;
    await finished({ ggufRefused });
    await at('download');
    await until(() => expect(find<HTMLInputElement>('[data-form="gguf"]')!.disabled).toBe(true));
    expect(textOf('#export-gguf-note')).toBe(
      'llama.cpp would cut text otherwise. It would find the token \\left within words, too. The other forms keep all of it.',
    );
    await setLocale('zh-Hans');
    await until(() => expect(textOf('#export-gguf-note')).toMatch(/^[^a-z]*llama\.cpp[^a-z]*\\left[^a-z]*$/));
    await setLocale('en');
    // What was chosen before the answer came is refused as well, and nothing is written.
    state.exports.choose({ form: 'gguf' });
    expect(await state.exports.writeFile()).toBeNull();
    expect(state.slots.exported).toMatchObject({ status: 'failed', error: { code: ggufRefused.code } });
  });

  test('only the new rows can be taken of an arm that moved no others, and of no arm on the old vocabulary', async () => {
    await open();
    await prepared();
    choose(await shown<HTMLSelectElement>('[data-setting="mode"]'), 'new-rows');
    await until(() => expect(state.desk.spec!.arms['old vocabulary']!.stages![0]!.moves).toHaveProperty('oldRows'));
    await click('[data-action="start"]:not([disabled])');
    await shown('[data-run="finished"]');
    await until(() => expect(state.desk.taken?.arm).toBe('continued, 512 tokens'));
    await at('download');
    expect((await shown<HTMLInputElement>('[data-form="delta"]')).disabled).toBe(false);
    expect(find('#export-delta-note')!.textContent).toContain('512 rows');
    choose(await shown<HTMLSelectElement>('[data-setting="taken"]'), 0);
    await until(() => expect(state.desk.taken?.arm).toBe('old vocabulary'));
    await until(() => expect(find<HTMLInputElement>('[data-form="delta"]')!.disabled).toBe(true));
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
    await open({ lab: await kept() });
    const restore = state.lab.restoreExperiment.bind(state.lab);
    state.lab.restoreExperiment = async (id, onProgress) => {
      const opened = await restore(id, onProgress);
      return { ...opened, model: { ...opened.model, notes: [reading] } };
    };
    await click('[data-action="open-last-run"]:not([disabled])');
    await shown('[data-panel="arms"]');
    await until(() => expect(state.hasTrained).toBe(true));
    location.hash = 'download';
    const choice = await shown<HTMLSelectElement>('[data-setting="tokenizerClass"]');
    expect(choice.value).toBe('obeys');
    choose(choice, 'kept');
    expect(state.exports.choice.tokenizerClass).toBe('kept');
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
    await until(() => expect(state.slots.model).toMatchObject({ value: { name: 'rootstock-grafted' } }));
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

describe('an experiment on the page', () => {
  const graft = 'continued, 512 tokens';

  test('one bar stands for all trainings, and when they are over its key leads to the verdict', async () => {
    await open({ stepMilliseconds: 20 });
    await prepared();
    expect(textOf('[data-panel="deck"] .prog')).toMatch(/^Not started about .* here$/);
    await click('[data-action="start"]');
    const deck = await shown('[data-run="running"]');
    await until(() => expect(deck.textContent).toMatch(/about .* left/));
    await shown('[data-run="finished"]');
    expect(textOf('[data-panel="deck"] .prog')).toMatch(/^2 of 2 trainings done took /);
    expect(find('[data-action="start"]')).toBeNull();
    await click('[data-action="see-verdict"]');
    await shown('main[data-step="compare"] [data-panel="intervals"]');
    // Another choice is another experiment, and can be started.
    await at('train');
    await click('[data-preset="adapt-only"]');
    expect(textOf('[data-action="start"]')).toBe('Start');
  });

  test('the health of any run can be looked at while another goes on', async () => {
    await open({ stepMilliseconds: 60 });
    await prepared();
    await click('[data-action="start"]');
    await until(() => expect(state.experiment!.current?.arm).toBe(graft));
    const runs = await shown<HTMLSelectElement>('[data-setting="looked"]');
    expect([...runs.options].map(({ text }) => text)).toEqual([
      'under way',
      'old vocabulary, seed 1',
      `${graft}, seed 1`,
    ]);
    choose(runs, 1);
    const control = state.experiment!.run({ arm: 'old vocabulary', seed: 1 });
    expect(state.run).toBe(control);
    const { step } = state.experiment!.current!.status;
    await until(() => expect(state.experiment!.current!.status.step).toBeGreaterThan(step + 1));
    expect(state.run).toBe(control);
    choose(runs, 0);
    await until(() => expect(state.run).toBe(state.experiment!.run({ arm: graft, seed: 1 })));
  });

  test('what diverged is said by name, and is no verdict', async () => {
    await finished({ experiment: { diverging: ['old vocabulary'] } });
    expect((await shown('[role="alert"]')).textContent).toContain('old vocabulary, seed 1: the training diverged.');
    expect(textOf('h1')).toBe('No verdict: a training that it needs diverged or failed.');
    expect(textOf('[data-panel="deck"] .prog')).toContain('1 of 2 trainings done, 1 without a result');
  });

  test('where nothing can be told apart, more seeds are one key away, and only they are run', async () => {
    const off: Readonly<Record<number, number>> = { 1: 0.02, 2: -0.02, 3: 0.01 };
    const bits = (arm: string, seed: number) =>
      arm === 'base' ? 10.2 : arm === 'old vocabulary' ? 1.5 : 1.5 + (off[seed] ?? -0.05);
    await open({ stepMilliseconds: 0, experiment: { bits } });
    await prepared();
    await click('[data-preset="should-i-expand"]');
    await click('[data-action="start"]:not([disabled])');
    await until(() => expect(state.experiment!.report?.verdict?.provisional).toBe(true));
    await shown('[data-run="finished"]');
    expect(state.experiment!.report!.verdict!.outcome).toBe('cannot-tell');
    await at('compare');
    await shown('[data-panel="advice"]');
    expect(textOf('h1')).toMatch(/^Cannot be told apart/);
    await click('[data-action="more-seeds"]');
    await shown('main[data-step="train"] [data-panel="deck"]');
    expect(state.experiment!.spec.seeds.slice(0, 4)).toEqual([1, 2, 3, 4]);
    // Stopped, it goes on with these seeds and not with those of the preset.
    expect(state.desk.spec).toEqual(state.experiment!.spec);
  });

  test('one that is not finished is offered on Train too, and goes on there', async () => {
    const lab = await kept(async () => {
      await until(() => expect(state.experiment?.cells[2]?.state).toBe('finished'));
      await click('[data-action="stop"]:not([disabled])');
      await shown('[data-run="stopped"]');
    });
    await open({ lab });
    await shown('[data-model]');
    await at('train');
    await shown('[data-step="train"] [data-offer]');
    await click('[data-action="go-on-last-run"]');
    await shown('[data-run="finished"]');
    expect(textOf('h1')).toMatch(/^Expand:/);
    await until(() => expect(state.desk.taken).toEqual({ arm: graft, seed: 1 }));
  });

  test('every arm stands beside the control with what was trained of it', async () => {
    await finished();
    const row = (arm: string) => textOf(`[data-panel="arms-grid"] [data-arm="${arm}"]`);
    expect(row('base')).toContain('not trained');
    expect(row('old vocabulary')).toContain('the control: everything trained');
    expect(row(graft)).toMatch(/everything trained.*a seed/);
    await at('compare');
    await shown('[data-panel="intervals"]');
    expect(textOf('[data-panel="intervals"]')).toContain('out of its domain: worse than 8.00');
    expect(textOf('[data-panel="advice"]')).toContain(`Take ${graft}.`);
    // What the diagnosis said stands beside what came out.
    expect(textOf('[data-panel="prediction"]')).toMatch(
      /Expand for speed, 512 tokens, 41 % fewer of them.*fewer bits, −0\.130 bits per byte, 45 % fewer tokens.*It (?:held|failed)\..*predictions held/,
    );
  });
});
