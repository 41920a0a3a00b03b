// What the rules of learning promise, and that a corpus read from its files gives the vocabulary that one in memory gives.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CorpusText } from '../../../src/lab/open/corpusText';
import { isSameWay, learnVocabulary, wayOf } from '../../../src/lab/vocabulary/learnVocabulary';
import { openCorpus } from '../../../src/lab/open/openCorpus';
import { diagnose } from '../../../src/lab/diagnosis/diagnose';
import type { LearnWay } from '../../../src/lab/vocabulary/choice';
import { type Progress, throttled } from '../../../src/lab/progress';
import type { TokenizerModel } from '../../../src/lab/open/tokenizerModel';
import { loadTokenizer } from '../../../src/tokenizer/index';

const json = readFileSync('public/models/rootstock/tokenizer.json', 'utf8');
const model: TokenizerModel = {
  tokenizer: loadTokenizer(JSON.parse(json)),
  checkpoint: { name: 'rootstock', tokenizerFiles: { 'tokenizer.json': json } },
  summary: { name: 'rootstock', parameters: 3_800_000, hiddenSize: 256, embeddingRows: 4096, tied: true },
};
const text = readFileSync('public/samples/licences.jsonl', 'utf8')
  .slice(0, 400_000)
  .replace(/\n[^\n]*$/u, '');
const open = (memoryBytes = Infinity) =>
  openCorpus([new File([text], 'licences.jsonl')], { name: '', documents: [] }, { memoryBytes });

let corpus: CorpusText;
beforeAll(async () => {
  corpus = await open();
});

describe('rules', () => {
  const learned = (way: Partial<LearnWay>) => learnVocabulary(model, corpus, { newTokens: 200, ...way });
  const texts = async (way: Partial<LearnWay>) => (await learned(way)).tokens.map((token) => token.text);

  it('hold for every token that is learned', async () => {
    const { tokens } = await learned({
      rules: { minFrequency: 40, minDocuments: 6, maxPieceLength: 5, neverMerge: '^ ?the', mergeDigits: true },
    });
    expect(tokens.length).toBeGreaterThan(20);
    for (const token of tokens) {
      expect(token.occurrencesAtMerge).toBeGreaterThan(0);
      expect(Array.from(token.text).length).toBeLessThanOrEqual(5);
      expect(token.text).not.toMatch(/^ ?the/u);
    }
    const unruled = await texts({});
    expect(unruled.some((each) => Array.from(each).length > 5)).toBe(true);
  });

  it('bound added words too', async () => {
    const words = await texts({ method: 'added', rules: { maxPieceLength: 6, minDocuments: 10 } });
    expect(words.length).toBeGreaterThan(5);
    for (const word of words) expect(word.length).toBeLessThanOrEqual(6);
  });

  it('keep merges within lines where they are asked to', async () => {
    const lineEnds = (list: string[]) => list.filter((each) => /\\n|\n/u.test(each)).length;
    const rules = { minDocuments: 1 } as const;
    expect(lineEnds(await texts({ rules: { ...rules, unit: 'line' } }))).toBe(0);
  });

  it.each(['(', '(a+)+b', '(x|y*)*z'])('refuse %s by name', async (neverMerge) => {
    await expect(learned({ rules: { neverMerge } })).rejects.toMatchObject({
      code: 'lab/bad-pattern',
      message: expect.stringContaining(JSON.stringify(neverMerge)) as string,
    });
  });

  it('that are the defaults are no other way', () => {
    const plain = wayOf({ method: 'continued', rules: { unit: 'document', mergeDigits: false, neverMerge: '' } });
    expect(plain).toEqual({ method: 'continued' });
    const one = wayOf({ method: 'added', rules: { minFrequency: 3, unit: 'line' } });
    expect(isSameWay(one, wayOf({ method: 'added', rules: { unit: 'line', minFrequency: 3 } }))).toBe(true);
    expect(isSameWay(one, wayOf({ method: 'added', rules: { unit: 'line' } }))).toBe(false);
    expect(isSameWay(one, plain)).toBe(false);
  });
});

describe('a corpus that is read from its files', () => {
  it('gives the diagnosis and the vocabularies of the same corpus in memory', async () => {
    const large = await open(100_000);
    expect(large.readTrain).toBeDefined();
    expect(large.summary.sampledDocuments).toBeGreaterThan(0);
    const { milliseconds: _, ...found } = (await diagnose(model, large)).diagnosis;
    const { milliseconds: __, ...expected } = (await diagnose(model, corpus)).diagnosis;
    expect(found).toEqual(expected);
    for (const method of ['continued', 'independent', 'added'] as const) {
      const [streamed, inMemory] = await Promise.all(
        [large, corpus].map((each) => learnVocabulary(model, each, { method, newTokens: 60 })),
      );
      expect(streamed!.tokens).toEqual(inMemory!.tokens);
      expect(streamed!.trainingTokens).toEqual(inMemory!.trainingTokens);
    }
  });
});

describe('estimates', () => {
  it('come after a second of a phase, from its own pace', async () => {
    const seen: Progress[] = [];
    const report = throttled((progress) => seen.push(progress));
    report({ phase: 'reading', done: 0, total: 10 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    report({ phase: 'reading', done: 4, total: 10 });
    report({ phase: 'merging', done: 0, total: 5 });
    report({ phase: 'merging', done: 5, total: 5 });
    expect(seen[0]!.remainingMilliseconds).toBeUndefined();
    expect(seen[1]!.remainingMilliseconds).toBeGreaterThan(1100);
    expect(seen[1]!.remainingMilliseconds).toBeLessThan(60_000);
    expect(seen.slice(2).every(({ remainingMilliseconds: left }) => left === undefined)).toBe(true);
  });
});
