/** What Diagnose says of how often new tokens are seen is what Train says of the run that Start would run. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { setLocale } from '../../src/ui/preferences';
import type { LabState } from '../../src/ui/state/lab-state';
import { click, find, shown } from './onPage';
import { openPage } from './openPage';
import { until } from '../support/until';

let state: LabState;

beforeEach(async () => {
  await setLocale('en');
  state = openPage();
});
afterEach(() => find('tg-app')?.remove());

const told = /(\d+) of (\d+)/u;
const headline = () => find('[data-step="diagnose"] h1')?.textContent ?? '';

test('the headline counts as Train does, of the same run', async () => {
  await click('[data-action="start-sample"]:not([disabled])');
  const train = await shown('[data-panel="run-length"] dd');
  await until(() => expect(train.textContent).toMatch(told));
  const [, fed, tokens] = told.exec(train.textContent)!;
  location.hash = 'diagnose';
  await shown('[data-step="diagnose"] h1');
  await until(() => expect(headline()).toContain(`the planned run shows only ${fed} of ${tokens} of them 100 times`));
  // A budget that shows them all is said to.
  const spec = state.desk.spec!;
  await state.useSpec({ ...spec, budget: { bytes: 1e9 } });
  await until(() => expect(headline()).toContain('the planned run shows nine in ten of them at least 100 times'));
});

test('before a vocabulary is built it is that of the preset that would be run', async () => {
  await until(() => expect(state.slots.model.status).toBe('ready'));
  await state.openSample('molecules');
  location.hash = 'diagnose';
  await shown('[data-step="diagnose"] [data-signal="exposure"]');
  await until(() => expect(headline()).toMatch(/the planned run shows only \d+ of 512 of them 100 times/u));
  expect(state.slots.vocabulary.status).toBe('empty');
});
