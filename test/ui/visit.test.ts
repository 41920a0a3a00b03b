// A reload before anything was kept: the next page begins where this one was.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { LabState } from '../../src/ui/state/lab-state';
import { comeBack, keepVisit, readVisit } from '../../src/ui/state/visit';
import { fakeLab } from './fakeLab';

const stored = new Map<string, string>();

beforeAll(() => {
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
});
afterAll(() => vi.unstubAllGlobals());
beforeEach(() => stored.clear());

const opened = async () => {
  const state = new LabState(fakeLab({ tick: 0 }));
  await state.open();
  return state;
};
const reloaded = async () => {
  const state = await opened();
  await comeBack(state, readVisit());
  return state;
};

test('sample, choice of tokens, settings and experiment come back', async () => {
  const before = await opened();
  keepVisit(before);
  await before.startWithSample('law');
  before.editor.edit({ newTokens: 128, rejected: ['CCN'] });
  await before.words.build();
  before.changeSettings({ init: 'random' });
  await before.readPresets();
  before.desk.choose('should-i-expand');
  const after = await reloaded();
  expect(after.origin.sample).toBe('law');
  expect(after.words.settled).toMatchObject({ newTokens: 128, rejected: ['CCN'] });
  expect(after.slots.vocabulary.status).toBe('ready');
  expect(after.settings?.init).toBe('random');
  expect(after.desk.preset).toBe('should-i-expand');
});

test('a model of the Hub comes back, and tokens chosen for picked files do not', async () => {
  const before = await opened();
  keepVisit(before);
  await before.openHubModel('lab/small');
  await before.openSample('law');
  expect((await reloaded()).slots.model).toMatchObject({ value: { source: 'hub' } });
  await before.openModelFolder([]);
  await before.startWithSample('law');
  const after = await reloaded();
  expect(after.slots.corpus.status).toBe('ready');
  expect(after.slots.vocabulary.status).toBe('empty');
});

test('picked files are named as what has to be picked again', async () => {
  const before = await opened();
  keepVisit(before);
  await before.openCorpusFiles([new File(['x'], 'x.txt')]);
  const after = await reloaded();
  expect(after.slots.corpus.status).toBe('empty');
  expect(after.origin.missed).toBe('Molecules');
  await after.openSample('law');
  expect(after.origin.missed).toBeNull();
});

test('what the visitor opens meanwhile is not overtaken', async () => {
  const before = await opened();
  keepVisit(before);
  await before.openSample('law');
  const after = await opened();
  await after.openSample('molecules');
  await comeBack(after, readVisit());
  expect(after.origin.sample).toBe('molecules');
});
