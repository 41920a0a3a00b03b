/** Arms of an experiment that differ in how many tokens they add, as the dose chart wants them. */
import type { ExperimentReport, WrittenSpec } from '../../worker/index';
import type { DoseControl, DosePoint } from '../charts/dose-drawing';
import { lookOf, meanBits } from './experiment-arms';
import { armName } from '../wording/arms';

export interface DoseArm extends DosePoint {
  readonly arm: string;
  /** Arm − control. */
  readonly difference: number | null;
  /** Tokens that stand alone, and of them those seen too rarely. */
  readonly seen: { readonly tokens: number; readonly starved: number; readonly bytesUntilFed: number | null } | null;
}

export interface Dose {
  readonly points: readonly DoseArm[];
  readonly control: DoseControl | null;
}

/**
 * Of the way to tokens with the most sizes; null with fewer than two. Intervals are those of the difference to the control, laid
 * about it: paired, they tell more than each arm's own.
 */
export function doseOf(report: ExperimentReport, spec: WrittenSpec): Dose | null {
  const control = report.verdict?.against ?? null;
  const controlBits = control === null ? null : meanBits(report, control);
  const byWay = new Map<string, DoseArm[]>();
  for (const comparison of report.comparisons) {
    const { method, grammar } = spec.arms[comparison.arm]!.vocabulary!;
    const point = pointOf(report, spec, comparison, controlBits);
    const way = `${method} ${grammar ?? ''}`;
    if (point) byWay.set(way, [...(byWay.get(way) ?? []), point]);
  }
  const sizes = (points: readonly DoseArm[]) => new Set(points.map(({ newTokens }) => newTokens)).size;
  const [most] = [...byWay.values()].sort((one, other) => sizes(other) - sizes(one));
  if (!most || sizes(most) < 2 || sizes(most) < most.length) return null;
  const points = most.sort((one, other) => one.newTokens - other.newTokens);
  if (control === null || controlBits === null) return { points, control: null };
  return {
    points,
    control: { name: armName(control), look: lookOf(spec, control), bitsPerByte: controlBits, interval: null },
  };
}

function pointOf(
  report: ExperimentReport,
  spec: WrittenSpec,
  { arm, heldOut, tokensSaved }: ExperimentReport['comparisons'][number],
  controlBits: number | null,
): DoseArm | null {
  const bitsPerByte = meanBits(report, arm);
  const run = report.arms.find((each) => each.arm === arm);
  if (bitsPerByte === null || !run) return null;
  const { exposure = null } = report.lengths.find((each) => each.arm === arm) ?? {};
  const interval = heldOut?.interval ?? null;
  return {
    ...{ arm, look: lookOf(spec, arm), newTokens: run.newTokens, bitsPerByte, difference: heldOut?.difference ?? null },
    interval: interval && controlBits !== null ? [controlBits + interval[0], controlBits + interval[1]] : null,
    exposureP10: exposure?.exposureP10 ?? null,
    fewerTokens: tokensSaved,
    seen: exposure && {
      tokens: exposure.tokens,
      starved: exposure.tokens - exposure.fed,
      bytesUntilFed: exposure.bytesUntilFed,
    },
  };
}
