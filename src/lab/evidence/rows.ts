/** A vocabulary matrix by rows, a few megabytes at a time: as it is on the device, or as the graft began. */
import type { TensorEntry } from '../../checkpoint/index';
import { deviceRows } from '../device/deviceRows';
import { matrixName, type Graft } from '../device/graftedRows';
import type { ModelSession } from '../device/modelSession';

export type VocabularySide = 'input' | 'output';

export interface VocabularyRows {
  readonly count: number;
  readonly hiddenSize: number;
  /** f32 [end - start, hiddenSize]. */
  read(start: number, end: number): Promise<Float32Array>;
}

const pieceBytes = 8 * 2 ** 20;

/** As they are now. */
export function rowsNow({ model, store, graphs }: ModelSession, side: VocabularySide): VocabularyRows {
  const { hiddenSize, vocabSize: count } = graphs.config;
  return { count, hiddenSize, read: (start, end) => deviceRows(store, matrixName(model, side), start, end) };
}

/** As training found them: old rows of the checkpoint, new ones as they were grafted. */
export function rowsAtStart(
  { model, graphs }: ModelSession,
  { plan, ...rows }: Graft,
  side: VocabularySide,
): VocabularyRows {
  const { hiddenSize, vocabSize: count } = graphs.config;
  const matrix: TensorEntry = model.checkpoint.tensors.get(matrixName(model, side))!;
  const grafted = side === 'output' ? (rows.output ?? rows.input) : rows.input;
  const { firstNewId } = plan;
  return {
    count,
    hiddenSize,
    async read(start, end) {
      const values = new Float32Array((end - start) * hiddenSize);
      const old = Math.min(end, matrix.shape[0]!);
      if (start < old) values.set(await matrix.readF32({ start, end: old }));
      const [from, to] = [Math.max(start, firstNewId), Math.min(end, firstNewId + plan.count)];
      if (from < to) {
        const fresh = grafted.subarray((from - firstNewId) * hiddenSize, (to - firstNewId) * hiddenSize);
        values.set(fresh, (from - start) * hiddenSize);
      }
      return values;
    },
  };
}

/** Every row in order; `row` is a view that is good until the next. */
export async function* eachRow(
  rows: VocabularyRows,
): AsyncGenerator<{ readonly id: number; readonly row: Float32Array }> {
  const { count, hiddenSize } = rows;
  const step = Math.max(1, Math.floor(pieceBytes / (4 * hiddenSize)));
  for (let start = 0; start < count; start += step) {
    const end = Math.min(count, start + step);
    const values = await rows.read(start, end);
    for (let id = start; id < end; id++) {
      yield { id, row: values.subarray((id - start) * hiddenSize, (id - start + 1) * hiddenSize) };
    }
  }
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export const norm = (row: ArrayLike<number>): number => Math.sqrt(dot(row, row));

/** 0 where either is zero. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = norm(a) * norm(b);
  return length === 0 ? 0 : dot(a, b) / length;
}
