import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { planGraft } from '../../src/graft/index';
import { labErrorOf } from '../checkpoint/writeBytes';

describe('planGraft', () => {
  it('lets new ids land in spare rows first and never shrinks a padded matrix (Qwen: 151,669 tokens, 151,936 rows)', () => {
    const qwen = { embeddingRows: 151_936, tokenizerLength: 151_669, firstNewId: 151_669 };
    expect(planGraft({ ...qwen, count: 200 })).toMatchObject({
      newEmbeddingRows: 151_936,
      spareRowsUsed: 200,
      rowsAdded: 0,
      segments: [
        { kind: 'old', firstId: 0, rows: 151_669 },
        { kind: 'new', firstId: 151_669, rows: 200 },
        { kind: 'old', firstId: 151_869, rows: 67 },
      ],
    });
    expect(planGraft({ ...qwen, count: 300 })).toMatchObject({
      newEmbeddingRows: 151_969,
      spareRowsUsed: 267,
      rowsAdded: 33,
      segments: [
        { kind: 'old', firstId: 0, rows: 151_669 },
        { kind: 'new', firstId: 151_669, rows: 300 },
      ],
    });
  });

  it('appends rows where the matrix has none to spare', () => {
    expect(planGraft({ embeddingRows: 512, tokenizerLength: 512, firstNewId: 512, count: 64 })).toMatchObject({
      newEmbeddingRows: 576,
      spareRowsUsed: 0,
      rowsAdded: 64,
    });
  });

  it('starts after the largest id, not after the number of tokens', () => {
    const plan = planGraft({ embeddingRows: 600, tokenizerLength: 500, firstNewId: 510, count: 8 });
    expect(plan.segments[1]).toEqual({ kind: 'new', firstId: 510, rows: 8 });
  });

  it('covers every id once, whatever the four numbers', () => {
    const counts = fc
      .tuple(fc.nat(300), fc.nat(50), fc.nat(50), fc.nat(120))
      .map(([tokenizerLength, gap, spare, count]) => ({
        tokenizerLength,
        firstNewId: tokenizerLength + gap,
        embeddingRows: tokenizerLength + gap + spare,
        count,
      }));
    fc.assert(
      fc.property(counts, (numbers) => {
        const plan = planGraft(numbers);
        expect(plan.spareRowsUsed + plan.rowsAdded).toBe(numbers.count);
        expect(plan.newEmbeddingRows).toBeGreaterThanOrEqual(numbers.embeddingRows);
        let next = 0;
        for (const { kind, firstId, rows } of plan.segments) {
          expect(firstId).toBe(next);
          expect(rows).toBeGreaterThan(0);
          const isNew = firstId >= numbers.firstNewId && firstId < numbers.firstNewId + numbers.count;
          expect(kind).toBe(isNew ? 'new' : 'old');
          next += rows;
        }
        expect(next).toBe(plan.newEmbeddingRows);
      }),
      { seed: 3 },
    );
  });

  it('refuses a tokenizer and a matrix that cannot belong together', async () => {
    for (const counts of [
      { embeddingRows: 500, tokenizerLength: 512, firstNewId: 512, count: 1 },
      { embeddingRows: 512, tokenizerLength: 512, firstNewId: 500, count: 1 },
      { embeddingRows: 512, tokenizerLength: 512, firstNewId: 512, count: -1 },
    ]) {
      expect((await labErrorOf(() => planGraft(counts))).code).toBe('graft/counts');
    }
  });
});
