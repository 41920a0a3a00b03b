/**
 * Held-out curves before they are drawn: which seeds count, their mean, the band of all of them. Readings of two seeds need
 * not fall on the same byte; between its own readings a seed is read along a straight line, never beyond them.
 */
import type { Table } from './csv';
import type { Look } from './arm-look';

export interface CurvePoint {
  /** Bytes of training text read. */
  readonly bytes: number;
  readonly bitsPerByte: number;
}

export interface CurveSeed {
  readonly seed: number;
  readonly points: readonly CurvePoint[];
  readonly finished: boolean;
  /** Stopped by itself: drawn to where it came, in no mean and no band. */
  readonly diverged?: boolean;
}

export interface CurveArm {
  /** As its specification names it. */
  readonly key: string;
  /** As it is shown. */
  readonly name: string;
  /** `base` is not trained: its reading is a reference line. */
  readonly role: 'base' | 'control' | 'expanded' | 'other';
  readonly look: Look;
  readonly seeds: readonly CurveSeed[];
}

export interface CurveReference {
  readonly name: string;
  readonly bitsPerByte: number;
}

export const isTrained = (arm: CurveArm): boolean => arm.role !== 'base';

/** Seeds that every trained arm has finished: only of these is a mean drawn, so that means are over the same seeds. */
export function commonSeeds(arms: readonly CurveArm[]): ReadonlySet<number> {
  const finished = arms
    .filter(isTrained)
    .map(({ seeds }) => new Set(seeds.filter((each) => each.finished && !each.diverged).map(({ seed }) => seed)));
  const [first, ...others] = finished;
  return new Set([...(first ?? [])].filter((seed) => others.every((seeds) => seeds.has(seed))));
}

const isDrawable = ({ bytes, bitsPerByte }: CurvePoint) =>
  Number.isFinite(bytes) && Number.isFinite(bitsPerByte) && bitsPerByte > 0;

export const drawable = (points: readonly CurvePoint[]): readonly CurvePoint[] =>
  points.every(isDrawable) ? points : points.filter(isDrawable);

/** The curve's value at `bytes`; null before its first and after its last reading. */
export function valueAt(points: readonly CurvePoint[], bytes: number): number | null {
  let low = 0;
  let high = points.length - 1;
  if (high < 0 || bytes < points[0]!.bytes || bytes > points[high]!.bytes) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle]!.bytes <= bytes) low = middle;
    else high = middle;
  }
  const [before, after] = [points[low]!, points[high]!];
  if (bytes >= after.bytes) return after.bitsPerByte;
  const share = (bytes - before.bytes) / (after.bytes - before.bytes || 1);
  return before.bitsPerByte + share * (after.bitsPerByte - before.bitsPerByte);
}

/** Every place where some curve has a reading, in order. */
export function placesOf(curves: readonly (readonly CurvePoint[])[]): number[] {
  return [...new Set(curves.flatMap((points) => points.map(({ bytes }) => bytes)))].sort((a, b) => a - b);
}

export interface Spread {
  readonly bytes: number;
  readonly low: number;
  readonly mean: number;
  readonly high: number;
  readonly seeds: number;
}

/** Lowest, mean and highest of the curves wherever at least `least` of them have a value. */
export function spreadOf(curves: readonly (readonly CurvePoint[])[], least: number): Spread[] {
  const spread: Spread[] = [];
  for (const bytes of placesOf(curves)) {
    let [low, high, sum, seeds] = [Infinity, -Infinity, 0, 0];
    for (const points of curves) {
      const value = valueAt(points, bytes);
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
      sum += value;
      seeds++;
    }
    if (seeds >= least && seeds > 0) spread.push({ bytes, low, high, mean: sum / seeds, seeds });
  }
  return spread;
}

export interface ArmCurves {
  readonly arm: CurveArm;
  /** Mean of the common seeds; empty before there is one. */
  readonly mean: readonly CurvePoint[];
  readonly band: readonly Spread[];
  /** Seeds outside the mean. */
  readonly thin: readonly CurveSeed[];
  readonly lost: readonly CurveSeed[];
}

export function armCurves(arms: readonly CurveArm[]): ArmCurves[] {
  const common = commonSeeds(arms);
  return arms.filter(isTrained).map((arm) => {
    const seeds = arm.seeds
      .map((seed) => ({ ...seed, points: drawable(seed.points) }))
      .filter(({ points }) => points.length > 0);
    const sound = seeds.filter(({ diverged }) => !diverged);
    const counted = sound.filter(({ seed }) => common.has(seed));
    return {
      arm,
      mean: spreadOf(
        counted.map(({ points }) => points),
        counted.length,
      ).map(({ bytes, mean }) => ({ bytes, bitsPerByte: mean })),
      band:
        sound.length > 1
          ? spreadOf(
              sound.map(({ points }) => points),
              2,
            )
          : [],
      thin: sound.filter(({ seed }) => !common.has(seed)),
      lost: seeds.filter(({ diverged }) => diverged),
    };
  });
}

/** The line that speaks for an arm: its mean, else the seed that has come farthest. */
export function leadingLine({ mean, thin }: ArmCurves): readonly CurvePoint[] {
  if (mean.length > 0) return mean;
  const reach = ({ points }: CurveSeed) => points.at(-1)?.bytes ?? -1;
  return (
    thin.reduce<CurveSeed | null>((far, seed) => (!far || reach(seed) > reach(far) ? seed : far), null)?.points ?? []
  );
}

/** Where the base stands, among the other lines that need no training. */
export function referencesOf(
  arms: readonly CurveArm[],
  references: readonly CurveReference[],
): (CurveReference & { readonly isBase: boolean })[] {
  const bases = arms.flatMap((arm) => {
    const reading = arm.seeds.flatMap(({ points }) => points).at(-1);
    return isTrained(arm) || !reading ? [] : [{ name: arm.name, bitsPerByte: reading.bitsPerByte, isBase: true }];
  });
  return [...bases, ...references.map((reference) => ({ ...reference, isBase: false }))].filter(
    ({ bitsPerByte }) => Number.isFinite(bitsPerByte) && bitsPerByte > 0,
  );
}

/** Every reading as it was taken; the mean can be made from it. */
export function curvesTable(arms: readonly CurveArm[], references: readonly CurveReference[]): Table {
  const common = commonSeeds(arms);
  const state = ({ finished, diverged }: CurveSeed) => (diverged ? 'diverged' : finished ? 'finished' : 'running');
  return {
    columns: ['arm', 'role', 'seed', 'bytes', 'bits_per_byte', 'state', 'in_mean'],
    rows: [
      ...arms.flatMap((arm) =>
        arm.seeds.flatMap((seed) =>
          seed.points.map(({ bytes, bitsPerByte }) => [
            arm.key,
            arm.role,
            isTrained(arm) ? seed.seed : null,
            bytes,
            bitsPerByte,
            isTrained(arm) ? state(seed) : 'measured',
            isTrained(arm) && common.has(seed.seed),
          ]),
        ),
      ),
      ...references.map(({ name, bitsPerByte }) => [name, 'reference', null, null, bitsPerByte, 'measured', false]),
    ],
  };
}
