// What is said of a diagnosis does not argue with itself, and says what its figures are.
import { describe, expect, it } from 'vitest';
import { disagreeing } from '../../src/ui/wording/signalNames';
import { explainSignal, signalWords } from '../../src/ui/wording/signals';
import { diagnosisLede, diagnosisSentence } from '../../src/ui/wording/verdicts';
import type { Exposure, Reading, Signal } from '../../src/worker/index';
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

describe('how often new tokens are seen is that of the run that would be run', () => {
  const planned: Exposure = { exposureP10: 9, bytes: 62_000, tokens: 145, fed: 18, floor: 100, bytesUntilFed: 688_889 };

  it('a run that shows few of them often enough is said to, with what it would take', () => {
    expect(diagnosisSentence(diagnosis, planned)).toMatch(
      /^Expand: 512 new tokens would save .* of the length, but the planned run shows only 18 of 145 of them 100 times\.$/u,
    );
    expect(diagnosisLede(diagnosis, 'rootstock', planned)).toContain(
      'The planned run reads 62.0\u00a0KB of text; until nine in ten are seen 100 times, it takes 689\u00a0KB, or fewer tokens.',
    );
  });

  it('a run that is long enough is said to be', () => {
    const long = { ...planned, exposureP10: 120, fed: 139, bytes: 900_000 };
    expect(diagnosisSentence(diagnosis, long)).toMatch(
      /and the planned run shows nine in ten of them at least 100 times\.$/u,
    );
    expect(diagnosisLede(diagnosis, 'rootstock', long)).not.toContain('planned run');
  });

  it('before a run is planned it is said of all of the text', () => {
    expect(diagnosisSentence(diagnosis)).toMatch(/all of this text shows nine in ten of them at least 412 times\.$/u);
  });
});
