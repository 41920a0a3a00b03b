// General text between that of the corpus, and new tokens read as their old pieces.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { utf8Length } from '../../../src/corpus/index';
import { learnVocabulary } from '../../../src/lab/vocabulary/learnVocabulary';
import { openCorpus } from '../../../src/lab/open/openCorpus';
import type { CorpusText } from '../../../src/lab/open/corpusText';
import type { TokenizerModel } from '../../../src/lab/open/tokenizerModel';
import { sampledDocuments } from '../../../src/lab/scoring/evaluate';
import { ownShareOf, replayedPassages, withReplay } from '../../../src/lab/training/replay';
import { resegmenting } from '../../../src/lab/training/resegment';
import { stagePlans, type Planned } from '../../../src/lab/training/stagePlans';
import type { Stage } from '../../../src/lab/training/recipe';
import { loadTokenizer, type Tokenizer } from '../../../src/tokenizer/index';

const json = readFileSync('public/models/rootstock/tokenizer.json', 'utf8');
const tokenizer = loadTokenizer(JSON.parse(json));
const general = readFileSync('public/samples/general-english.txt', 'utf8').slice(0, 60_000).split('\n\n');
const evaluation = { generalBytes: 4096, sample: 'spread' } as const;
const bytesOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + utf8Length(text), 0);

describe('replay', () => {
  const own = Array.from({ length: 400 }, (_, at) => `C${'C'.repeat(at % 60)}O`);

  it.each([0.01, 0.25, 0.5, 0.9])('is %d of all bytes, spread evenly, to a character', (replay) => {
    const mixed = withReplay(own, replay, replayedPassages({ general, evaluation }, 1));
    expect(mixed.filter((text) => own.includes(text))).toEqual(own);
    const isReplayed = mixed.map((text) => !own.includes(text));
    const replayed = mixed.filter((_, at) => isReplayed[at]);
    const wanted = (bytesOf(own) * replay) / (1 - replay);
    expect(Math.abs(bytesOf(replayed) - wanted)).toBeLessThanOrEqual(4);
    // Never a whole passage behind, nor one ahead.
    const longest = Math.max(...general.map(utf8Length));
    let [ownBytes, replayedBytes] = [0, 0];
    mixed.forEach((text, at) => {
      if (isReplayed[at]) replayedBytes += utf8Length(text);
      else ownBytes += utf8Length(text);
      const isBetween = at + 1 < mixed.length && isReplayed[at] && !isReplayed[at + 1];
      if (isBetween) expect(Math.abs(replayedBytes - (ownBytes * replay) / (1 - replay))).toBeLessThanOrEqual(longest);
    });
  });

  it('takes no passage that is scored', () => {
    const scored = sampledDocuments(general, evaluation.generalBytes, evaluation.sample);
    const passages = replayedPassages({ general, evaluation }, 3);
    const taken = Array.from({ length: 3 * general.length }, () => passages.next().value);
    expect(taken.filter((text) => scored.includes(text))).toEqual([]);
    expect(new Set(taken).size + new Set(scored).size).toBe(new Set(general.filter((text) => text !== '')).size);
  });

  it('is refused where all general text is scored', () => {
    const all = { generalBytes: 1e9, sample: 'spread' } as const;
    expect(() => replayedPassages({ general, evaluation: all }, 1)).toThrow(
      expect.objectContaining({ code: 'lab/no-replay-text', hint: expect.stringContaining('generalBytes') as string }),
    );
  });

  it('leaves of the budget what is not replayed, over the stages by their shares', () => {
    expect(ownShareOf([{}])).toBe(1);
    expect(ownShareOf([])).toBe(1);
    expect(ownShareOf([{ replay: 0.25 }])).toBe(0.75);
    expect(ownShareOf([{ share: 3, replay: 0.5 }, { share: 1 }])).toBe(0.625);
  });
});

describe('a stage', () => {
  let corpus: CorpusText;
  let extended: Tokenizer;
  let newRows: { id: number; pieces: readonly number[] }[];
  beforeAll(async () => {
    const text = readFileSync('public/samples/molecules.smi', 'utf8').slice(0, 60_000);
    corpus = await openCorpus([new File([text], 'molecules.smi')], { name: '', documents: general });
    const model = { tokenizer } as TokenizerModel;
    const { tokens } = await learnVocabulary(model, corpus, { method: 'continued', newTokens: 60 });
    extended = tokenizer.extended(tokens);
    newRows = tokens.map(({ id, pieces }) => ({ id, pieces }));
  });
  const plansOf = (stages: readonly Partial<Stage>[]) =>
    stagePlans(
      {
        model: { startId: null, config: { eosTokenIds: [] } } as unknown as Planned['model'],
        corpus,
        evaluation,
        vocabulary: { newRows } as unknown as NonNullable<Planned['vocabulary']>,
        stages: stages.map((stage) => ({ share: 1, batch: { rows: 4, length: 32 }, ...stage }) as Stage),
        budget: { bytes: 20_000 },
        seed: 1,
      },
      extended,
    );
  const textOf = (documents: readonly Uint32Array[], using: Tokenizer) =>
    documents.map((ids) => using.decode(Array.from(ids)));

  it('reads the same bytes with replay as without, and general text for its share of them', async () => {
    const [plain] = await plansOf([{}]);
    const [mixed] = await plansOf([{ replay: 0.25 }]);
    expect(Math.abs(mixed!.bytes - plain!.bytes)).toBeLessThanOrEqual(8);
    const passages = new Set(general);
    const replayed = textOf(mixed!.documents, extended).filter((text) => passages.has(text));
    // All but the last passage, which is cut.
    expect(bytesOf(replayed)).toBeGreaterThan(0.2 * 20_000);
    expect(bytesOf(replayed)).toBeLessThanOrEqual(0.25 * 20_000);
  });

  it('goes on in the general text where the stage before it stopped', async () => {
    const [first, second] = await plansOf([{ replay: 0.25 }, { replay: 0.25 }]);
    const passages = new Set(general);
    const [one, other] = [first!, second!].map(({ documents }) =>
      textOf(documents, extended).filter((text) => passages.has(text)),
    );
    expect(one!.length).toBeGreaterThan(2);
    expect(other!.filter((text) => one!.includes(text))).toEqual([]);
  });

  it('reads new tokens as their old pieces as often as it is told, and the same text', async () => {
    const isNew = (id: number) => newRows.some((row) => row.id === id);
    const newIn = (documents: readonly Uint32Array[]) =>
      documents.reduce((sum, ids) => sum + ids.filter(isNew).length, 0);
    const [plain] = await plansOf([{}]);
    const [half] = await plansOf([{ resegment: 0.5 }]);
    const [none] = await plansOf([{ resegment: 1 }]);
    const before = newIn(plain!.documents);
    expect(before).toBeGreaterThan(1000);
    // Five standard errors of a coin thrown so often.
    expect(Math.abs(newIn(half!.documents) / before - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(before));
    expect(newIn(none!.documents)).toBe(0);
    for (const plan of [half!, none!])
      expect(textOf(plan.documents, extended)).toEqual(textOf(plain!.documents, extended));
    expect(none!.steps).toBeGreaterThan(plain!.steps);
    expect(await plansOf([{ resegment: 0.5 }])).toEqual([half]);
  });

  it('cuts a document that is read twice anew each time', () => {
    const ids = extended.encode(corpus.train.slice(0, 20).join('')).ids;
    const recut = resegmenting(newRows, 0.5, 1);
    expect([...recut(ids)]).not.toEqual([...recut(ids)]);
  });
});
