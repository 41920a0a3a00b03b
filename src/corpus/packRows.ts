// Documents to training rows of equal length: documents follow each other, each opened by the start token, and go on in the next
// row where a row ends. Attention and positions begin anew at every document and every row.
import { ignoredTarget } from '../ignoredTarget';

export interface PackedRow {
  readonly ids: Uint32Array;
  /** `targets[i]` follows `ids[i]`; `ignoredTarget` after the last token of a document. */
  readonly targets: Uint32Array;
  /** Of documents, or of their parts in this row, in order; they fill it. */
  readonly documentLengths: readonly number[];
  /** Of conversations: 1 where the target is of an answer, else 0. */
  readonly answers?: Uint8Array;
}

export interface PackOptions {
  readonly rowLength: number;
  /** Put before every document; null where the model has no such token. */
  readonly startId: number | null;
  /** Put after every document and predicted there; null to leave the end unpredicted. */
  readonly endId: number | null;
}

/** Tokens of a document with what is put before and after it. */
export function packedLength(document: ArrayLike<number>, options: Omit<PackOptions, 'rowLength'>): number {
  if (document.length === 0) return 0;
  return document.length + (options.startId === null ? 0 : 1) + (options.endId === null ? 0 : 1);
}

/** Rows of these documents in this order, once; what is left of the last row is filled with zeros that predict nothing. */
export function* packInOrder(documents: Iterable<ArrayLike<number>>, options: PackOptions): Generator<PackedRow, void> {
  let row = new OpenRow(options.rowLength);
  for (const document of documents) {
    const sequence = withEnds(document, options);
    for (let at = 0; at < sequence.length;) {
      if (row.space === 0) {
        yield row.finish();
        row = new OpenRow(options.rowLength);
      }
      at += row.add(sequence, at);
    }
  }
  if (row.space < options.rowLength) yield row.finish();
}

/** A row that only fills a batch up. */
export function emptyRow(rowLength: number): PackedRow {
  return new OpenRow(rowLength).finish();
}

function withEnds(document: ArrayLike<number>, { startId, endId }: Omit<PackOptions, 'rowLength'>): Uint32Array {
  if (document.length === 0) return new Uint32Array(0);
  const head = startId === null ? 0 : 1;
  const sequence = new Uint32Array(head + document.length + (endId === null ? 0 : 1));
  if (startId !== null) sequence[0] = startId;
  sequence.set(document, head);
  if (endId !== null) sequence[sequence.length - 1] = endId;
  return sequence;
}

class OpenRow {
  private readonly ids: Uint32Array;
  private readonly targets: Uint32Array;
  private readonly documentLengths: number[] = [];
  private filled = 0;

  constructor(rowLength: number) {
    this.ids = new Uint32Array(rowLength);
    this.targets = new Uint32Array(rowLength).fill(ignoredTarget);
  }

  get space(): number {
    return this.ids.length - this.filled;
  }

  /** Adds a sequence from `at` on as far as it fits, and answers how many tokens that was. */
  add(sequence: Uint32Array, at: number): number {
    const taken = Math.min(this.space, sequence.length - at);
    this.ids.set(sequence.subarray(at, at + taken), this.filled);
    this.targets.set(sequence.subarray(at + 1, at + 1 + taken), this.filled);
    this.documentLengths.push(taken);
    this.filled += taken;
    return taken;
  }

  finish(): PackedRow {
    const { ids, targets, documentLengths } = this;
    if (this.space > 0) documentLengths.push(this.space);
    return { ids, targets, documentLengths };
  }
}
