/**
 * Documents in two cuts to training rows of equal length: each row holds the same text in either, so that states of the one can be
 * compared with those of the other. A document goes on in the next row from the last place where both cuts meet.
 */
import { ignoredTarget } from '../ignoredTarget';
import type { PackedRow } from './packRows';

/** One text in two cuts, with what stands before and after it. */
export interface TwoCuts {
  readonly ids: Uint32Array;
  readonly other: Uint32Array;
  /** Tokens of either up to each place where both end one, from [0, 0] to the end. */
  readonly joints: readonly (readonly [ids: number, other: number])[];
}

export interface PairedRow extends PackedRow {
  readonly other: Pick<PackedRow, 'ids' | 'documentLengths'>;
  /** Of each token, the index in `other` of the one that ends where it does; -1 where none does, and in what fills the row. */
  readonly partners: Int32Array;
}

interface Cut {
  readonly ids: Uint32Array;
  /** UTF-16 offsets. */
  readonly starts: ArrayLike<number>;
  readonly ends: ArrayLike<number>;
}

/** Places where both cuts of a text end a token; tokens that share a character are not told apart within it. */
export function jointsOf(cut: Cut, other: Cut): [number, number][] {
  const joints: [number, number][] = [[0, 0]];
  let [at, otherAt] = [0, 0];
  while (at < cut.ids.length && otherAt < other.ids.length) {
    const [end, otherEnd] = [cut.ends[at]!, other.ends[otherAt]!];
    if (end === otherEnd && isBoundary(cut, at) && isBoundary(other, otherAt)) joints.push([++at, ++otherAt]);
    else if (end < otherEnd || (end === otherEnd && !isBoundary(cut, at))) at++;
    else otherAt++;
  }
  return joints;
}

function isBoundary({ ids, starts, ends }: Cut, at: number): boolean {
  return at + 1 === ids.length || starts[at + 1]! >= ends[at]!;
}

/** Text between two joints that no row has room for is left out. */
export function* packPairs(documents: Iterable<TwoCuts>, rowLength: number): Generator<PairedRow, void> {
  let row = new OpenPair(rowLength);
  for (const document of documents) {
    for (let from = 0; from < document.joints.length - 1;) {
      const taken = row.add(document, from);
      if (taken > 0) {
        from += taken;
      } else if (row.isEmpty) {
        from++;
      } else {
        yield row.finish();
        row = new OpenPair(rowLength);
      }
    }
  }
  if (!row.isEmpty) yield row.finish();
}

/** A row that only fills a batch up. */
export function emptyPair(rowLength: number): PairedRow {
  return new OpenPair(rowLength).finish();
}

class OpenPair {
  private readonly ids: Uint32Array;
  private readonly other: Uint32Array;
  private readonly targets: Uint32Array;
  private readonly partners: Int32Array;
  private readonly lengths: number[] = [];
  private readonly otherLengths: number[] = [];
  private filled = 0;
  private otherFilled = 0;

  constructor(private readonly rowLength: number) {
    this.ids = new Uint32Array(rowLength);
    this.other = new Uint32Array(rowLength);
    this.targets = new Uint32Array(rowLength).fill(ignoredTarget);
    this.partners = new Int32Array(rowLength).fill(-1);
  }

  get isEmpty(): boolean {
    return this.filled === 0;
  }

  /** Adds what follows a joint as far as it fits, up to a joint, and answers how many joints further that is. */
  add({ ids, other, joints }: TwoCuts, from: number): number {
    const [start, otherStart] = joints[from]!;
    let to = from;
    while (to + 1 < joints.length) {
      const [end, otherEnd] = joints[to + 1]!;
      if (this.filled + end - start > this.rowLength) break;
      if (this.otherFilled + otherEnd - otherStart > this.rowLength) break;
      to++;
    }
    if (to === from) return 0;
    const [end, otherEnd] = joints[to]!;
    this.ids.set(ids.subarray(start, end), this.filled);
    this.targets.set(ids.subarray(start + 1, end + 1), this.filled);
    this.other.set(other.subarray(otherStart, otherEnd), this.otherFilled);
    for (const [at, otherAt] of joints.slice(from + 1, to + 1)) {
      this.partners[this.filled + at - start - 1] = this.otherFilled + otherAt - otherStart - 1;
    }
    this.lengths.push(end - start);
    this.otherLengths.push(otherEnd - otherStart);
    this.filled += end - start;
    this.otherFilled += otherEnd - otherStart;
    return to - from;
  }

  finish(): PairedRow {
    const { ids, targets, partners, other, rowLength } = this;
    if (this.filled < rowLength) this.lengths.push(rowLength - this.filled);
    if (this.otherFilled < rowLength) this.otherLengths.push(rowLength - this.otherFilled);
    return {
      ids,
      targets,
      documentLengths: this.lengths,
      other: { ids: other, documentLengths: this.otherLengths },
      partners,
    };
  }
}
