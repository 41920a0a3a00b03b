/** What the steps of a run multiply in that asked for f16, and what the check before them found. */
import { msg, str } from '@lit/localize';
import type { Precision, ReportedArm, StepPrecision } from '../../worker/index';
import { percent } from '../format';
import { runName } from './arms';

const names: Readonly<Record<Precision, () => string>> = {
  f32: () => msg('single precision (f32)'),
  f16: () => msg('half precision (f16), where that holds'),
};

export const precisionName = (precision: Precision): string => names[precision]();

/** Empty where f16 was not asked for. */
export function precisionText(found: StepPrecision | undefined): string {
  if (!found) return '';
  const { precision, check } = found;
  if (!check) return msg('Half precision was asked for; what computes here has none: the steps multiply in f32.');
  if (check.loss === null || check.gradient === null) {
    return msg(
      'Half precision was asked for; in it the loss or a gradient was no number before the first step: the steps multiply in f32.',
    );
  }
  const [loss, gradient] = [percent(check.loss, 3), percent(check.gradient, 2)];
  return precision === 'f16'
    ? msg(
        str`The steps multiply in f16: before the first of them the loss differed from that in f32 by ${loss}, a gradient by ${gradient} at most.`,
      )
    : msg(
        str`Half precision was asked for; before the first step the loss differed from that in f32 by ${loss}, and the gradient of ${check.parameter} by ${gradient}: the steps multiply in f32.`,
      );
}

/** Of the runs of an experiment: which are not in f16 although it was asked for. */
export function precisionCaveats(arms: readonly ReportedArm[]): string[] {
  const runs = new Map<string, string[]>();
  for (const { arm, seed, precision } of arms) {
    if (precision?.precision !== 'f32') continue;
    const text = precisionText(precision);
    runs.set(text, [...(runs.get(text) ?? []), runName({ arm, seed })]);
  }
  return [...runs].map(([text, which]) => `${which.join('; ')}: ${text}`);
}
