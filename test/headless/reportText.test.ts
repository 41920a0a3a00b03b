import { beforeAll, describe, expect, it } from 'vitest';
import { reportText } from '../../src/headless/reportText';
import type { ExperimentReport, StepPrecision } from '../../src/lab/index';
import { fakeLab } from '../ui/fakeLab';

let report: ExperimentReport;
beforeAll(async () => {
  report = (await fakeLab({ experiments: 1 }).experiments()).kept[0]!.report;
});

describe('what the steps of an experiment multiplied in', () => {
  const check = { loss: 8.5e-6, gradient: 9.3e-4, parameter: 'layers.1.q_proj', passed: true };
  /** The last runs are those of the last arm. */
  const saying = (...precisions: (StepPrecision | undefined)[]) => {
    const arms = report.arms.slice(-precisions.length).map((arm, at) => {
      const precision = precisions[at];
      return { ...arm, arm: 'continued', seed: at + 1, ...(precision ? { precision } : {}) };
    });
    return reportText({ ...report, arms })
      .split('\n')
      .filter((line) => line.includes('f16'));
  };

  it('is not spoken of where f16 was not asked for', () => expect(saying(undefined, undefined)).toEqual([]));

  it('is f16, with how far it was from f32', () => {
    const half = { precision: 'f16', check } as const;
    expect(saying(half, { ...half, check: { ...check, loss: 2e-4 } })).toEqual([
      'Steps multiplied in f16 in 2 of 2 runs; before the first step losses differed from those in f32 by 0.020 % at most, gradients by 0.093 %.',
    ]);
  });

  it('is f32 all the same, with the reason', () => {
    const far = { ...check, passed: false, loss: 0.02, gradient: 0.3 };
    expect(
      saying(
        { precision: 'f32' },
        { precision: 'f32', check: far },
        { precision: 'f32', check: { ...far, gradient: null } },
      ),
    ).toEqual([
      'Steps multiplied in f16 in 0 of 3 runs.',
      '  continued, seed 1: f32, because what computed has no f16',
      '  continued, seed 2: f32, because in f16 the loss differed by 2.000 % and the gradient of layers.1.q_proj by 30.000 %',
      '  continued, seed 3: f32, because in f16 the loss or a gradient was no number',
    ]);
  });
});

describe('what is said of a comparison', () => {
  const saying = (change: Partial<ExperimentReport['comparisons'][number]>) => {
    const [first] = report.comparisons;
    return reportText({ ...report, comparisons: [{ ...first!, equalCompute: null, ...change }] }).split('\n');
  };
  const read = (difference: number, interval: readonly [number, number] | null, documents: number) => ({
    ...report.comparisons[0]!.heldOut!,
    ...{ difference, interval, documents },
  });

  it('names in what the control is not alike', () => {
    const named = (sameFreedom: boolean, sameText: boolean) =>
      saying({ sameFreedom, sameText })
        .find((line) => line.startsWith(`${report.comparisons[0]!.arm} - `))!
        .match(/\(which .*?\)/u)?.[0];
    expect(named(true, true)).toBeUndefined();
    expect(named(false, true)).toBe('(which moves other parts of the model, or by other adapters)');
    expect(named(true, false)).toBe('(which reads another share of general text)');
    expect(named(false, false)).toBe(
      '(which moves other parts of the model, or by other adapters and reads another share of general text)',
    );
  });

  it('puts general text and answers beside it, with what their intervals are from', () => {
    const said = saying({ general: read(0.25, null, 2), answers: read(-0.5, [-0.75, -0.25], 40) });
    expect(said).toContain('  on documents of general text: +0.2500 bits per byte (no interval: 2 of them)');
    expect(said).toContain('  on held-out answers: -0.5000 bits per byte [-0.7500, -0.2500]');
    const silent = saying({ general: null, answers: null }).filter((line) => /^ {2}on /u.test(line));
    expect(silent).toEqual([]);
  });

  it.each([
    ['trim', 'trim: not worse, with fewer rows'],
    ['do-not-trim', 'do not trim: worse by more than the margin'],
    ['no-score', 'no verdict: a training that it needs diverged or failed'],
  ] as const)('has words for %s', (outcome, words) => {
    expect(saying({ outcome }).find((line) => line.endsWith(`: ${words}`))).toBeDefined();
  });

  it('says what one seed does not, and what is best for answers', () => {
    const { verdict } = report;
    const advice = [
      { kind: 'tell-apart', seeds: null, seedsKnown: false, heldOutText: null },
      { kind: 'for-answers', arm: 'old vocabulary' },
    ] as const;
    const said = reportText({ ...report, verdict: { ...verdict!, advice } }).split('\n');
    expect(said).toContain('More held-out text alone would not tell; whether more seeds would, a second one says.');
    expect(said).toContain(
      'Where answers count more than text: old vocabulary, whose held-out answers need fewer bits.',
    );
  });
});
