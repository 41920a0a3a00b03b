// Documents to training rows of equal length without padding: documents follow each other in a shuffled order, each opened
// by the start token, and go on in the next row where a row ends. Attention and positions begin anew at every document and
// every row. The order depends on the seed and the epoch alone.

/** Row-relative; the engine's `documentStart` and `documentEnd` of several rows are these plus the row's offset. */
export interface PackedRow {
  readonly ids: Uint32Array;
  /** `targets[i]` follows `ids[i]`; `ignoredTarget` after the last token of a document. */
  readonly targets: Uint32Array;
  /** Counted from the start of the document, or of its part in this row. */
  readonly positions: Uint32Array;
  /** Per token, where its document begins in this row, and one past where it ends. */
  readonly documentStart: Uint32Array;
  readonly documentEnd: Uint32Array;
  /** Index of each token's document in the list that was packed. */
  readonly documents: Uint32Array;
  /** From 0; the epoch the row begins in. */
  readonly epoch: number;
}

export const ignoredTarget = 0xffffffff;

export interface PackOptions {
  readonly rowLength: number;
  /** Put before every document; null where the model has no such token. */
  readonly startId: number | null;
  /** Put after every document and predicted there; null to leave the end unpredicted. */
  readonly endId: number | null;
  readonly seed: number;
}

/** Rows without end, epoch after epoch. @param documents ids of each document's text, without special tokens. */
export function* packRows(documents: readonly ArrayLike<number>[], options: PackOptions): Generator<PackedRow, never> {
  const { rowLength } = options;
  if (rowLength < 2 || documents.every((document) => document.length === 0)) {
    throw new RangeError(`cannot pack ${documents.length} documents into rows of ${rowLength}`);
  }
  let row = new OpenRow(rowLength, 0);
  for (let epoch = 0; ; epoch++) {
    for (const index of shuffled(documents.length, options.seed, epoch)) {
      const sequence = withEnds(documents[index]!, options);
      for (let at = 0; at < sequence.length;) {
        if (row.space === 0) {
          yield row.finish();
          row = new OpenRow(rowLength, epoch);
        }
        at += row.add(sequence, at, index);
      }
    }
  }
}

/** Tokens of a document with what is put before and after it. */
export function packedLength(document: ArrayLike<number>, options: Pick<PackOptions, 'startId' | 'endId'>): number {
  if (document.length === 0) return 0;
  return document.length + (options.startId === null ? 0 : 1) + (options.endId === null ? 0 : 1);
}

/** Rows of these documents in this order, once; what is left of the last row is filled with zeros that predict nothing. */
export function* packInOrder(
  documents: Iterable<ArrayLike<number>>,
  options: Omit<PackOptions, 'seed'>,
): Generator<PackedRow, void> {
  let row = new OpenRow(options.rowLength, 0);
  let index = 0;
  for (const document of documents) {
    const sequence = withEnds(document, options);
    for (let at = 0; at < sequence.length;) {
      if (row.space === 0) {
        yield row.finish();
        row = new OpenRow(options.rowLength, 0);
      }
      at += row.add(sequence, at, index);
    }
    index++;
  }
  if (row.space < options.rowLength) yield row.finish();
}

/** A row that only fills a batch up. */
export function emptyRow(rowLength: number): PackedRow {
  return new OpenRow(rowLength, 0).finish();
}

function withEnds(
  document: ArrayLike<number>,
  { startId, endId }: Pick<PackOptions, 'startId' | 'endId'>,
): Uint32Array {
  if (document.length === 0) return new Uint32Array(0);
  const head = startId === null ? 0 : 1;
  const sequence = new Uint32Array(head + document.length + (endId === null ? 0 : 1));
  if (startId !== null) sequence[0] = startId;
  sequence.set(document, head);
  if (endId !== null) sequence[sequence.length - 1] = endId;
  return sequence;
}

class OpenRow {
  private filled = 0;
  private readonly row: PackedRow;

  constructor(rowLength: number, epoch: number) {
    const zeros = (): Uint32Array => new Uint32Array(rowLength);
    this.row = {
      ids: zeros(),
      targets: zeros().fill(ignoredTarget),
      positions: zeros(),
      documentStart: zeros(),
      documentEnd: zeros(),
      documents: zeros(),
      epoch,
    };
  }

  get space(): number {
    return this.row.ids.length - this.filled;
  }

  /** Adds a sequence from `at` on as far as it fits, and answers how many tokens that was. */
  add(sequence: Uint32Array, at: number, document: number): number {
    const { ids, targets, positions, documentStart, documentEnd, documents } = this.row;
    const taken = Math.min(this.space, sequence.length - at);
    const start = this.filled;
    const end = start + taken;
    ids.set(sequence.subarray(at, at + taken), start);
    targets.set(sequence.subarray(at + 1, at + 1 + taken), start);
    for (let token = start; token < end; token++) positions[token] = token - start;
    documentStart.fill(start, start, end);
    documentEnd.fill(end, start, end);
    documents.fill(document, start, end);
    this.filled = end;
    return taken;
  }

  finish(): PackedRow {
    const { documentStart, documentEnd, ids } = this.row;
    documentStart.fill(this.filled, this.filled);
    documentEnd.fill(ids.length, this.filled);
    return this.row;
  }
}

/** Fisher-Yates over splitmix32, seeded by seed and epoch. */
function shuffled(count: number, seed: number, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b)) >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}
