/** What the page says is of the state it stands beside, and goes with it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { render } from 'lit';
import '../../src/ui/app';
import { verdict } from '../../src/ui/parts/panel';
import { setLocale, setTheme } from '../../src/ui/preferences';
import { LabState, type Lab } from '../../src/ui/state/lab-state';
import '../../src/ui/styles/page.css';
import { fakeLab, type FakeOptions } from './fakeLab';
import { click, find, shown } from './onPage';
import { until } from '../support/until';

let state: LabState;
const textOf = (selector: string) => find(selector)!.textContent!.replace(/\s+/g, ' ').trim();
const at = async (step: string) => {
  location.hash = step;
  await shown(`main[data-step="${step}"]`);
};

function visit(lab: Lab): void {
  const app = document.createElement('tg-app');
  document.body.append(app);
  state = new LabState(lab);
  app.start(state);
  void state.open();
}

const started = async (options: FakeOptions = {}, changes: Partial<Lab> = {}) => {
  visit({ ...fakeLab({ tick: 0, stepMilliseconds: 5, ...options }), ...changes });
  await click('[data-action="start-sample"]:not([disabled])');
  await click('[data-action="start"]:not([disabled])');
};
const finished = async (options: FakeOptions = {}, changes: Partial<Lab> = {}) => {
  await started(options, changes);
  await shown('[data-run="finished"]');
  await until(() => expect(state.hasTrained).toBe(true));
};

beforeEach(async () => {
  await setLocale('en');
  location.hash = 'model';
});
afterEach(() => {
  state.cancel('run');
  find('tg-app')?.remove();
  setTheme('system');
});

test('a training that makes the model worse is said while it does, and in the answer', async () => {
  const bits = (arm: string) => (arm === 'base' ? 10.2 : arm === 'old vocabulary' ? 9.8 : 1.4);
  await started({ stepMilliseconds: 40, experiment: { bits } });
  const alert = await shown('[role="alert"]');
  expect(state.experiment!.isActive).toBe(true);
  expect(alert.textContent).toContain('old vocabulary, seed 1: training makes it worse.');
  expect(alert.textContent).toContain('8.00 bits per byte before its first step');
  await shown('[data-run="finished"]');
  await at('compare');
  await shown('[data-panel="arms"]');
  expect(textOf('main [role="alert"]')).toContain('9.79 at the last reading: it diverges.');
});

test('settings that were changed after a run are said to be of another, and can be brought back', async () => {
  await finished();
  expect(find('[data-another]')).toBeNull();
  await click('[data-preset="adapt-only"]');
  expect(textOf('[data-another]')).toContain('Start would run another experiment than the one shown here.');
  await click('[data-action="settings-shown"]');
  await shown('[data-action="see-verdict"]');
  expect(find('[data-another]')).toBeNull();
});

test('an estimate that has run out says so in words', async () => {
  await started({ stepMilliseconds: 40 });
  const time = () => textOf('[data-panel="deck"] [data-time]');
  await shown('[data-run="running"]');
  // What was planned stands there until something was measured.
  expect(time()).toMatch(/^about .* (?:planned|left)$/);
  const view = await until(() => {
    expect(state.experiment!.cells.length).toBeGreaterThan(0);
    return state.experiment!;
  });
  Object.defineProperty(view, 'share', { get: () => 0.99999 });
  state.tell('lab');
  await until(() => expect(time()).toBe('longer than estimated: the last of it is scored'));
});

test('another corpus or model says what makes way, and looking at a source opens nothing', async () => {
  visit(fakeLab({ tick: 0, stepMilliseconds: 5 }));
  await shown('[data-model]');
  expect(find('[data-at-stake]')).toBeNull();
  await state.startWithSample();
  await at('corpus');
  expect(textOf('[data-at-stake]')).toContain('the diagnosis and the new tokens here go');
  await at('train');
  await click('[data-action="start"]:not([disabled])');
  await shown('[data-run="finished"]');
  await at('corpus');
  await until(() => expect(textOf('[data-at-stake]')).toContain('It is kept: Runs opens it again'));
  await at('model');
  expect(textOf('[data-at-stake]')).toContain('It is kept');
  const view = state.experiment;
  for (const source of ['folder', 'bundled', 'hub', 'bundled']) await click(`#source-${source}`);
  expect(state.experiment).toBe(view);
  await state.openModelFolder([]);
  await click('#source-bundled');
  expect(state.slots.model).toMatchObject({ value: { source: 'folder' } });
  await click('[data-action="use-bundled"]');
  await until(() => expect(state.slots.model).toMatchObject({ status: 'ready', value: { source: 'bundled' } }));
});

test('an experiment that is not finished is offered on every step', async () => {
  const lab = fakeLab({ tick: 0, stepMilliseconds: 40 });
  visit(lab);
  await click('[data-action="start-sample"]:not([disabled])');
  await click('[data-action="start"]:not([disabled])');
  await until(() => expect(state.experiment?.cells[1]?.step).toBeGreaterThan(1));
  await click('[data-action="stop"]:not([disabled])');
  await shown('[data-run="stopped"]');
  find('tg-app')!.remove();
  visit(lab);
  for (const step of ['corpus', 'diagnose', 'vocabulary', 'train', 'compare', 'try', 'download', 'model']) {
    await at(step);
    await shown(`main[data-step="${step}"] [data-action="go-on-last-run"]`);
  }
});

test('both arms have run before the speed of either is taken, and a prompt ends between words of held-out text', async () => {
  const asked: [arm: string, tokens: number][] = [];
  const lab = fakeLab({ tick: 0, stepMilliseconds: 5 });
  await finished(
    {},
    {
      ...lab,
      generate: (options, onPiece, signal) => {
        asked.push([options.model, options.maxTokens]);
        return lab.generate(options, onPiece, signal);
      },
      diagnose: async (onProgress, signal) => ({
        ...(await lab.diagnose(onProgress, signal)),
        heldOutExcerpt: 'The trustee shall be accountable for all property received.',
      }),
    },
  );
  await at('try');
  expect((await shown<HTMLTextAreaElement>('[data-panel="try"] textarea')).value).toBe('The trustee shall be');
  await click('[data-action="generate"]:not([disabled])');
  await until(() => expect(state.tried).not.toBeNull());
  expect(asked).toEqual([
    ['base', 2],
    ['grafted', 2],
    ['base', 64],
    ['grafted', 64],
  ]);
});

test('samples have titles in the language of the page, and counts their singular', async () => {
  const lab = fakeLab({ tick: 0 });
  const [sample] = await lab.samples();
  await setLocale('zh-Hans');
  visit({ ...lab, samples: async () => [{ ...sample!, id: 'licences', title: 'Software licences' }] });
  await at('corpus');
  await shown('[data-sample="licences"]');
  expect(textOf('.samples li b')).not.toMatch(/[A-Za-z]/);
  await setLocale('en');
  const one = await lab.openSample('molecules', () => undefined);
  state.lab.openSample = async () => ({ ...one, documents: 1 });
  await state.openSample('licences');
  expect(textOf('h1')).toMatch(/ in 1 document\.$/);
});

test('a headline is not cut at the hyphen of a word', () => {
  const box = document.createElement('div');
  document.body.append(box);
  render(verdict('Twelve held-out documents: no verdict.', ''), box);
  const lines = () =>
    [...box.querySelector('h1')!.childNodes].flatMap((node) => {
      if (!node.textContent!.includes('held-out')) return [];
      const range = document.createRange();
      range.selectNodeContents(node);
      return [new Set([...range.getClientRects()].map(({ top }) => top)).size];
    });
  for (let width = 120; width < 400; width += 10) {
    box.style.width = `${width}px`;
    expect(lines()).toEqual([1]);
  }
  box.remove();
});

test.each(['light', 'dark'] as const)(
  'a key that is off can be read in the %s theme, also under the pointer',
  async (theme) => {
    setTheme(theme);
    visit(fakeLab({ tick: 0, available: false }));
    await click('[data-action="start-sample"]:not([disabled])');
    const key = await shown<HTMLButtonElement>('[data-action="start"][disabled]');
    await until(() => expect(contrast(key)).toBeGreaterThanOrEqual(4.5));
    const { userEvent } = await import('vitest/browser');
    await userEvent.hover(key);
    await until(() => expect(key.matches(':hover')).toBe(true));
    expect(contrast(key)).toBeGreaterThanOrEqual(4.5);
  },
);

/** WCAG: relative luminance of the lighter to that of the darker. */
function contrast(element: HTMLElement): number {
  const { color, backgroundColor } = getComputedStyle(element);
  const luminance = (text: string) => {
    const [red, green, blue] = text.match(/[\d.]+/g)!.map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [darker, lighter] = [luminance(color), luminance(backgroundColor)].sort((a, b) => a - b);
  return (lighter! + 0.05) / (darker! + 0.05);
}

test('what was sent stands once on a screen', async () => {
  visit(fakeLab({ tick: 0 }));
  await shown('[data-model]');
  for (const step of ['model', 'corpus', 'train']) {
    await at(step);
    const said = [...document.querySelectorAll('.bar .num, .bar .badge, [data-panel="privacy"] strong')];
    expect(said.filter(({ textContent }) => textContent!.includes('0 bytes'))).toHaveLength(1);
  }
});

test('another corpus can be undone: the one before comes back with its tokens as they were chosen by hand', async () => {
  visit(fakeLab({ tick: 0 }));
  await click('[data-action="start-sample"]:not([disabled])');
  await until(() => expect(state.slots.vocabulary.status).toBe('ready'));
  await until(() => expect(state.guided).toBe(false));
  await at('vocabulary');
  await until(() => expect(state.slots.candidates.status).toBe('ready'));
  const [first] = state.slots.candidates.status === 'ready' ? state.slots.candidates.value : [];
  state.editor.reject([first!.piece]);
  await until(() => expect(state.words.settled?.rejected).toEqual([first!.piece]));
  const before = { corpus: state.origin.sample, choice: state.words.settled };
  await at('corpus');
  expect(find('[data-left]')).toBeNull();
  const others = state.slots.samples.status === 'ready' ? state.slots.samples.value : [];
  await state.openSample(others.find(({ id }) => id !== state.origin.sample)!.id);
  expect(state.origin.sample).not.toBe(before.corpus);
  await shown('[data-left]');
  expect(textOf('[data-left]')).toContain('made way. The tokens that were chosen on it went with it.');
  await click('[data-action="bring-back"]');
  await until(() => expect(state.slots.vocabulary.status).toBe('ready'));
  expect(state.origin.sample).toBe(before.corpus);
  expect(state.words.settled).toEqual(before.choice);
  await at('corpus');
  expect(find('[data-left]')).toBeNull();
});

test('a lab that says nothing is told of with what can be done, until it speaks', async () => {
  visit(fakeLab({ tick: 0 }));
  await shown('main h1');
  expect(find('main > .alert')).toBeNull();
  state.setSilent(true);
  const alert = await shown('main > .alert');
  expect(alert.textContent).toContain('Nothing has come from the lab for more than 3 minutes.');
  expect(alert.querySelector('button')!.textContent).toContain('Reload');
  state.setSilent(false);
  await until(() => expect(find('main > .alert')).toBeNull());
});
