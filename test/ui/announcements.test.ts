// What is said aloud goes when the state it was said of goes.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LabError } from '../../src/error';
import { announcements } from '../../src/ui/state/announcements';
import { LabState } from '../../src/ui/state/lab-state';
import { fakeLab } from './fakeLab';

beforeAll(() => {
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('document', { hidden: false });
});
afterAll(() => vi.unstubAllGlobals());

test('a sentence is taken back with what it was said of, and what is still there is not said again', async () => {
  const state = new LabState(fakeLab({ tick: 0 }));
  const next = announcements(state);
  await state.open();
  await state.openSample('molecules');
  expect(next()).toMatch(/of usable text/);
  await state.diagnose();
  expect(next()).toMatch(/^Expand/);
  state.lab.diagnose = () => Promise.reject(new LabError('corpus/empty', 'Nothing.', 'Choose another.'));
  await state.diagnose();
  expect(next()).toBe('');
  expect(next()).toBeNull();
});
