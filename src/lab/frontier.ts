/**
 * The frontier of vocabulary sizes out of one training of merges. Merges are append-only, so the trace of one run up to
 * the largest size holds every smaller vocabulary: merge j turned `count[j]` pairs into tokens, which takes as many
 * occurrences from its two halves. Occurrences and token counts of every size follow by subtraction, without encoding
 * the corpus again.
 */
export interface TracedMerge {
  /** Ids of the halves; new tokens have ids from `firstNewId` on, in the order of the trace. */
  readonly left: number;
  readonly right: number;
  /** Pairs merged in the training text. */
  readonly count: number;
}

export interface FrontierPoint {
  readonly newTokens: number;
  /** Of the training text. */
  readonly tokens: number;
  /** 10th percentile over the new tokens of how often each stands in the training text; 0 without new tokens. */
  readonly exposureP10: number;
}

export function frontierOf(
  merges: readonly TracedMerge[],
  firstNewId: number,
  baseTokens: number,
  sizes: readonly number[],
): FrontierPoint[] {
  const occurrences = new Float64Array(merges.length);
  const points: FrontierPoint[] = [];
  const wanted = new Set(sizes);
  let tokens = baseTokens;
  if (wanted.has(0)) points.push({ newTokens: 0, tokens, exposureP10: 0 });
  for (const [index, { left, right, count }] of merges.entries()) {
    tokens -= count;
    occurrences[index] = count;
    if (left >= firstNewId) occurrences[left - firstNewId]! -= count;
    if (right >= firstNewId) occurrences[right - firstNewId]! -= count;
    const newTokens = index + 1;
    if (wanted.has(newTokens)) {
      points.push({ newTokens, tokens, exposureP10: tenthPercentile(occurrences.subarray(0, newTokens)) });
    }
  }
  return points;
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

export function tenthPercentile(values: Float64Array): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(0.1 * (sorted.length - 1))]!;
}
