/**
 * Training that made a model worse on held-out text than it was before its first step: a rate too high for it. A loss that is no
 * number ends a run by itself; this one goes on, and its figures look like any other's.
 */
import type { CurvePoint } from './usefulLength';

/** Bits per byte of the first reading and of the last. */
export interface Worsening {
  readonly from: number;
  readonly to: number;
}

/** A warm-up may lift a model a little that knows the text already. */
const tolerated = 1.05;

/** @param curve in the order it was read, of what the run learns last. Null where the last reading is not worse than the first by more than a twentieth. */
export function worsening(curve: readonly Pick<CurvePoint, 'bitsPerByte'>[]): Worsening | null {
  const priced = curve.flatMap(({ bitsPerByte }) => (bitsPerByte === null ? [] : [bitsPerByte]));
  const [from, to] = [priced[0], priced.at(-1)];
  return from === undefined || to === undefined || to <= tolerated * from ? null : { from, to };
}
