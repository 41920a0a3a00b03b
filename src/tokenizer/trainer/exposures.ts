// How often new tokens stand in the training text, from the counts they were learned with. A merge takes the occurrences of
// its halves: what was merged on the way to longer tokens and hardly stands alone any more is a link of a chain. It cannot
// go, because the chain hangs on it, and its row is hardly ever read; how rare it has become says nothing of how well the
// vocabulary is learned, so that percentiles of exposure leave links out and count them beside.
import type { NewPiece } from '../model/model';

export type TracedToken = NewPiece & { readonly occurrencesAtMerge: number };

/** A link stands alone in under this share of the occurrences that it was merged for. */
export const LINK_SHARE = 0.05;

/** Occurrences of the first k tokens where no others follow them. Sizes are asked for in ascending order. */
export class Exposures {
  private readonly occurrences: Float64Array;
  /** New tokens that are built on each. */
  private readonly users: Uint32Array;
  private readonly indexOf: ReadonlyMap<number, number>;
  private size = 0;

  constructor(private readonly tokens: readonly TracedToken[]) {
    this.occurrences = new Float64Array(tokens.length);
    this.users = new Uint32Array(tokens.length);
    this.indexOf = new Map(tokens.map(({ id }, index) => [id, index]));
  }

  /** A view that the next call changes. */
  of(size: number): Float64Array {
    for (; this.size < size; this.size++) {
      const token = this.tokens[this.size]!;
      this.occurrences[this.size] = token.occurrencesAtMerge;
      if (token.kind !== 'merge') continue;
      for (const half of [token.left, token.right]) {
        const index = this.indexOf.get(half);
        if (index === undefined) continue;
        this.occurrences[index]! -= token.occurrencesAtMerge;
        this.users[index]!++;
      }
    }
    return this.occurrences.subarray(0, size);
  }

  /** Of the first k tokens, the occurrences of those that are no links. */
  standing(size: number): Float64Array {
    const occurrences = this.of(size);
    return occurrences.filter((_, index) => !this.isLink(index));
  }

  /** After `of` or `standing`, among as many tokens as it was asked for. */
  isLink(index: number): boolean {
    const least = LINK_SHARE * this.tokens[index]!.occurrencesAtMerge;
    return this.users[index]! > 0 && this.occurrences[index]! < least;
  }
}

/** Occurrences of learned tokens that are no links. From added tokens, which are no merges, only the text takes any. */
export function standingOccurrences(tokens: readonly (TracedToken & { readonly occurrences: number })[]): Float64Array {
  const merged = tokens.filter((token) => token.kind !== 'added');
  const added = tokens.filter((token) => token.kind === 'added').map((token) => token.occurrences);
  return Float64Array.of(...new Exposures(merged).standing(merged.length), ...added);
}

/** Ids of those that are links. */
export function linkIds(tokens: readonly TracedToken[]): ReadonlySet<number> {
  const merged = tokens.filter((token) => token.kind !== 'added');
  const exposures = new Exposures(merged);
  exposures.of(merged.length);
  return new Set(merged.filter((_, index) => exposures.isLink(index)).map(({ id }) => id));
}

/** The 10th percentile of exposure over the tokens that stand alone; 0 without any. */
export function tenthPercentile(values: ArrayLike<number>): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(0.1 * (sorted.length - 1))]!;
}
