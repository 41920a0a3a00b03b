/**
 * The second reading of a comparison: equal compute instead of equal text. An arm in fewer tokens computes less for the same
 * bytes; both are read where the cheaper of the two has ended, the dearer between two points of its curve (a straight line over
 * the logarithm of FLOPs; from a start at no FLOPs, over the FLOPs themselves).
 *
 * It is a reading of curves: of the held-out text that runs are watched by, without an interval, and the dearer one is read
 * before its rate has fallen, which flatters the cheaper. What equal compute gives for sure, a budget in FLOPs tells.
 */
import { sum } from './bootstrap';

export interface ComputePoint {
  /** Of all steps so far, evaluations not counted. */
  readonly flops: number;
  /** Null where text is lost. */
  readonly bitsPerByte: number | null;
}

export interface SeedCurve {
  readonly seed: number;
  /** In the order of steps. */
  readonly curve: readonly ComputePoint[];
}

export interface EqualCompute {
  /** Mean over the paired seeds, as all that follows. */
  readonly flops: number;
  readonly armBitsPerByte: number;
  readonly controlBitsPerByte: number;
  /** Arm - control. */
  readonly difference: number;
  readonly seeds: readonly number[];
}

/** Null where no seed has both curves, or text is lost. */
export function equalCompute(arm: readonly SeedCurve[], control: readonly SeedCurve[]): EqualCompute | null {
  const pairs = arm.flatMap(({ seed, curve }) => {
    const other = control.find((each) => each.seed === seed)?.curve;
    return other && curve.length > 0 && other.length > 0 ? [{ seed, curve, other }] : [];
  });
  const read = pairs.map(({ seed, curve, other }) => {
    const flops = Math.min(curve.at(-1)!.flops, other.at(-1)!.flops);
    return { seed, flops, arm: bitsAt(curve, flops), control: bitsAt(other, flops) };
  });
  if (read.length === 0) return null;
  const mean = (values: readonly number[]) => sum(values) / values.length;
  const [ofArm, ofControl] = [read.map((each) => each.arm ?? NaN), read.map((each) => each.control ?? NaN)];
  const [armBitsPerByte, controlBitsPerByte] = [mean(ofArm), mean(ofControl)];
  if (Number.isNaN(armBitsPerByte) || Number.isNaN(controlBitsPerByte)) return null;
  return {
    flops: mean(read.map((each) => each.flops)),
    armBitsPerByte,
    controlBitsPerByte,
    difference: armBitsPerByte - controlBitsPerByte,
    seeds: read.map(({ seed }) => seed),
  };
}

function bitsAt(curve: readonly ComputePoint[], flops: number): number | null {
  const after = curve.findIndex((point) => point.flops >= flops);
  const next = curve[after]!;
  const before = curve[after - 1];
  if (next.flops === flops || !before) return next.bitsPerByte;
  if (before.bitsPerByte === null || next.bitsPerByte === null) return null;
  const place = before.flops > 0 ? Math.log : (value: number) => value;
  const share = (place(flops) - place(before.flops)) / (place(next.flops) - place(before.flops));
  return before.bitsPerByte + share * (next.bitsPerByte - before.bitsPerByte);
}
