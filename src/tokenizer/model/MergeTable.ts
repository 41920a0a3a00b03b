// The merges of a BPE model: for a pair of ids its rank (earlier merges win) and the id it becomes.
import { PairTable } from './PairTable';

export class MergeTable {
  private readonly pairs: PairTable;
  private readonly rankOfSlot: Int32Array;
  private readonly resultOfSlot: Int32Array;

  /** @param merges [left, right, result] ids by rank. A pair that stands twice has its later rank, as in the Rust library. */
  constructor(merges: readonly (readonly [left: number, right: number, result: number])[]) {
    this.pairs = new PairTable(merges.length + 1);
    this.rankOfSlot = new Int32Array(merges.length);
    this.resultOfSlot = new Int32Array(merges.length);
    merges.forEach(([left, right, result], rank) => {
      const slot = this.pairs.insert(left, right);
      this.rankOfSlot[slot] = rank;
      this.resultOfSlot[slot] = result;
    });
  }

  /** The rank of a pair, or -1 where it does not merge. */
  rank(left: number, right: number): number {
    const slot = this.pairs.find(left, right);
    return slot < 0 ? -1 : this.rankOfSlot[slot]!;
  }

  result(left: number, right: number): number {
    return this.resultOfSlot[this.pairs.find(left, right)]!;
  }
}
