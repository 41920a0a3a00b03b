// How often new tokens stand in the training text, from the counts they were learned with.
import type { NewPiece } from '../model/model';

export type TracedToken = NewPiece & { readonly occurrencesAtMerge: number };

/** Occurrences of the first k tokens where no others follow them. Sizes are asked for in ascending order. */
export class Exposures {
  private readonly occurrences: Float64Array;
  private readonly indexOf: ReadonlyMap<number, number>;
  private size = 0;

  constructor(private readonly tokens: readonly TracedToken[]) {
    this.occurrences = new Float64Array(tokens.length);
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
        if (index !== undefined) this.occurrences[index]! -= token.occurrencesAtMerge;
      }
    }
    return this.occurrences.subarray(0, size);
  }
}
