/**
 * How often a token must be seen until it pays: span advantage against exposures over all tokens of one run. The running median
 * needs no form of curve; where it passes zero for the last time is the crossing, with an interval over resampled tokens. The axis is
 * ln(1 + exposures), which has a place for tokens that were never seen.
 */
import { seededRandom } from '../../random';
import { percentiles, resamples } from '../scoring/bootstrap';
import { lastRise } from './lastRise';

export interface AdvantageOfToken {
  readonly exposures: number;
  /** Nats; above 0 the token costs less than its old pieces. */
  readonly advantage: number;
}

/** `always`: the median is above zero over all that were seen. `never`: it ends at or below zero, wherever it was before. */
export type Crossing =
  | { readonly kind: 'always' | 'never' | 'too-few-tokens' }
  | {
      readonly kind: 'at';
      readonly exposures: number;
      /** 95 % over resampled tokens. Null at an end that lies outside of what was seen. */
      readonly interval: readonly [low: number | null, high: number | null];
    };

/** Share of the tokens that one median is of, and the least number of them. */
const share = 0.2;
const leastTokens = 9;
const points = 40;
const seed = 20260101;

/** Medians of neighbours in exposures, at most 40 of them, ascending; empty where there are fewer than nine tokens. */
export function runningMedian(tokens: readonly AdvantageOfToken[]): AdvantageOfToken[] {
  if (tokens.length < leastTokens) return [];
  const sorted = [...tokens].sort((a, b) => a.exposures - b.exposures);
  const width = Math.max(leastTokens, Math.round(share * sorted.length));
  const starts = sorted.length - width;
  const count = Math.min(points, starts + 1);
  return Array.from({ length: count }, (_, index) => {
    const start = count === 1 ? 0 : Math.round((index * starts) / (count - 1));
    const near = sorted.slice(start, start + width);
    return {
      exposures: median(near.map(({ exposures }) => exposures))!,
      advantage: median(near.map(({ advantage }) => advantage))!,
    };
  });
}

export function crossing(tokens: readonly AdvantageOfToken[]): Crossing {
  const curve = runningMedian(tokens);
  if (curve.length === 0) return { kind: 'too-few-tokens' };
  const at = lastCrossing(curve);
  if (at === -Infinity) return { kind: 'always' };
  if (at === Infinity) return { kind: 'never' };
  const random = seededRandom(seed);
  const drawn = Array.from({ length: resamples }, () =>
    lastCrossing(runningMedian(tokens.map(() => tokens[Math.floor(random() * tokens.length)]!))),
  );
  const [low, high] = percentiles(drawn)!;
  return { kind: 'at', exposures: at, interval: [finite(low), finite(high)] };
}

/** Exposures where the median rises through zero for the last time; -Infinity where it is never below, Infinity where it ends there. */
function lastCrossing(curve: readonly AdvantageOfToken[]): number {
  const at = lastRise(curve.map(({ exposures, advantage }) => [Math.log1p(exposures), advantage] as const));
  return Number.isFinite(at) ? Math.expm1(at) : at;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
