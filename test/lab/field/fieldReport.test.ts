/** Shares of samples, their intervals and differences: Wilson by the closed form, differences as Newcombe 1998 prints them. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/random';
import { fieldReport, type FieldSample } from '../../../src/lab/field/fieldReport';
import { pairedShareDifference, shareDifference, shareOf } from '../../../src/lab/scoring/shares';

const sample = (canonical: string | null, isKnown = false): FieldSample => ({
  ...{ text: canonical ?? '?', tokens: 2, isCut: false, canonical },
  ...(canonical === null ? { why: 'no', isKnown: null } : { why: null, isKnown }),
});
const sampling = { samples: 5, seed: 1, temperature: 1, topP: 1, bytes: 160 };
const run = (arm: string, samples: readonly FieldSample[], seed = 1) => ({
  ...{ arm, seed },
  field: { notation: 'molecules' as const, sampling, samples },
});

describe('shares', () => {
  it.each([
    // None of n gives z² / (n + z²).
    [0, 20, 0, 0.1611252],
    [17, 20, 0.6395801, 0.9476346],
    [20, 20, 0.8388748, 1],
  ])('%i of %i has the Wilson interval', (count, of, low, high) => {
    const { interval } = shareOf(count, of);
    expect(interval![0]).toBeCloseTo(low, 5);
    expect(interval![1]).toBeCloseTo(high, 5);
  });

  it('has none of nothing', () => expect(shareOf(0, 0)).toEqual({ count: 0, of: 0, share: null, interval: null }));

  it('differs as in Newcombe 1998, table II, (a) and (g)', () => {
    const a = shareDifference(shareOf(56, 70), shareOf(48, 80))!;
    expect(a.difference).toBeCloseTo(0.2, 10);
    expect(a.interval.map((each) => Number(each.toFixed(4)))).toEqual([0.0524, 0.3339]);
    const g = shareDifference(shareOf(10, 10), shareOf(0, 20))!;
    expect(g.interval.map((each) => Number(each.toFixed(4)))).toEqual([0.6791, 1]);
  });
});

describe('differences of the same questions', () => {
  const answers = (both: number, onlyFirst: number, onlySecond: number, neither: number) => {
    const [first, second]: [boolean[], boolean[]] = [[], []];
    const add = (count: number, one: boolean, other: boolean) => {
      for (let at = 0; at < count; at++) {
        first.push(one);
        second.push(other);
      }
    };
    add(both, true, true);
    add(onlyFirst, true, false);
    add(onlySecond, false, true);
    add(neither, false, false);
    return pairedShareDifference(first, second)!;
  };

  it('have the interval of independent ones where nothing goes together', () => {
    const { difference, interval } = answers(9, 9, 9, 9);
    expect(difference).toBe(0);
    const apart = shareDifference(shareOf(18, 36), shareOf(18, 36))!;
    expect(interval[0]).toBeCloseTo(apart.interval[0], 10);
    expect(interval[1]).toBeCloseTo(apart.interval[1], 10);
  });

  it('are narrower where answers go together, and wider where they go apart', () => {
    const width = ({ interval }: ReturnType<typeof answers>) => interval[1] - interval[0];
    expect(width(answers(17, 1, 1, 17))).toBeLessThan(0.6 * width(answers(9, 9, 9, 9)));
    expect(width(answers(1, 17, 17, 1))).toBeGreaterThan(1.2 * width(answers(9, 9, 9, 9)));
    expect(answers(20, 0, 0, 0).difference).toBe(0);
    expect(pairedShareDifference([], [])).toBeNull();
  });

  it('hold the truth in about 95 of 100 draws', () => {
    const random = seededRandom(7);
    let held = 0;
    for (let draw = 0; draw < 2000; draw++) {
      const pairs = Array.from({ length: 64 }, () => {
        const hard = random() < 0.5;
        return [random() < (hard ? 0.3 : 0.9), random() < (hard ? 0.2 : 0.8)] as const;
      });
      const { interval } = pairedShareDifference(
        pairs.map(([first]) => first),
        pairs.map(([, second]) => second),
      )!;
      held += Number(interval[0] <= 0.1 && 0.1 <= interval[1]);
    }
    expect(held / 2000).toBeGreaterThan(0.93);
    expect(held / 2000).toBeLessThan(0.985);
  });
});

describe('the report of samples', () => {
  it('counts valid of all, unique of valid, new of unique', () => {
    const samples = [sample('CCO'), sample('CCO'), sample('CCN', true), sample(null), sample('CO')];
    const report = fieldReport([run('arm', samples)], () => null)!;
    const [arm] = report.arms;
    expect([arm!.valid.count, arm!.valid.of]).toEqual([4, 5]);
    expect([arm!.unique.count, arm!.unique.of]).toEqual([3, 4]);
    expect([arm!.isNew.count, arm!.isNew.of]).toEqual([2, 3]);
    expect(report.differences).toEqual([]);
  });

  it('compares an arm with its control of the same seed, sampled alike, and with nothing else', () => {
    const control = run('old', [sample('CCO'), sample(null)]);
    const arms = [run('new', [sample('CO'), sample('CCC')]), run('new', [sample(null)], 2)];
    const { differences } = fieldReport([control, ...arms], (arm) => (arm === 'new' ? 'old' : null))!;
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatchObject({ arm: 'new', against: 'old', seed: 1, valid: { difference: 0.5 } });
    const other = { ...control, field: { ...control.field, sampling: { ...sampling, temperature: 0.5 } } };
    expect(fieldReport([other, ...arms], () => 'old')!.arms.map(({ arm }) => arm)).toEqual(['new', 'new']);
    expect(fieldReport([], () => null)).toBeNull();
  });

  it('has no share of nothing', () => {
    const { arms, differences } = fieldReport([run('old', [sample('C')]), run('new', [sample(null)])], () => 'old')!;
    expect(arms[1]!.unique.share).toBeNull();
    expect(differences.at(-1)!.unique).toBeNull();
  });
});
