/**
 * How early the order of the arms was known: their ranks by watched bits per byte at each point of the training beside their ranks at
 * its end (Spearman's correlation, ties by their mean rank). Rates fall towards the end of a run, so that a short race of its own, whose
 * rates fall too, may know more than the same point of a long run.
 */
import { sum } from './bootstrap';

export interface OrderedArm {
  readonly arm: string;
  /** Of each finished seed, ascending in bytes of training text. */
  readonly curves: readonly (readonly { readonly bytes: number; readonly bitsPerByte: number | null }[])[];
}

export interface OrderPoint {
  readonly bytes: number;
  /** Of the ranks with those at the end, -1 to 1. */
  readonly correlation: number;
  /** Best there; and how it ranks at the end, 1 the best. */
  readonly best: string;
  readonly bestRanksAtEnd: number;
}

/** With fewer, a correlation of ranks says nothing. */
export const leastOrderedArms = 4;

/** One a point before the end, of arms that have a curve; empty where they are too few, or text is lost. */
export function earlyOrder(arms: readonly OrderedArm[]): OrderPoint[] {
  const drawn = arms.filter(({ curves }) => curves.length > 0 && curves.every((curve) => curve.length > 1));
  if (drawn.length < leastOrderedArms) return [];
  const end = Math.min(...drawn.flatMap(({ curves }) => curves.map((curve) => curve.at(-1)!.bytes)));
  const bitsAt = (bytes: number) =>
    drawn.map(({ curves }) => sum(curves.map((curve) => valueAt(curve, bytes))) / curves.length);
  const last = bitsAt(end);
  if (last.some(Number.isNaN)) return [];
  const lastRanks = ranks(last);
  const points = drawn[0]!.curves[0]!.map(({ bytes }) => bytes).filter((bytes) => bytes < end);
  return points.flatMap((bytes): OrderPoint[] => {
    const bits = bitsAt(bytes);
    if (bits.some(Number.isNaN)) return [];
    const best = bits.indexOf(Math.min(...bits));
    const correlation = rankCorrelation(bits, last);
    return [{ bytes, correlation, best: drawn[best]!.arm, bestRanksAtEnd: lastRanks[best]! }];
  });
}

/** Spearman's: Pearson's of the ranks. 0 where all of one side are equal. */
export function rankCorrelation(first: readonly number[], second: readonly number[]): number {
  const [a, b] = [centred(ranks(first)), centred(ranks(second))];
  const product = (x: readonly number[], y: readonly number[]) => sum(x.map((value, at) => value * y[at]!));
  const scale = Math.sqrt(product(a, a) * product(b, b));
  return scale === 0 ? 0 : product(a, b) / scale;
}

/** From 1; equal values share the mean of their ranks. */
export function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const [below, equal] = [
      values.filter((other) => other < value).length,
      values.filter((other) => other === value).length,
    ];
    return below + (equal + 1) / 2;
  });
}

function centred(values: readonly number[]): number[] {
  const mean = sum(values) / values.length;
  return values.map((value) => value - mean);
}

/** On straight lines; NaN where text is lost. */
function valueAt(curve: OrderedArm['curves'][number], bytes: number): number {
  const after = curve.findIndex((point) => point.bytes >= bytes);
  if (after <= 0) return curve.at(after)!.bitsPerByte ?? NaN;
  const [from, to] = [curve[after - 1]!, curve[after]!];
  if (to.bytes === bytes) return to.bitsPerByte ?? NaN;
  const along = (bytes - from.bytes) / (to.bytes - from.bytes);
  return from.bitsPerByte === null || to.bitsPerByte === null
    ? NaN
    : from.bitsPerByte + along * (to.bitsPerByte - from.bitsPerByte);
}
