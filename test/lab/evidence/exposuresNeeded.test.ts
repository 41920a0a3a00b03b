import { describe, expect, it } from 'vitest';
import { crossing, median, runningMedian } from '../../../src/lab/evidence/exposuresNeeded';
import { seededRandom } from '../../../src/random';

/** Advantage rises by the logarithm of exposures through zero at `needed`, with noise. */
function cloud(count: number, needed: number, noise: number, seed = 1) {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const exposures = Math.round(Math.exp(1 + 6 * random()));
    return { exposures, advantage: Math.log(exposures / needed) + noise * (random() + random() - 1) };
  });
}

describe('how often a token must be seen', () => {
  it('is where the running median of the tokens crosses zero, inside its interval', () => {
    for (const needed of [20, 100]) {
      const found = crossing(cloud(400, needed, 1.5));
      if (found.kind !== 'at') throw new Error(found.kind);
      const [low, high] = found.interval as [number, number];
      expect(found.exposures / needed).toBeGreaterThan(0.8);
      expect(found.exposures / needed).toBeLessThan(1.25);
      expect(low).toBeLessThan(found.exposures);
      expect(high).toBeGreaterThan(found.exposures);
    }
  });

  it('has intervals that hold the truth in most repetitions, wider with fewer tokens', () => {
    const runs = Array.from({ length: 20 }, (_, seed) => crossing(cloud(150, 60, 2, seed + 1)));
    const held = runs.filter(
      (run) => run.kind === 'at' && (run.interval[0] ?? 0) <= 60 && (run.interval[1] ?? Infinity) >= 60,
    );
    expect(held.length).toBeGreaterThanOrEqual(17);
    const width = (count: number) => {
      const found = crossing(cloud(count, 60, 2));
      return found.kind === 'at' ? Math.log(found.interval[1]! / found.interval[0]!) : Infinity;
    };
    expect(width(1000)).toBeLessThan(width(120));
  });

  it('is not told where every token pays, none does, or there are too few', () => {
    const tokens = cloud(60, 100, 0);
    const shifted = (by: number) =>
      tokens.map(({ exposures, advantage }) => ({ exposures, advantage: advantage + by }));
    expect(crossing(shifted(50))).toEqual({ kind: 'always' });
    expect(crossing(shifted(-50))).toEqual({ kind: 'never' });
    expect(crossing(tokens.slice(0, 8))).toEqual({ kind: 'too-few-tokens' });
    expect(runningMedian(tokens.slice(0, 8))).toEqual([]);
  });

  it('takes each median over a fifth of the tokens, from the rarest to the most frequent', () => {
    const tokens = cloud(101, 50, 1);
    const sorted = [...tokens].sort((a, b) => a.exposures - b.exposures);
    const curve = runningMedian(tokens);
    const over = (start: number) => median(sorted.slice(start, start + 20).map(({ advantage }) => advantage));
    expect(curve).toHaveLength(40);
    expect([curve[0]!.advantage, curve.at(-1)!.advantage]).toEqual([over(0), over(81)]);
    expect(curve.map(({ exposures }) => exposures)).toEqual(
      curve.map(({ exposures }) => exposures).sort((a, b) => a - b),
    );
  });

  it('has a place for tokens that were never seen', () => {
    const never = Array.from({ length: 20 }, () => ({ exposures: 0, advantage: -1 }));
    const often = Array.from({ length: 20 }, () => ({ exposures: 50, advantage: 1 }));
    expect(crossing([...never, ...often])).toMatchObject({ kind: 'at' });
  });
});
