// Names that the lab gives to arms, in the language of the page; a visitor's own, files and what is edited keep theirs.
import { afterEach, expect, test } from 'vitest';
import { presetNames, presetOf, type PresetRequest } from '../../src/lab/experiment/presets';
import { setLocale } from '../../src/ui/preferences';
import { withControl } from '../../src/ui/state/spec-changes';
import { freeName } from '../../src/ui/state/spec-arms';
import { armName, runName } from '../../src/ui/wording/arms';
import { experimentName } from '../../src/ui/wording/corpus';
import type { WrittenSpec } from '../../src/worker/index';
import { until } from '../support/until';
import { click, find } from './onPage';
import { openPage } from './openPage';

afterEach(async () => {
  find('tg-app')?.remove();
  await setLocale('en');
});

const request: PresetRequest = {
  ...{ title: 'Q', model: 'bundled', corpus: { sample: 'molecules' }, mode: 'all', start: 'zero', parameters: 1e6 },
  vocabulary: { method: 'continued', newTokens: 150, rejected: [], added: [] },
  ...{ contextLength: 128, bytesPerSecond: 1e4, bytesPerToken: 3, trainBytes: 1e5, heldOutBytes: 1e4 },
  heldOutDocuments: 100,
};
const given = [...new Set(presetNames.flatMap((name) => Object.keys(presetOf(name, request).spec.arms)))];

test('every name that a preset gives is said in Chinese, and stays as it is in English', async () => {
  expect(given.length).toBeGreaterThan(15);
  expect(given.map(armName)).toEqual(given);
  await setLocale('zh-Hans');
  const said = given.map(armName);
  for (const name of said) expect(name).not.toMatch(/[a-z]{2}/i);
  expect(new Set(said).size).toBe(given.length);
  expect(armName('old vocabulary, adapters')).toBe('旧词表，适配器');
  expect(runName({ arm: 'continued, 150 tokens', seed: 2 })).toBe('续合并，150 词元，种子 2');
});

test('so are those that are made of one', async () => {
  await setLocale('zh-Hans');
  const { spec } = presetOf('quick-answer', request);
  const again = withControl(spec, 'continued, 150 tokens')!;
  const [copy] = Object.keys(again.arms).slice(-1);
  expect(armName(copy!)).toBe('旧词表 2');
  expect(armName(freeName(again, 'continued, 150 tokens'))).toBe('续合并，150 词元 2');
  expect(armName('continued, 150 tokens, pruned')).toBe('续合并，150 词元，已修剪');
  expect(armName('continued, 150 tokens, pruned 2')).toBe('续合并，150 词元，已修剪 2');
});

test('and the name that it gives to an experiment, with the title of a sample', async () => {
  const of = (name: string, corpus: object) => experimentName({ name, corpus: corpus as WrittenSpec['corpus'] });
  const given = [
    'Molecules in SMILES: tokens of its own?',
    'notes.txt: adapted',
    'Do molecules deserve tokens of their own?',
  ];
  expect(given.map((name) => of(name, { sample: 'molecules' }))).toEqual(given);
  await setLocale('zh-Hans');
  expect(of(given[0]!, { sample: 'molecules' })).toBe('SMILES 分子式：要有自己的词元吗？');
  expect(of(given[1]!, { name: 'notes.txt' })).toBe('notes.txt：不扩充，只继续训练');
  expect(of(given[2]!, { sample: 'molecules' })).toBe(given[2]);
});

test.each(['mine', 'mine, adapters', 'mine, pruned', 'base model', 'Base', '我的组', 'toString', 'toString, 3 tokens'])(
  'a visitor’s own is shown as it is written: %s',
  async (name) => {
    await setLocale('zh-Hans');
    expect(armName(name)).toBe(name);
  },
);

test('no page shows one in English on the Chinese page, and the drawer edits it as it is', async () => {
  await setLocale('zh-Hans');
  const state = openPage();
  await click('[data-action="start-sample"]:not([disabled])');
  await click('[data-action="start"]:not([disabled])');
  const isRaw = /old vocabulary|continued,|independent,|\bbase\b|seed \d/;
  const said = () => {
    const main = document.querySelector<HTMLElement>('main')!;
    const labels = [...main.querySelectorAll('[aria-label]')].map((each) => each.getAttribute('aria-label'));
    return `${main.innerText} ${labels.join(' ')}`;
  };
  await until(() => expect(state.experiment?.state).toBe('finished'));
  for (const page of ['train', 'compare', 'try', 'tokens', 'report']) {
    location.hash = page;
    await until(() => expect(said(), page).toContain('旧词表'));
    expect(said().match(isRaw), page).toBeNull();
  }
  expect(Object.keys(state.experiment!.spec.arms)).toContain('old vocabulary');
});
