/** What the steps of runs that asked for f16 multiplied in, in the command line's words. */
import type { ExperimentReport, PrecisionCheck, StepPrecision } from '../lab/index';

/** Of one run; none where it did not ask. */
export function precisionLine(found: StepPrecision | undefined): string[] {
  if (!found) return [];
  const { precision, check } = found;
  return [
    `steps multiplied in ${precision}${precision === 'f16' ? apart(check ? [check] : []) : `, because ${whyFull(check)}`}`,
  ];
}

/** Of an experiment; none where no run asked. */
export function precisionLines(arms: ExperimentReport['arms']): string[] {
  const asked = arms.flatMap(({ precision, ...run }) => (precision ? [{ ...run, ...precision }] : []));
  if (asked.length === 0) return [];
  const inHalf = asked.filter(({ precision }) => precision === 'f16');
  const checks = inHalf.flatMap(({ check }) => (check ? [check] : []));
  return [
    `Steps multiplied in f16 in ${inHalf.length} of ${asked.length} runs${apart(checks)}.`,
    ...asked
      .filter(({ precision }) => precision === 'f32')
      .map(({ arm, seed, check }) => `  ${arm}, seed ${seed}: f32, because ${whyFull(check)}`),
  ];
}

function apart(checks: readonly PrecisionCheck[]): string {
  if (checks.length === 0) return '';
  const most = (of: 'loss' | 'gradient') => shareText(Math.max(...checks.map((check) => check[of] ?? 0)));
  return `; before the first step losses differed from those in f32 by ${most('loss')} at most, gradients by ${most('gradient')}`;
}

function whyFull(check: PrecisionCheck | undefined): string {
  if (!check) return 'what computed has no f16';
  const { loss, gradient, parameter } = check;
  if (loss === null || gradient === null) return 'in f16 the loss or a gradient was no number';
  return `in f16 the loss differed by ${shareText(loss)} and the gradient of ${parameter} by ${shareText(gradient)}`;
}

function shareText(share: number): string {
  return `${(100 * share).toFixed(3)} %`;
}
