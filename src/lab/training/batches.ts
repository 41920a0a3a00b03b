/**
 * Training batches out of packed rows. The mean of a step's loss is over the targets of the whole step, however it is cut into
 * micro-batches.
 */
import { emptyRow, packInOrder, type PackedRow, type PackOptions } from '../../corpus/index';
import { ignoredTarget } from '../../engine/index';
import { countTargets, modelInputs } from '../../model/index';
import type { Tokenizer } from '../../tokenizer/index';
import type { Objective } from './objectives/index';
import type { MicroBatch, StepBatch } from './trainRun';

export interface BatchShape {
  readonly batchRows: number;
  readonly rowLength: number;
  /** Rows of one micro-batch; divides `batchRows`. */
  readonly microBatchRows: number;
}

/** Bytes of text each id stands for; special tokens stand for none, and an id that ends documents for none either. */
export function bytesPerId(tokenizer: Tokenizer): Uint16Array {
  const ends = Object.values(tokenizer.special);
  const isText = (id: number) =>
    tokenizer.hasId(id) && !tokenizer.isSpecial(id) && !(tokenizer.isAdded(id) && ends.includes(id));
  return Uint16Array.from({ length: tokenizer.largestId + 1 }, (_, id) =>
    isText(id) ? Math.min(0xffff, tokenizer.tokenBytes(id).length) : 0,
  );
}

/** These documents in this order, once; the last batch is filled up with rows that predict nothing. @param skip batches left out. */
export function batchesInOrder(
  documents: Iterable<Uint32Array>,
  pack: Omit<PackOptions, 'rowLength'>,
  shape: BatchShape,
  bytesOf: Uint16Array,
  objective: Objective,
  skip = 0,
): Generator<StepBatch, void> {
  const rows = packInOrder(documents, { ...pack, rowLength: shape.rowLength });
  return batchesOfRows(rows, shape, bytesOf, objective, skip);
}

/** The same of rows that are packed already. */
export function* batchesOfRows(
  rows: Iterable<PackedRow>,
  { batchRows, rowLength, microBatchRows }: BatchShape,
  bytesOf: Uint16Array,
  objective: Objective,
  skip = 0,
): Generator<StepBatch, void> {
  for (const batch of grouped(rows, batchRows, () => emptyRow(rowLength), skip)) {
    yield stepBatch(batch, microBatchRows, bytesOf, objective);
  }
}

/** Rows of each step; the last group is filled up. @param skip groups left out. */
export function* grouped<Row>(rows: Iterable<Row>, size: number, filler: () => Row, skip = 0): Generator<Row[], void> {
  let group: Row[] = [];
  let skipped = 0;
  for (const row of rows) {
    group.push(row);
    if (group.length < size) continue;
    if (skipped++ >= skip) yield group;
    group = [];
  }
  if (group.length === 0 || skipped < skip) return;
  while (group.length < size) group.push(filler());
  yield group;
}

function stepBatch(
  rows: readonly PackedRow[],
  microBatchRows: number,
  bytesOf: Uint16Array,
  objective: Objective,
): StepBatch {
  const rowLength = rows[0]!.ids.length;
  const micro = Array.from({ length: rows.length / microBatchRows }, (_, at) =>
    sideBySide(rows.slice(at * microBatchRows, (at + 1) * microBatchRows), objective),
  );
  const tokens = micro.reduce((sum, { targets }) => sum + countTargets(targets), 0);
  let bytes = 0;
  const microBatches = micro.map(({ ids, targets, documentLengths }): MicroBatch => {
    for (const target of targets) if (target !== ignoredTarget) bytes += bytesOf[target] ?? 0;
    return { ids, targets, inputs: modelInputs({ ids, targets, rowLength, documentLengths, targetCount: tokens }) };
  });
  return { microBatches, tokens, bytes };
}

function sideBySide(rows: readonly PackedRow[], objective: Objective) {
  const rowLength = rows[0]!.ids.length;
  const ids = new Uint32Array(rows.length * rowLength);
  const targets = new Uint32Array(ids.length);
  for (const [index, row] of rows.entries()) {
    ids.set(row.ids, index * rowLength);
    targets.set(objective.targets(row), index * rowLength);
  }
  return { ids, targets, documentLengths: rows.flatMap((row) => row.documentLengths) };
}

/** The most rows a micro-batch may have, a divisor of the batch, within `maxTokens` tokens. */
export function microBatchRowsOf(batchRows: number, rowLength: number, maxTokens: number): number {
  for (let rows = batchRows; rows > 1; rows--) {
    if (batchRows % rows === 0 && rows * rowLength <= maxTokens) return rows;
  }
  return 1;
}
