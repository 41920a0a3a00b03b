/** Weights that an experiment holds rounded, and all else that a specification says, are told wherever they count. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { setLocale } from '../../src/ui/preferences';
import type { LabState } from '../../src/ui/state/lab-state';
import type { WrittenSpec } from '../../src/worker/index';
import { click, find, shown } from './onPage';
import { openPage } from './openPage';
import { until } from '../support/until';

let state: LabState;

beforeEach(async () => {
  await setLocale('en');
  state = openPage();
  await click('[data-action="start-sample"]:not([disabled])');
  await shown('[data-action="start"]:not([disabled])');
});
afterEach(() => find('tg-app')?.remove());

const textOf = (selector: string) => find(selector)?.textContent.replace(/\s+/g, ' ').trim();

/** As it would be dropped in: eight bits, and an arm that moves its new rows alone. */
function written(): WrittenSpec {
  const spec = state.desk.spec!;
  const { base, 'old vocabulary': control, ...grown } = spec.arms;
  const [[name, arm]] = Object.entries(grown) as [[string, WrittenSpec['arms'][string]]];
  const batch = { rows: 4, length: 128 };
  const { start: _, ...rest } = arm;
  return {
    ...{ ...spec, name: 'In eight bits?', frozenWeights: 'q8' },
    arms: {
      base: base!,
      'old vocabulary': { ...control!, stages: [{ moves: { oldRows: 0.003 }, batch }] },
      [name]: { ...rest, stages: [{ moves: { newRows: 0.003 }, batch }] },
    },
  };
}

test('the settings tell what a written specification says, and are set again with a preset', async () => {
  expect(textOf('[data-panel="settings"] .plan')).toContain('fits');
  await state.useSpec(written());
  await shown('[data-told="frozen"]');
  expect(textOf('[data-told="frozen"]')).toBe('rounded to 8 bits');
  expect(textOf('[data-told="mode"]')).toMatch(
    /^old vocabulary: embeddings trained; continued, \d+ tokens: new rows trained$/,
  );
  await until(() => expect(textOf('[data-told="init"]')).toBe('Mean of its pieces'));
  await until(() => expect(textOf('[data-panel="settings"] .plan')).toContain('Rounded matrices: 43.'));
  expect(find('[data-setting]')).toBeNull();
  await click('[data-preset="quick-answer"]');
  await shown('[data-setting="frozen"]');
  expect(find<HTMLSelectElement>('[data-setting="frozen"]')!.value).toBe('as-stored');
  expect(find('[data-told]')).toBeNull();
});

test('Start depends on the plan of what it runs, not of the settings', async () => {
  const plans = state.lab.plans.bind(state.lab);
  state.lab.plans = async (settings, newTokens) =>
    (await plans(settings, newTokens)).map((plan) => (plan.mode === 'all' ? { ...plan, fits: false } : plan));
  state.changeSettings({ mode: 'all', init: 'zero' });
  await until(() => expect(find<HTMLButtonElement>('[data-action="start"]')!.disabled).toBe(true));
  await state.useSpec(written());
  await shown('[data-action="start"]:not([disabled])');
  expect(find('tg-train-settings [role="alert"]')).toBeNull();
});

test('what a preset sets arm by arm is told and not offered', async () => {
  await click('[data-preset="which-start"]');
  const told = await shown('[data-told="init"]');
  expect(told.textContent).toContain('Random, N(0, σ)');
  expect(find('[data-setting="init"]')).toBeNull();
  expect(find('[data-setting="mode"]')).not.toBeNull();
});

test('that weights were held in 8 bits is said in Train, in Compare and before the model is saved', async () => {
  expect(find('[data-note="step"]')).toBeNull();
  await state.useSpec(written());
  const held = 'What an arm does not move is held rounded to 8 bits while it is trained and measured';
  await until(() => expect(textOf('[data-note="step"]')).toContain(held));
  await click('[data-action="start"]:not([disabled])');
  await shown('[data-run="finished"]');
  await until(() => expect(state.hasTrained).toBe(true));
  expect(textOf('[data-note="step"]')).toContain(held);
  location.hash = 'compare';
  expect((await shown('[data-panel="arms"] [data-note="held"]')).textContent).toContain(held);
  location.hash = 'download';
  expect((await shown('[data-step="download"] [data-note="held"]')).textContent).toBe(
    'While it was trained and measured, what did not move was held rounded to 8 bits; it is saved unrounded, as it was read.',
  );
});
