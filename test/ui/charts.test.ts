import fc from '../support/properties';
import { describe, expect, test } from 'vitest';
import { niceStep } from '../../src/ui/charts/scales';
import { decimate, logTicks, valueRange } from '../../src/ui/parts/chart-data';
import { breakEven, exposureAt, lengthAt, roundSize } from '../../src/ui/steps/frontier-data';
import { diagnosis } from './fakeResults';

describe('long curves', () => {
  test('a curve that fits the screen is drawn as it is', () => {
    expect(decimate([1, 2, 3], [[4, null, 6]], 10)).toEqual({ x: [1, 2, 3], ys: [[4, null, 6]] });
  });

  test('a thinned curve keeps its mean and never invents a value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 200, maxLength: 3000 }),
        (values) => {
          const { x, ys } = decimate(
            values.map((_, at) => at),
            [values],
            100,
          );
          expect(x).toHaveLength(100);
          for (const value of ys[0]!) {
            expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
            expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a stretch without targets stays a gap', () => {
    const column = Array.from({ length: 1000 }, (_, at) => (at < 500 ? null : 2));
    const { ys } = decimate(
      column.map((_, at) => at),
      [column],
      10,
    );
    expect(ys[0]).toEqual([null, null, null, null, null, 2, 2, 2, 2, 2]);
  });

  test('the range holds every value; without any it is still a range', () => {
    const [low, high] = valueRange([[1.2, null, 3.4]], false);
    expect(low).toBeLessThan(1.2);
    expect(high).toBeGreaterThan(3.4);
    expect(valueRange([[null]], false)).toEqual([0, 1]);
  });

  test('a log axis always has at least two ticks to read by', () => {
    for (const [low, high] of [
      [1.8, 11],
      [2.4, 3.1],
      [0.01, 100],
    ] as const) {
      expect(logTicks([Math.log(low), Math.log(high)]).length).toBeGreaterThanOrEqual(2);
    }
  });
});

describe('the frontier between its measured points', () => {
  const frontier = { base: diagnosis.frontier[0]!.bytesPerToken, points: diagnosis.frontier.slice(1) };

  test('a measured size reads as measured', () => {
    for (const point of frontier.points) {
      expect(lengthAt(frontier, point.newTokens)).toBeCloseTo(point.bytesPerToken, 10);
      expect(exposureAt(frontier, point.newTokens)).toBeCloseTo(point.exposureP10, 6);
    }
  });

  test('between and beyond points it stays within its neighbours', () => {
    expect(lengthAt(frontier, 300)).toBeGreaterThan(lengthAt(frontier, 256));
    expect(lengthAt(frontier, 300)).toBeLessThan(lengthAt(frontier, 512));
    expect(lengthAt(frontier, 1e6)).toBe(frontier.points.at(-1)!.bytesPerToken);
  });

  test('sizes snap to powers of two and to round numbers', () => {
    expect(roundSize(510)).toBe(512);
    expect(roundSize(777)).toBe(780);
    expect(niceStep(0.34)).toBeCloseTo(0.5);
  });

  test('break-even is k d / (N + (V + k) d)', () => {
    const model = { embeddingRows: 4096, hiddenSize: 256, parameters: 4_731_136, tied: true };
    const body = 4_731_136 - 4096 * 256;
    expect(breakEven(model as never, 512)).toBeCloseTo((512 * 256) / (body + (4096 + 512) * 256), 12);
  });
});
