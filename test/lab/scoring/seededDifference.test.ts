import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../../src/lab/scoring/bootstrap';
import { seededDifference, seededScore } from '../../../src/lab/scoring/seededDifference';
import { fewUnitsFactor, studentQuantile } from '../../../src/lab/scoring/studentT';
import { bySeed, documentScores, flat, simulate, type Levels } from './simulatedScores';

const width = (interval: readonly [number, number] | null) => interval![1] - interval![0];

describe("Student's t", () => {
  it.each([
    [1, 12.7062],
    [2, 4.3027],
    [4, 2.7764],
    [5, 2.5706],
    [6, 2.4469],
    [9, 2.2622],
    [29, 2.0452],
    [99, 1.9842],
  ])('of %d degrees of freedom is that of the tables', (df, quantile) => {
    expect(Math.abs(studentQuantile(df) - quantile)).toBeLessThan(1e-3);
  });

  it('widens less the more units there are, down to 1', () => {
    const factors = Array.from({ length: 200 }, (_, n) => fewUnitsFactor(n + 2));
    expect(factors.every((factor, n) => n === 0 || factor < factors[n - 1]!)).toBe(true);
    expect(factors.at(-1)).toBeCloseTo(1, 1);
  });
});

describe('the difference over seeds', () => {
  it('is the mean over seeds of ratios of sums: arm - control', () => {
    const long = (bits: number[]) => ({
      ...documentScores(bits),
      nats: [bits[0]! * Math.LN2 * 100, bits[1]! * Math.LN2 * 300, 0],
      bytes: [100, 300, 0],
    });
    const { bitsPerByte, armBitsPerByte, controlBitsPerByte } = seededDifference(
      bySeed(long([1, 2, 0]), long([2, 2, 0])),
      bySeed(long([2, 2, 0]), long([2, 4, 0])),
    );
    // (1 x 100 + 2 x 300) / 400 - 2 = -0.25, and 2 - (2 x 100 + 4 x 300) / 400 = -1.5
    expect(bitsPerByte).toBeCloseTo(-0.875, 12);
    expect(armBitsPerByte! - controlBitsPerByte!).toBeCloseTo(-0.875, 12);
  });

  it('is that of one pairing where there is one seed, and says that its interval is of documents only', () => {
    const { arm, control } = simulate({ mean: 0.1, seeds: 0, documents: 0.2 }, 1, 60, 4);
    const one = seededDifference(arm, control);
    const known = pairedDifference(control[0]!.scores, arm[0]!.scores)!;
    expect(one).toMatchObject({ levels: 'documents', seeds: [1], documents: 60 });
    expect(one.spread.seeds).toBeNull();
    expect(one.bitsPerByte).toBeCloseTo(known.bitsPerByte, 12);
    expect(Math.abs(width(one.interval) / width(known.interval) - fewUnitsFactor(60))).toBeLessThan(0.08);
  });

  it('cancels what both arms share of seeds and documents', () => {
    const { arm, control } = simulate({ mean: -0.1, seeds: 0, documents: 0 }, 3, 40, 1);
    const { bitsPerByte, interval, levels } = seededDifference(arm, control);
    expect(levels).toBe('documents-and-seeds');
    expect(bitsPerByte).toBeCloseTo(-0.1, 10);
    expect(width(interval)).toBeLessThan(1e-9);
  });

  it('gives each level its own spread', () => {
    const seeds = [0.3, -0.1, 0.1, 0.5];
    const ofSeeds = seededDifference(
      bySeed(...seeds.map((shift) => flat(2 + shift, 30))),
      bySeed(...seeds.map(() => flat(2, 30))),
    );
    const variance = seeds.reduce((total, shift) => total + (shift - 0.2) ** 2, 0) / 3;
    expect(ofSeeds.spread.documents).toBeCloseTo(0, 12);
    expect(ofSeeds.spread.seeds).toBeCloseTo(Math.sqrt(variance / 4), 12);

    const shifts = Array.from({ length: 50 }, (_, d) => (d % 2 === 0 ? 0.2 : -0.2));
    const shifted = documentScores(shifts.map((shift) => 2 + shift));
    const ofDocuments = seededDifference(bySeed(shifted, shifted), flat(2, 50));
    expect(ofDocuments.spread.seeds).toBeCloseTo(0, 12);
    expect(ofDocuments.spread.documents! / (0.2 / Math.sqrt(49))).toBeCloseTo(1, 1);
  });

  it('leaves out seeds of one side, and says so', () => {
    const runs = (seeds: number[], bits: number) => seeds.map((seed) => ({ seed, scores: flat(bits + seed, 5) }));
    const all = seededDifference(runs([7, 2, 1, 3], 1), runs([3, 9, 2], 2));
    expect(all).toMatchObject({ seeds: [2, 3], leftOut: { arm: [1, 7], control: [9] } });
    expect(all).toMatchObject({ bitsPerByte: expect.closeTo(-1, 10), armBitsPerByte: expect.closeTo(3.5, 10) });
  });

  it('is null where no seed is paired, on either side', () => {
    const one = bySeed(flat(1, 5));
    for (const none of [
      seededDifference(one, []),
      seededDifference([], one),
      seededDifference([], []),
      seededDifference([], flat(1, 5)),
      seededDifference(one, [{ seed: 2, scores: flat(1, 5) }]),
    ]) {
      expect(none).toMatchObject({ bitsPerByte: null, interval: null, seeds: [], tokensSaved: null, losesText: false });
    }
  });

  it('takes scores given once for every seed', () => {
    const { arm, control } = simulate({ mean: 0.1, seeds: 0.1, documents: 0.1 }, 3, 20, 2);
    const once = control[0]!.scores;
    expect(seededDifference(arm, once)).toEqual(seededDifference(arm, bySeed(once, once, once)));
    expect(seededDifference(once, arm).bitsPerByte).toBeCloseTo(-seededDifference(arm, once).bitsPerByte!, 12);
    expect(seededDifference(once, once)).toMatchObject({ bitsPerByte: 0, levels: 'documents', seeds: [] });
  });

  it('counts tokens of both sides', () => {
    const { tokensSaved } = seededDifference(
      bySeed(flat(1, 10, { bytesPerToken: 2.5 })),
      bySeed(flat(1, 10, { bytesPerToken: 2 })),
    );
    expect(tokensSaved).toBeCloseTo(0.2, 12);
  });

  it.each([
    ['two documents', 2, null],
    ['three documents', 3, [expect.any(Number), expect.any(Number)]],
  ])('has an interval from three documents on: %s', (_, documents, interval) => {
    const { arm, control } = simulate({ mean: 0, seeds: 0.1, documents: 0.1 }, 3, documents, 3);
    expect(seededDifference(arm, control)).toMatchObject({ bitsPerByte: expect.any(Number), interval });
    expect(seededScore(arm)).toMatchObject({ bitsPerByte: expect.any(Number), interval });
  });

  it.each([
    ['of the arm', 1, 0],
    ['of the control', 0, 1],
    ['of both alike', 3, 3],
  ])('is null where text is lost: %s, in one seed', (_, ofArm, ofControl) => {
    const difference = seededDifference(
      bySeed(flat(1, 5), flat(1, 5, { lost: ofArm })),
      bySeed(flat(2, 5), flat(2, 5, { lost: ofControl })),
    );
    expect(difference).toMatchObject({ bitsPerByte: null, interval: null, losesText: true, tokensSaved: null });
    expect(difference.armBitsPerByte === null).toBe(ofArm > 0);
    expect(difference.controlBitsPerByte === null).toBe(ofControl > 0);
  });

  it('refuses scores of other documents, and a seed scored twice', () => {
    expect(() => seededDifference(bySeed(flat(1, 5)), bySeed(flat(1, 6)))).toThrow('different documents');
    expect(() => seededDifference(bySeed(flat(1, 5)), flat(1, 5, { bytes: 99 }))).toThrow('different documents');
    expect(() => seededScore([...bySeed(flat(1, 5)), ...bySeed(flat(1, 5))])).toThrow('Seed 1 was scored twice');
  });

  it('gives the same every time, in whatever order seeds come', () => {
    const { arm, control } = simulate({ mean: 0.1, seeds: 0.1, documents: 0.1 }, 4, 20, 5);
    expect(seededDifference([...arm].reverse(), control)).toEqual(seededDifference(arm, control));
  });
});

