import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { studentQuantile } from '../../../src/lab/scoring/studentT';
import { bytesUntilExposure, endSlope, exposureOf, plannedExposure } from '../../../src/lab/scoring/usefulLength';

const curve = (bitsAt: (bytes: number) => number, bytes: readonly number[]) =>
  bytes.map((at) => ({ bytes: at, bitsPerByte: bitsAt(at) }));
const every = (step: number, count: number) => Array.from({ length: count }, (_, index) => (index + 1) * step);

describe('the slope at the end', () => {
  it('is that of the line a curve follows, per doubling, and goes on along it', () => {
    const { perDoubling, standardError, interval, nextDoubling } = endSlope(
      curve((bytes) => 5 - 0.25 * Math.log2(bytes), every(1000, 40)),
    )!;
    expect(perDoubling).toBeCloseTo(-0.25, 10);
    expect(standardError).toBeCloseTo(0, 10);
    expect(interval![1] - interval![0]).toBeCloseTo(0, 8);
    expect(nextDoubling.bytes).toBe(80_000);
    expect(nextDoubling.bitsPerByte).toBeCloseTo(5 - 0.25 * Math.log2(80_000), 10);
  });

  it('is that of the last doubling alone: how it began does not matter', () => {
    const flat = endSlope(curve((bytes) => (bytes < 20_000 ? 9 : 2), every(1000, 40)))!;
    expect(flat).toMatchObject({ perDoubling: 0, points: 21, fromBytes: 20_000 });
  });

  it('is what least squares give by hand: x of 0, 1, 2 and y of 3, 1, 2', () => {
    const { perDoubling, standardError, interval, nextDoubling } = endSlope([
      { bytes: 1, bitsPerByte: 3 },
      { bytes: 2, bitsPerByte: 1 },
      { bytes: 4, bitsPerByte: 2 },
    ])!;
    // Residuals 1/2, -1, 1/2 of one degree of freedom: variance 3/2, over a spread of 2.
    expect(perDoubling).toBeCloseTo(-0.5, 12);
    expect(standardError).toBeCloseTo(Math.sqrt(0.75), 12);
    expect(interval![1]).toBeCloseTo(-0.5 + 12.706204736174698 * Math.sqrt(0.75), 10);
    // At x = 3: mean 2, two away from the mean x; variance 3/2 (1/3 + 4/2).
    expect(nextDoubling.bitsPerByte).toBeCloseTo(1, 12);
    expect(nextDoubling.interval![0]).toBeCloseTo(1 - 12.706204736174698 * Math.sqrt(3.5), 10);
  });

  it('leaves out what was measured before any text, and where text is lost; the order does not matter', () => {
    const points = curve((bytes) => 4 - 0.1 * Math.log2(bytes), [400, 100, 300, 200]);
    const more = [{ bytes: 0, bitsPerByte: 9 }, { bytes: 350, bitsPerByte: null }, ...points];
    expect(endSlope(more)).toEqual(endSlope(points));
    expect(endSlope(points)!.perDoubling).toBeCloseTo(-0.1, 10);
  });

  it('takes seeds together, and takes the last three places where evaluations are far apart', () => {
    const seeds = [0.1, -0.1].flatMap((offset) =>
      curve((bytes) => 4 + offset - 0.2 * Math.log2(bytes), [10, 1000, 9000]),
    );
    const { perDoubling, points, fromBytes, standardError } = endSlope(seeds)!;
    expect({ points, fromBytes }).toEqual({ points: 6, fromBytes: 10 });
    expect(perDoubling).toBeCloseTo(-0.2, 10);
    expect(standardError).toBeGreaterThan(0);
  });

  it('has no interval through two points and is not there for fewer', () => {
    const two = endSlope(curve(Math.log2, [100, 200]))!;
    expect(two.perDoubling).toBeCloseTo(1, 12);
    expect([two.standardError, two.interval, two.nextDoubling.interval]).toEqual([null, null, null]);
    expect(endSlope(curve(Math.log2, [100, 100]))).toBeNull();
    expect(endSlope([])).toBeNull();
  });

  it('has an interval that holds the true slope in 95 of 100 noisy curves', () => {
    let held = 0;
    const draws = 4000;
    let state = 1;
    const uniform = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    for (let draw = 0; draw < draws; draw++) {
      const noisy = endSlope(curve((bytes) => 3 - 0.1 * Math.log2(bytes) + 0.05 * normal(), every(1000, 12)))!;
      if (noisy.interval![0] <= -0.1 && -0.1 <= noisy.interval![1]) held++;
    }
    expect(held / draws).toBeGreaterThan(0.935);
    expect(held / draws).toBeLessThan(0.965);
  });

  it('does not change with the unit of the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0.1, max: 10, noNaN: true })), {
          minLength: 3,
          maxLength: 20,
        }),
        (pairs) => {
          const points = pairs.map(([bytes, bitsPerByte]) => ({ bytes, bitsPerByte }));
          const slope = endSlope(points);
          const scaled = endSlope(points.map(({ bytes, bitsPerByte }) => ({ bytes: bytes * 1024, bitsPerByte })));
          if (slope === null) expect(scaled).toBeNull();
          else expect(scaled!.perDoubling).toBeCloseTo(slope.perDoubling, 5);
        },
      ),
    );
  });
});

