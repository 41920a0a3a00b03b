// What is said of a diagnosis does not argue with itself, and says what its figures are.
import { describe, expect, it } from 'vitest';
import { disagreeing, explainSignal, signalWords } from '../../src/ui/wording/signals';
import { diagnosisLede } from '../../src/ui/wording/verdicts';
import type { Reading, Signal } from '../../src/worker/index';
import { diagnosis } from './fakeResults';

const readings = ['strong', 'good', 'watch', 'poor'] as const;

const signal = (name: Signal['name'], reading: Reading): Signal => ({
  ...{ name, reading, value: 0.2, unit: 'ratio', thresholds: [100, 1000, 6000], better: 'higher', inputs: {} },
  weight: ['budget', 'vocabularyShare', 'naturalness'].includes(name) ? 'warns' : 'decides',
});

describe('signals beside each other', () => {
  it.each(readings.flatMap((budget) => readings.map((exposure) => [budget, exposure] as const)))(
    'budget %s and exposure %s do not say enough and too little of the same thing',
    (budget, exposure) => {
      const all = [signal('exposure', exposure), signal('budget', budget)];
      const said = signalWords(all[1]!, all).why;
      if (exposure === 'poor') expect(said).not.toMatch(/^Enough/u);
      else expect(said).not.toMatch(/too little/iu);
    },
  );

  it('every mark says where it comes from', () => {
    for (const each of diagnosis.signals.filter(({ name }) => name !== 'ceiling')) {
      expect(explainSignal(each).meaning, each.name).toMatch(/rules? of thumb|own/u);
    }
  });

  it('name those that speak against the verdict, and not the one it rests on', () => {
    const signals = [
      signal('compression', 'good'),
      signal('fragmentation', 'poor'),
      signal('exposure', 'watch'),
      signal('budget', 'watch'),
    ];
    expect(disagreeing({ verdict: 'expand-for-speed', signals })).toEqual(['Exposure, P10', 'Text budget']);
    expect(disagreeing({ verdict: 'expand', signals })).toContain('Fragmentation');
    expect(disagreeing({ verdict: 'do-not-expand', signals })).toEqual(['Compression g']);
  });
});

it('the share of resamplings is said as what it is, with the other answer', () => {
  const lede = (same: number, otherwise: typeof diagnosis.verdict | null) =>
    diagnosisLede({ ...diagnosis, resampled: { same, otherwise } }, 'rootstock');
  expect(lede(0.25, 'do-not-expand')).toContain(
    'The rule gives the same answer in 25 of 100 resamplings; else: do not expand.',
  );
  expect(lede(1, null)).toContain('in 100 of 100 resamplings; what is so');
  expect(lede(0.25, 'do-not-expand')).not.toMatch(/\bsure\b/u);
});
