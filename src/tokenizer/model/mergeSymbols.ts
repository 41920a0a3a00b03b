// Applies the merges to one piece in place: always the lowest rank, the leftmost of equals. Short pieces are scanned for
// it (no bookkeeping); long ones keep a heap over a linked list, so that a megabyte without a word boundary stays
// n log n. The limit is where both took the same time on English and on SMILES.
import type { MergeTable } from './MergeTable';

const SHORT = 40;
/** rank * POSITIONS + position is one float64 heap key: ranks below 2^22, positions below 2^31. */
const POSITIONS = 2 ** 31;

/**
 * @param ids symbols of the piece; the first `return value` entries hold the result.
 * @param ends where each symbol ends, in any unit; merged symbols keep the later end.
 * @returns how many symbols are left.
 */
export function mergeSymbols(merges: MergeTable, ids: Int32Array, ends: Int32Array, count: number): number {
  return count <= SHORT ? scanMerge(merges, ids, ends, count) : heapMerge(merges, ids, ends, count);
}

const shortRanks = new Int32Array(SHORT);

function scanMerge(merges: MergeTable, ids: Int32Array, ends: Int32Array, count: number): number {
  const ranks = shortRanks;
  for (let at = 0; at + 1 < count; at++) ranks[at] = merges.rank(ids[at]!, ids[at + 1]!);
  while (count > 1) {
    let best = -1;
    let bestRank = 0x7fffffff;
    for (let at = 0; at + 1 < count; at++) {
      const rank = ranks[at]!;
      if (rank >= 0 && rank < bestRank) {
        bestRank = rank;
        best = at;
      }
    }
    if (best < 0) break;
    ids[best] = merges.result(ids[best]!, ids[best + 1]!);
    ends[best] = ends[best + 1]!;
    count--;
    for (let at = best + 1; at < count; at++) {
      ids[at] = ids[at + 1]!;
      ends[at] = ends[at + 1]!;
      ranks[at] = ranks[at + 1]!;
    }
    if (best > 0) ranks[best - 1] = merges.rank(ids[best - 1]!, ids[best]!);
    if (best + 1 < count) ranks[best] = merges.rank(ids[best]!, ids[best + 1]!);
  }
  return count;
}

function heapMerge(merges: MergeTable, ids: Int32Array, ends: Int32Array, count: number): number {
  const next = new Int32Array(count);
  const previous = new Int32Array(count);
  // The rank of the pair that begins here: heap entries that disagree are out of date.
  const ranks = new Int32Array(count).fill(-1);
  const heap = new KeyHeap(count);
  const queue = (at: number): void => {
    const after = next[at]!;
    const rank = after < 0 ? -1 : merges.rank(ids[at]!, ids[after]!);
    ranks[at] = rank;
    if (rank >= 0) heap.push(rank * POSITIONS + at);
  };
  for (let at = 0; at < count; at++) {
    next[at] = at + 1 < count ? at + 1 : -1;
    previous[at] = at - 1;
  }
  for (let at = 0; at + 1 < count; at++) queue(at);

  for (let key = heap.pop(); key >= 0; key = heap.pop()) {
    const rank = Math.floor(key / POSITIONS);
    const at = key - rank * POSITIONS;
    if (ranks[at] !== rank) continue;
    const gone = next[at]!;
    ids[at] = merges.result(ids[at]!, ids[gone]!);
    ends[at] = ends[gone]!;
    ranks[gone] = -1;
    const after = next[gone]!;
    next[at] = after;
    if (after >= 0) previous[after] = at;
    queue(at);
    if (previous[at]! >= 0) queue(previous[at]!);
  }

  let kept = 0;
  for (let at = 0; at >= 0; at = next[at]!) {
    ids[kept] = ids[at]!;
    ends[kept++] = ends[at]!;
  }
  return kept;
}

/** A binary min-heap of non-negative numbers. */
class KeyHeap {
  private keys: Float64Array;
  private count = 0;

  constructor(capacity: number) {
    this.keys = new Float64Array(Math.max(16, capacity * 2));
  }

  push(key: number): void {
    if (this.count === this.keys.length) {
      const wide = new Float64Array(this.count * 2);
      wide.set(this.keys);
      this.keys = wide;
    }
    let at = this.count++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.keys[parent]! <= key) break;
      this.keys[at] = this.keys[parent]!;
      at = parent;
    }
    this.keys[at] = key;
  }

  /** The smallest key, or -1 when the heap is empty. */
  pop(): number {
    if (this.count === 0) return -1;
    const smallest = this.keys[0]!;
    const key = this.keys[--this.count]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.count) break;
      if (child + 1 < this.count && this.keys[child + 1]! < this.keys[child]!) child++;
      if (this.keys[child]! >= key) break;
      this.keys[at] = this.keys[child]!;
      at = child;
    }
    this.keys[at] = key;
    return smallest;
  }
}