describe('Student’s t', () => {
  // Tables of the 97.5 % quantile.
  it.each([
    [1, 12.7062],
    [4, 2.7764],
    [5, 2.5706],
    [6, 2.4469],
    [9, 2.2622],
    [10, 2.2281],
    [30, 2.0423],
    [1000, 1.9623],
  ])('with %i degrees of freedom is %f', (freedom, expected) => {
    expect(studentQuantile(freedom)).toBeCloseTo(expected, 3);
  });
});

describe('bytes until exposure holds', () => {
  it('grow from what was counted to the floor of the diagnosis', () => {
    expect(bytesUntilExposure({ exposureP10: 12, bytes: 30_000 })).toBe(250_000);
    expect(bytesUntilExposure({ exposureP10: 200, bytes: 30_000 })).toBe(15_000);
    expect(bytesUntilExposure({ exposureP10: 3, bytes: 1000 }, 1000)).toBe(333_334);
  });

  it('cannot be told of tokens that were never seen', () => {
    expect(bytesUntilExposure({ exposureP10: 0, bytes: 30_000 })).toBeNull();
    expect(bytesUntilExposure({ exposureP10: 0, bytes: 0 })).toBeNull();
  });
});

describe('how often new tokens are seen', () => {
  const times = [...Array.from({ length: 18 }, (_, at) => 100 + at), 40, 3, 0];

  it('counts those that are seen often enough, and how much text the rarest tenth needs', () => {
    expect(exposureOf(times, 30_000)).toEqual({
      ...{ tokens: 21, fed: 18, floor: 100, bytes: 30_000 },
      ...{ exposureP10: 40, bytesUntilFed: 75_000 },
    });
    expect(exposureOf([0, 0], 30_000)).toMatchObject({ fed: 0, exposureP10: 0, bytesUntilFed: null });
    expect(exposureOf([], 30_000)).toMatchObject({ tokens: 0, fed: 0, bytesUntilFed: null });
  });

  it('plans a part of the text, and text that is read again', () => {
    const half = plannedExposure(times, { bytes: 60_000 }, { bytes: 30_000 });
    expect(half).toMatchObject({ exposureP10: 20, fed: 0, bytesUntilFed: 150_000, bytes: 30_000 });
    expect(plannedExposure(times, { bytes: 60_000 }, { bytes: 600_000 }).fed).toBe(19);
    expect(plannedExposure(times, { bytes: 0 }, { bytes: 10 })).toMatchObject({ fed: 0, bytesUntilFed: null });
  });
});
