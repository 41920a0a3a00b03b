/**
 * What one comparison with a control comes to. The margin is what still counts as "not worse": a share of the control's
 * bits per byte, part of the specification and therefore set before the run. The outcome follows from where the 95 %
 * interval of arm - control lies; the first row that fits:
 *
 *     lost text on either side                  any tokens saved     not-comparable
 *     fewer than three documents                any                  no-verdict
 *     wholly below 0                            any                  expand
 *     wholly below the margin                   10 % or more         expand-for-speed
 *     wholly below the margin, or above 0       under 10 %           do-not-expand
 *     wholly above the margin                   any                  do-not-expand
 *     anything else                             any                  cannot-tell
 *
 * Of a vocabulary that only lost tokens nothing is asked but that: wholly below the margin `trim`, wholly above it `do-not-trim`.
 *
 * Under 10 % saved, an interval below the margin ends at "do not" though it may reach below 0: what it could still gain is
 * not what an expansion is for.
 */
import { leastDocuments, type Interval } from './bootstrap';
import type { SeededDifference } from './seededDifference';
import { normalQuantile, studentQuantile } from './studentT';

export type Outcome =
  | ('expand' | 'expand-for-speed' | 'do-not-expand')
  | ('trim' | 'do-not-trim')
  | ('cannot-tell' | 'no-verdict' | 'not-comparable');

/** Bits per byte, arm - control; `difference` is null where either loses text. */
export interface MeasuredDifference {
  readonly difference: number | null;
  readonly interval: Interval;
  readonly documents: number;
}

export interface OutcomeTerms {
  readonly controlBitsPerByte: number | null;
  /** Share of the control. */
  readonly margin?: number;
  /** 1 - tokens / the control's tokens, on held-out text. */
  readonly tokensSaved: number | null;
  /** Whether the arm's vocabulary lost tokens and has no new ones. */
  readonly removesOnly?: boolean;
}

export const defaultMargin = 0.02;

/** Share of tokens from which an expansion that is not worse is worth it. */
export const worthwhileShortening = 0.1;

/** The margin in bits per byte. */
export function marginBits(controlBitsPerByte: number, margin: number = defaultMargin): number {
  return margin * controlBitsPerByte;
}

export function outcomeOf(measured: MeasuredDifference, terms: OutcomeTerms): Outcome {
  const { controlBitsPerByte, tokensSaved } = terms;
  if (measured.difference === null || controlBitsPerByte === null || tokensSaved === null) return 'not-comparable';
  if (measured.documents < leastDocuments || !measured.interval) return 'no-verdict';
  const [low, high] = measured.interval;
  const margin = marginBits(controlBitsPerByte, terms.margin);
  const isShorter = tokensSaved >= worthwhileShortening;
  if (terms.removesOnly) return high < margin ? 'trim' : low > margin ? 'do-not-trim' : 'cannot-tell';
  if (high < 0) return 'expand';
  if (high < margin && isShorter) return 'expand-for-speed';
  if ((high < margin || low > 0) && !isShorter) return 'do-not-expand';
  if (low > margin) return 'do-not-expand';
  return 'cannot-tell';
}

/** One thing more of which would tell: how much of it, the interval to expect then, and what it would say. */
export interface Lever {
  /** Seeds to add to those there are; of documents, the factor on the held-out text. */
  readonly amount: number;
  readonly interval: readonly [low: number, high: number];
  readonly outcome: Outcome;
}

/** Null: not by this alone, or not within `mostSeeds` and `mostText`, or not known (`seeds`, of a single seed). */
export interface WhatWouldTell {
  /** Whether it is known how much chance there is between seeds: not of one. */
  readonly seedsKnown: boolean;
  readonly seeds: Lever | null;
  readonly heldOutText: Lever | null;
}

export const mostSeeds = 100;
export const mostText = 64;

/**
 * Of a comparison that cannot tell: how many more seeds, or how much more held-out text, would, were the estimate to stay
 * where it is. The interval's reach on either side is scaled by the root of V(n seeds, f x text) / V(now), where
 *
 *     V = documents^2 x t(f D - 1)^2 / f + seeds^2 x t(n - 1)^2 x S / n
 *
 * with the two spreads, S seeds and D documents of now (t: Student's 97.5th percentile; of a single seed the second term
 * is not known and left out). Whether the narrower interval decides is asked of the table itself, so that the boundary is
 * the one that decides: the margin where enough tokens are saved, else 0 or the margin, whichever is off first.
 *
 * @returns null where the comparison is no `cannot-tell`.
 */
export function whatWouldTell(
  now: Pick<SeededDifference, 'bitsPerByte' | 'interval' | 'documents' | 'seeds' | 'spread'>,
  terms: OutcomeTerms,
): WhatWouldTell | null {
  const { bitsPerByte: difference, interval, documents, spread } = now;
  if (outcomeOf({ difference, interval, documents }, terms) !== 'cannot-tell' || !interval) return null;
  const seeds = Math.max(1, now.seeds.length);
  const variance = (n: number, factor: number) =>
    ofMean(spread.documents, factor, factor * documents) + ofMean(spread.seeds, n / seeds, n);
  const lever = (amount: number, then: number): Lever | null => {
    const scale = Math.sqrt(then / variance(seeds, 1));
    if (!(scale < 1)) return null;
    const reach = (end: number) => difference! + scale * (end - difference!);
    const expected = [reach(interval[0]), reach(interval[1])] as const;
    const outcome = outcomeOf({ difference, interval: expected, documents }, terms);
    return outcome === 'cannot-tell' ? null : { amount, interval: expected, outcome };
  };
  const moreSeeds = spread.seeds === null ? [] : range(1, mostSeeds);
  const moreText = range(11, mostText * 10).map((tenths) => tenths / 10);
  return {
    seedsKnown: spread.seeds !== null,
    seeds: first(moreSeeds, (more) => lever(more, variance(seeds + more, 1))),
    heldOutText: first(moreText, (factor) => lever(factor, variance(seeds, factor))),
  };
}

/** Variance of a mean of `growth` times as many units, `units` in all, in squared t-widths. */
function ofMean(deviation: number | null, growth: number, units: number): number {
  if (deviation === null || deviation === 0) return 0;
  return ((deviation * studentQuantile(Math.floor(units) - 1)) / normalQuantile) ** 2 / growth;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

function first(amounts: readonly number[], leverOf: (amount: number) => Lever | null): Lever | null {
  for (const amount of amounts) {
    const found = leverOf(amount);
    if (found) return found;
  }
  return null;
}
