import { beforeAll, describe, expect, it } from 'vitest';
import { reportText } from '../../src/headless/reportText';
import type { ExperimentReport, StepPrecision } from '../../src/lab/index';
import { fakeLab } from '../ui/fakeLab';

let report: ExperimentReport;
beforeAll(async () => {
  report = (await fakeLab({ experiments: 1 }).experiments())[0]!.report;
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
