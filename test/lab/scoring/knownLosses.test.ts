// What was answered already is not asked again: documents by their ids, models by their key.
import { describe, expect, it } from 'vitest';
import { ignoredTarget } from '../../../src/engine/index';
import { scoreDocuments, type ScoredText, type Scorer } from '../../../src/lab/scoring/evaluate';
import { KnownLosses, KnownModels } from '../../../src/lab/scoring/knownLosses';
import { tokenLosses } from '../../../src/lab/scoring/tokenLosses';

const document = (...ids: number[]): ScoredText => ({ ids: Uint32Array.from(ids), bytes: ids.length, lostBytes: 0 });

/** A target costs a tenth of its id. */
function counting(known?: KnownLosses): Scorer & { asked: number[] } {
  const asked: number[] = [];
  return {
    ...{ asked, tokens: 8, windowLength: 8, startId: 0 },
    ...(known ? { known } : {}),
    losses: async ({ targets }) => {
      asked.push(...[...targets].filter((target) => target !== ignoredTarget));
      return Float32Array.from(targets, (target) => (target === ignoredTarget ? 0 : target / 8));
    },
  };
}

describe('known losses', () => {
  it('are not asked for again, and what is new is', async () => {
    const scorer = counting(new KnownLosses());
    const first = await scoreDocuments(scorer, [document(8, 16), document(24)]);
    expect(first.nats).toEqual([3, 3]);
    scorer.asked.length = 0;
    expect(await scoreDocuments(scorer, [document(8, 16), document(24)])).toEqual(first);
    expect(scorer.asked).toEqual([]);
    const more = await scoreDocuments(scorer, [document(24), document(8, 17), document(8, 16)]);
    expect(scorer.asked).toEqual([8, 17]);
    expect(more.nats).toEqual([3, 3.125, 3]);
  });

  it('of each token are the sums as well, and of sums no token is known', async () => {
    const scorer = counting(new KnownLosses());
    const each = await tokenLosses(scorer, [document(8, 16)]);
    scorer.asked.length = 0;
    expect(await tokenLosses(scorer, [document(8, 16)])).toEqual(each);
    expect((await scoreDocuments(scorer, [document(8, 16)])).nats).toEqual([3]);
    expect(scorer.asked).toEqual([]);
    await scoreDocuments(scorer, [document(40)]);
    scorer.asked.length = 0;
    expect(await tokenLosses(scorer, [document(40)])).toEqual([Float32Array.of(5)]);
    expect(scorer.asked).toEqual([40]);
  });

  it('of a document that is scored in part, or opens otherwise, are others', async () => {
    const scorer = counting(new KnownLosses());
    await scoreDocuments(scorer, [document(8, 16)]);
    const part = { ...document(8, 16), isScored: Uint8Array.of(0, 1) };
    expect((await scoreDocuments(scorer, [part])).nats).toEqual([2]);
    scorer.asked.length = 0;
    await scoreDocuments(scorer, [{ ...document(8, 16), startId: 5 }]);
    expect(scorer.asked).toEqual([8, 16]);
  });

  it('are not kept where nobody keeps them: weights that move are asked every time', async () => {
    const scorer = counting();
    await scoreDocuments(scorer, [document(8)]);
    await scoreDocuments(scorer, [document(8)]);
    expect(scorer.asked).toEqual([8, 8]);
  });
});

describe('known models', () => {
  it('keep their answers apart, and those that were asked for last', () => {
    const models = new KnownModels();
    models.of('first').keepSum(document(1), 2);
    expect(models.of('second').sum(document(1))).toBeUndefined();
    for (let at = 0; at < 30; at++) {
      models.of(`other ${at}`);
      if (at < 20) expect(models.of('first').sum(document(1))).toBe(2);
    }
    for (let at = 30; at < 60; at++) models.of(`other ${at}`);
    expect(models.of('first').sum(document(1))).toBeUndefined();
  });
});
