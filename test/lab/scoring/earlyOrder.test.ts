import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { earlyOrder, rankCorrelation, ranks } from '../../../src/lab/scoring/earlyOrder';

const curve = (...bits: (number | null)[]) => bits.map((bitsPerByte, point) => ({ bytes: 100 * point, bitsPerByte }));

describe('the order of arms while they are trained', () => {
  it('is compared with that at the end, over the mean of the seeds', () => {
    const arms = [
      { arm: 'a', curves: [curve(4, 3, 1), curve(4, 3, 1)] },
      { arm: 'b', curves: [curve(3, 2, 2)] },
      { arm: 'c', curves: [curve(2, 5, 3), curve(2, 3, 3)] },
      { arm: 'd', curves: [curve(1, 5, 4)] },
    ];
    expect(earlyOrder(arms)).toEqual([
      { bytes: 0, correlation: -1, best: 'd', bestRanksAtEnd: 4 },
      // a 3, b 2, c 4, d 5: ranks 2 1 3 4 beside 1 2 3 4.
      { bytes: 100, correlation: expect.closeTo(0.8, 12) as number, best: 'b', bestRanksAtEnd: 2 },
    ]);
  });

  it('is read between points where curves have others', () => {
    const arms = [10, 20, 30].map((end, at) => ({ arm: String(at), curves: [curve(at, at, end)] }));
    const other = [
      { bytes: 0, bitsPerByte: 9 },
      { bytes: 300, bitsPerByte: 0 },
    ];
    // At 100 and 200, where the others end, it has come to 6 and 3.
    const found = earlyOrder([...arms, { arm: 'other', curves: [other] }]);
    expect(found.map(({ correlation }) => correlation)).toEqual([expect.closeTo(-0.2, 12), expect.closeTo(-0.2, 12)]);
  });

  it('is not told of fewer than four arms, nor where text is lost', () => {
    const arms = ['a', 'b', 'c'].map((arm, at) => ({ arm, curves: [curve(at, at, at)] }));
    expect(earlyOrder(arms)).toEqual([]);
    expect(earlyOrder([...arms, { arm: 'd', curves: [] }])).toEqual([]);
    expect(earlyOrder([...arms, { arm: 'd', curves: [curve(1, 1, null)] }])).toEqual([]);
    expect(earlyOrder([...arms, { arm: 'd', curves: [curve(1, null, 1)] }]).map(({ bytes }) => bytes)).toEqual([0]);
  });

  it('has ranks whose ties share their mean', () => {
    expect(ranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]);
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBe(0);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 12 }), (values) => {
        expect(ranks(values).reduce((sum, rank) => sum + rank, 0)).toBe((values.length * (values.length + 1)) / 2);
        const same = rankCorrelation(
          values,
          values.map((value) => 2 * value + 1),
        );
        expect(same).toBeCloseTo(new Set(values).size > 1 ? 1 : 0, 12);
      }),
    );
  });
});