describe('the interval', () => {
  /** Of 200 experiments, the share whose interval holds the true mean. */
  const coverage = (levels: Levels, seeds: number, documents: number) => {
    let held = 0;
    for (let experiment = 1; experiment <= 200; experiment++) {
      const { arm, control } = simulate(levels, seeds, documents, experiment);
      const [low, high] = seededDifference(arm, control).interval!;
      if (low <= levels.mean && levels.mean <= high) held++;
    }
    return held / 200;
  };

  // Of 200, a true 95 % gives 90.5 % or more in 99.5 % of the cases.
  it.each([
    ['two seeds that differ much', 2, 40, { seeds: 0.05, documents: 0.01 }],
    ['three seeds that differ much', 3, 40, { seeds: 0.05, documents: 0.01 }],
    ['five seeds that differ much', 5, 40, { seeds: 0.05, documents: 0.01 }],
    ['documents that differ much', 3, 40, { seeds: 0.005, documents: 0.2 }],
    ['both alike', 3, 40, { seeds: 0.03, documents: 0.2 }],
    ['three documents', 3, 3, { seeds: 0.001, documents: 0.2 }],
    ['one seed, where seeds do not differ', 1, 40, { seeds: 0, documents: 0.2 }],
  ])('holds the truth nineteen times in twenty: %s', (_, seeds, documents, levels) => {
    expect(coverage({ mean: 0.1, ...levels }, seeds, documents)).toBeGreaterThanOrEqual(0.905);
  });

  it('of one seed does not speak for other seeds', () => {
    expect(coverage({ mean: 0.1, seeds: 0.05, documents: 0.1 }, 1, 40)).toBeLessThan(0.7);
  });

  it('is nearly that of a normal where units are many', () => {
    const { arm, control } = simulate({ mean: 0, seeds: 0.1, documents: 0.5 }, 60, 400, 9);
    const { interval, spread } = seededDifference(arm, control);
    const expected = 2 * 1.96 * Math.hypot(spread.seeds!, spread.documents!);
    expect(spread.seeds! / (0.1 / Math.sqrt(60))).toBeCloseTo(1, 0);
    expect(Math.abs(width(interval) / expected - 1)).toBeLessThan(0.08);
  });

  it('narrows with more seeds and with more documents', () => {
    const meanWidth = (seeds: number, documents: number) => {
      let total = 0;
      for (let experiment = 1; experiment <= 40; experiment++) {
        const { arm, control } = simulate({ mean: 0, seeds: 0.05, documents: 0.2 }, seeds, documents, experiment);
        total += width(seededDifference(arm, control).interval);
      }
      return total / 40;
    };
    const ofSeeds = [2, 3, 5, 10].map((seeds) => meanWidth(seeds, 40));
    const ofDocuments = [5, 20, 80].map((documents) => meanWidth(5, documents));
    for (const widths of [ofSeeds, ofDocuments]) {
      expect(widths.every((each, n) => n === 0 || each < widths[n - 1]!)).toBe(true);
    }
  });

  it('holds the estimate, and mirrors when the sides change', () => {
    const levels = fc.record({
      mean: fc.double({ min: -1, max: 1, noNaN: true }),
      seeds: fc.double({ min: 0, max: 0.5, noNaN: true }),
      documents: fc.double({ min: 0, max: 0.5, noNaN: true }),
    });
    fc.assert(
      fc.property(
        levels,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 3, max: 30 }),
        fc.nat(),
        (of, seeds, documents, seed) => {
          const { arm, control } = simulate(of, seeds, documents, seed);
          const there = seededDifference(arm, control);
          const back = seededDifference(control, arm);
          expect(there.interval![0]).toBeLessThanOrEqual(there.bitsPerByte! + 1e-9);
          expect(there.interval![1]).toBeGreaterThanOrEqual(there.bitsPerByte! - 1e-9);
          expect(back.bitsPerByte).toBeCloseTo(-there.bitsPerByte!, 9);
          expect(back.interval![0]).toBeCloseTo(-there.interval![1], 9);
          expect(back.interval![1]).toBeCloseTo(-there.interval![0], 9);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('the score of one arm', () => {
  it('is the mean over seeds, with an interval over both levels', () => {
    const score = seededScore(bySeed(flat(1.4, 20), flat(1.6, 20)));
    expect(score).toMatchObject({ levels: 'documents-and-seeds', seeds: [1, 2], documents: 20 });
    expect(score.bitsPerByte).toBeCloseTo(1.5, 12);
    expect(score.interval![0]).toBeLessThan(1.4);
    expect(score.interval![1]).toBeGreaterThan(1.6);
  });

  it('of scores given once is of documents only', () => {
    expect(seededScore(simulate({ mean: 0, seeds: 0, documents: 0.1 }, 1, 20, 1).arm[0]!.scores)).toMatchObject({
      levels: 'documents',
      seeds: [],
      spread: { seeds: null, documents: expect.any(Number) },
    });
  });

  it('is null where text is lost, and before any seed', () => {
    expect(seededScore(flat(1, 5, { lost: 1 }))).toMatchObject({ bitsPerByte: null, interval: null, losesText: true });
    expect(seededScore([])).toMatchObject({ bitsPerByte: null, interval: null, losesText: false, documents: 0 });
  });
});
