/** What the page says is of the state it stands beside, and goes with it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import '../../src/ui/app';
import { setLocale } from '../../src/ui/preferences';
import { LabState, type Lab } from '../../src/ui/state/lab-state';
import '../../src/ui/styles/page.css';
import { fakeLab, type FakeOptions } from './fakeLab';

let state: LabState;
const find = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector);
const textOf = (selector: string) => find(selector)!.textContent!.replace(/\s+/g, ' ').trim();
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
  await vi.waitFor(() => expect(state.hasTrained).toBe(true), { timeout: 10_000 });
};

beforeEach(async () => {
  await setLocale('en');
  location.hash = 'model';
});
afterEach(() => {
  state.cancel('run');
  find('tg-app')?.remove();
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
  const view = await vi.waitFor(() => {
    expect(state.experiment!.cells.length).toBeGreaterThan(0);
    return state.experiment!;
  });
  Object.defineProperty(view, 'share', { get: () => 0.99999 });
  state.tell('lab');
  await vi.waitFor(() => expect(time()).toBe('longer than estimated: the last of it is scored'));
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
  await vi.waitFor(() => expect(textOf('[data-at-stake]')).toContain('It is kept: Runs opens it again'));
  await at('model');
  expect(textOf('[data-at-stake]')).toContain('It is kept');
  const view = state.experiment;
  for (const source of ['folder', 'bundled', 'hub', 'bundled']) await click(`#source-${source}`);
  expect(state.experiment).toBe(view);
  await state.openModelFolder([]);
  await click('#source-bundled');
  expect(state.slots.model).toMatchObject({ value: { source: 'folder' } });
  await click('[data-action="use-bundled"]');
  await vi.waitFor(() => expect(state.slots.model).toMatchObject({ status: 'ready', value: { source: 'bundled' } }));
});

test('an experiment that is not finished is offered on every step', async () => {
  const lab = fakeLab({ tick: 0, stepMilliseconds: 40 });
  visit(lab);
  await click('[data-action="start-sample"]:not([disabled])');
  await click('[data-action="start"]:not([disabled])');
  await vi.waitFor(() => expect(state.experiment?.cells[1]?.step).toBeGreaterThan(1), { timeout: 10_000 });
  await click('[data-action="stop"]:not([disabled])');
  await shown('[data-run="stopped"]');
  find('tg-app')!.remove();
  visit(lab);
  for (const step of ['corpus', 'diagnose', 'vocabulary', 'train', 'compare', 'try', 'download', 'model']) {
    await at(step);
    await shown(`main[data-step="${step}"] [data-action="go-on-last-run"]`);
  }
});
