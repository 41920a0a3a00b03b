/**
 * How long a useful run is, from what was measured: how fast bits per byte still fall where the run ends, what as much text
 * again would bring, and how much text the new tokens need until they are seen often enough.
 *
 * The slope is of a straight line through bits per byte against log2 of the bytes read, so that it is "per doubling", by least
 * squares over the last doubling (from half of the text on). It is an extrapolation: learning curves flatten in the long run, and
 * a rate that decays to nothing flattens this one, which a longer run would let fall later. Its interval is that of the scatter
 * about the line (Student's t); it does not speak of the held-out documents, which are the same at every point.
 */
import { tenthPercentile } from '../../tokenizer/index';
import { thresholds } from '../diagnosis/thresholds';
import { studentQuantile } from './studentT';

export interface CurvePoint {
  /** UTF-8 bytes of training text read. */
  readonly bytes: number;
  /** Null where text is lost: such a point is left out. */
  readonly bitsPerByte: number | null;
}

export interface EndSlope {
  /** Bits per byte for each doubling of the text; below 0 it still falls. */
  readonly perDoubling: number;
  readonly standardError: number | null;
  /** 95 % of the slope; null with fewer than three points, which a line can miss by nothing. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Points that the line goes through, and from how many bytes on. */
  readonly points: number;
  readonly fromBytes: number;
  /** Where the line is after as much text again: twice the bytes of the last point. */
  readonly nextDoubling: {
    readonly bytes: number;
    readonly bitsPerByte: number;
    readonly interval: readonly [low: number, high: number] | null;
  };
}

const leastPoints = 3;

/**
 * @param curve of one run, or of several seeds together; in any order. Points before any text was read are left out: they have no
 * logarithm. Null where the rest does not lie at two different places.
 */
export function endSlope(curve: readonly CurvePoint[]): EndSlope | null {
  const priced = curve
    .flatMap(({ bytes, bitsPerByte }) => (bytes > 0 && bitsPerByte !== null ? [{ bytes, bitsPerByte }] : []))
    .sort((first, second) => first.bytes - second.bytes);
  const places = [...new Set(priced.map(({ bytes }) => bytes))];
  const lastBytes = places.at(-1);
  if (lastBytes === undefined || places.length < 2) return null;
  // Where evaluations are far apart, the last three places, however early the first of them was.
  const fromBytes = Math.min(
    places.find((bytes) => bytes >= lastBytes / 2)!,
    places[Math.max(0, places.length - leastPoints)]!,
  );
  const fitted = priced.filter(({ bytes }) => bytes >= fromBytes);
  const line = fitLine(fitted.map(({ bytes, bitsPerByte }) => [Math.log2(bytes), bitsPerByte]));
  const freedom = fitted.length - 2;
  const within = (value: number, error: number) => {
    const width = studentQuantile(freedom) * error;
    return freedom > 0 ? ([value - width, value + width] as const) : null;
  };
  const next = Math.log2(2 * lastBytes);
  return {
    perDoubling: line.slope,
    standardError: freedom > 0 ? line.slopeError : null,
    interval: within(line.slope, line.slopeError),
    points: fitted.length,
    fromBytes,
    nextDoubling: {
      bytes: 2 * lastBytes,
      bitsPerByte: line.at(next),
      interval: within(line.at(next), line.errorAt(next)),
    },
  };
}

/** How often the new tokens that stand alone are seen in so many bytes of training text. */
export interface Exposure extends CountedExposure {
  readonly tokens: number;
  /** Of them, those seen at least `floor` times. */
  readonly fed: number;
  readonly floor: number;
  /** Bytes until nine of ten are; null where the rarest tenth was never seen. */
  readonly bytesUntilFed: number | null;
}

/**
 * @param times how often each token was seen, or would be.
 * @param bytes of training text that they were seen in.
 */
export function exposureOf(times: ArrayLike<number>, bytes: number, floor = thresholds.exposure[0]): Exposure {
  const exposureP10 = tenthPercentile(times);
  return {
    exposureP10,
    bytes,
    tokens: times.length,
    fed: Array.from(times).filter((each) => each >= floor).length,
    floor,
    bytesUntilFed: bytesUntilExposure({ exposureP10, bytes }, floor),
  };
}

/** Of a run that is planned, from the counts of a text that it reads a part of, or several times. */
export function plannedExposure(
  occurrences: ArrayLike<number>,
  text: { readonly bytes: number },
  budget: { readonly bytes: number },
): Exposure {
  const share = text.bytes > 0 ? budget.bytes / text.bytes : 0;
  return exposureOf(
    Array.from(occurrences, (count) => count * share),
    budget.bytes,
  );
}

/** Exposure as it was counted: how often the rarest tenth of the new tokens is seen (P10) in so many bytes of training text. */
export interface CountedExposure {
  readonly exposureP10: number;
  readonly bytes: number;
}

/**
 * Bytes of training text until the rarest tenth of the new tokens has been seen `floor` times; exposure grows with the text,
 * also with text that is read again. Null where it was never seen: no length can be told.
 */
export function bytesUntilExposure(
  { exposureP10, bytes }: CountedExposure,
  floor: number = thresholds.exposure[0],
): number | null {
  return exposureP10 > 0 && bytes > 0 ? Math.ceil((bytes * floor) / exposureP10) : null;
}

interface Line {
  readonly slope: number;
  readonly slopeError: number;
  at(x: number): number;
  /** Standard error of the line at x. */
  errorAt(x: number): number;
}

function fitLine(points: readonly (readonly [x: number, y: number])[]): Line {
  const count = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const at = (x: number) => meanY + slope * (x - meanX);
  const residual = points.reduce((sum, [x, y]) => sum + (y - at(x)) ** 2, 0);
  const variance = residual / Math.max(1, count - 2);
  return {
    slope,
    slopeError: Math.sqrt(variance / spread),
    at,
    errorAt: (x) => Math.sqrt(variance * (1 / count + (x - meanX) ** 2 / spread)),
  };
}
