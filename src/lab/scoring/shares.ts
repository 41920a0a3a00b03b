/** Shares with intervals that hold for few trials, and near none and all. */

export interface Share {
  readonly count: number;
  readonly of: number;
  /** Null of nothing. */
  readonly share: number | null;
  /** 95 %, Wilson's score interval (Wilson 1927); null of nothing. */
  readonly interval: readonly [low: number, high: number] | null;
}

const z = 1.959963984540054;

export function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, of, share: null, interval: null };
  const share = count / of;
  const centre = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  return { count, of, share, interval: [Math.max(0, centre - half), Math.min(1, centre + half)] };
}

export interface ShareDifference {
  readonly difference: number;
  readonly interval: readonly [low: number, high: number];
}

/** First minus second of independent trials, with its 95 % interval: method 10 of Newcombe 1998, from both Wilson intervals. */
export function shareDifference(first: Share, second: Share): ShareDifference | null {
  if (first.share === null || second.share === null) return null;
  const [[low, high], [otherLow, otherHigh]] = [first.interval!, second.interval!];
  const difference = first.share - second.share;
  const distance = (a: number, b: number) => Math.sqrt(a ** 2 + b ** 2);
  return {
    difference,
    interval: [
      difference - distance(first.share - low, otherHigh - second.share),
      difference + distance(high - first.share, second.share - otherLow),
    ],
  };
}

/**
 * First minus second of the same trials, with its 95 % interval: method 10 of Newcombe 1998 (Improved confidence intervals for the
 * difference between binomial proportions based on paired data), which takes from the squares what the two have in common.
 */
export function pairedShareDifference(first: readonly boolean[], second: readonly boolean[]): ShareDifference | null {
  const n = first.length;
  const both = first.filter((right, at) => right && second[at]).length;
  const [a, b] = [first, second].map((answers) => shareOf(answers.filter(Boolean).length, n)) as [Share, Share];
  if (a.share === null || b.share === null) return null;
  const [onlyFirst, onlySecond] = [a.count - both, b.count - both];
  const phi = correlation(both, onlyFirst, onlySecond, n - both - onlyFirst - onlySecond);
  const distance = (one: number, other: number) => Math.sqrt(one ** 2 - 2 * phi * one * other + other ** 2);
  const difference = a.share - b.share;
  return {
    difference,
    interval: [
      difference - distance(a.share - a.interval![0], b.interval![1] - b.share),
      difference + distance(b.share - b.interval![0], a.interval![1] - a.share),
    ],
  };
}

/** Of two answers to the same questions, with Newcombe's correction where they go together. */
function correlation(both: number, onlyFirst: number, onlySecond: number, neither: number): number {
  const margins = (both + onlyFirst) * (onlySecond + neither) * (both + onlySecond) * (onlyFirst + neither);
  if (margins === 0) return 0;
  const together = both * neither - onlyFirst * onlySecond;
  const corrected = together > 0 ? Math.max(0, together - (both + onlyFirst + onlySecond + neither) / 2) : together;
  return corrected / Math.sqrt(margins);
}
