/**
 * The frontier of vocabulary sizes out of one training of merges. New tokens are append-only, so the trace of one run up
 * to the largest size holds every smaller vocabulary: merge j turned `occurrencesAtMerge[j]` pairs into tokens, which
 * takes as many occurrences from its two halves. Exposures of every size follow by subtraction, without encoding the
 * corpus again.
 */
import { Exposures, tenthPercentile, type TracedExtension, type TracedToken } from '../../tokenizer/index';

export interface FrontierPoint {
  readonly newTokens: number;
  /** Of the training text; a token for each byte that is lost. */
  readonly tokens: number;
  /**
   * 10th percentile of how often each new token stands in the training text, links of merge chains left out; 0 without new
   * tokens.
   */
  readonly exposureP10: number;
  /** New tokens that hardly stand alone, because longer ones took their occurrences. */
  readonly links: number;
}

/** @param sizes ascending. */
export function frontierOf(
  {
    tokens,
    tokensAfter,
  }: { readonly tokens: readonly TracedToken[]; readonly tokensAfter: TracedExtension['tokensAfter'] },
  sizes: readonly number[],
): FrontierPoint[] {
  const exposures = new Exposures(tokens);
  return sizes.map((newTokens) => {
    const standing = exposures.standing(newTokens);
    return {
      newTokens,
      tokens: tokensAfter[newTokens] ?? 0,
      exposureP10: tenthPercentile(standing),
      links: newTokens - standing.length,
    };
  });
}

/**
 * Sizes a person would name, from the smallest up to the largest: two significant digits, and powers of two. The slider
 * stops at these, so that whatever it shows was counted.
 */
export function frontierSizes(largest: number): number[] {
  const sizes = new Set([0]);
  for (let power = smallestSize; power <= largest; power *= 2) sizes.add(power);
  for (let unit = 1; unit * 10 <= largest; unit *= 10) {
    for (let size = 10 * unit; size < 100 * unit && size <= largest; size += unit) {
      if (size >= smallestSize) sizes.add(size);
    }
  }
  if (largest > 0) sizes.add(largest);
  return [...sizes].sort((a, b) => a - b);
}

const smallestSize = 16;
