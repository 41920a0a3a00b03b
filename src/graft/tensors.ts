/**
 * The grafted checkpoint's tensors, as streams for the writer. Vocabulary matrices are put together by id: old rows are
 * the stored bytes, equal to the bit unless they were trained; new rows are rounded to the type that is written. A tensor
 * that was not trained and keeps its type is copied without being looked at.
 */
import { LabError } from '../error';
import {
  bytesPerElement,
  copyOf,
  fromF32,
  HALF_OVERFLOW,
  isWeightDtype,
  rowChunks,
  unsupportedDtype,
  type Checkpoint,
  type RowRange,
  type TensorEntry,
  type TensorToWrite,
  type WeightDtype,
} from '../checkpoint/index';
import type { GraftPlan } from './plan';

/** f32 rows [start, end) of a tensor in its stored shape, from the trainer's memory. */
export type TrainedRows = (start: number, end: number) => Promise<Float32Array> | Float32Array;

export interface VocabularyTensor {
  /** Embedding, untied head, or a head's bias (a vector counts as rows of one). */
  readonly name: string;
  /** f32 [count, row width], in id order from firstNewId. */
  readonly newRows: Float32Array;
}

export interface GraftedTensorsRequest {
  readonly tensors: Checkpoint['tensors'];
  readonly plan: GraftPlan;
  readonly vocabulary: readonly VocabularyTensor[];
  /** What training moved, by tensor name. For a vocabulary tensor: its old rows, by id. */
  readonly trained?: ReadonlyMap<string, TrainedRows>;
  /** Not to be written: a tied model's stale copy of its head, for one. */
  readonly omit?: readonly string[];
  /** Default: each tensor keeps its own. */
  readonly dtype?: WeightDtype;
}

/** Throws `graft/unknown-tensor` or `graft/new-rows-length` before anything is written. */
export function graftedTensors(request: GraftedTensorsRequest): TensorToWrite[] {
  const { tensors, plan, vocabulary, trained = new Map<string, TrainedRows>(), omit = [], dtype } = request;
  const named = [...vocabulary.map(({ name }) => name), ...trained.keys()];
  const unknown = named.find((name) => !tensors.has(name) || omit.includes(name));
  if (unknown !== undefined) {
    throw new LabError('graft/unknown-tensor', `The checkpoint has no tensor \`${unknown}\` to write.`, '', {
      tensor: unknown,
    });
  }
  const grown = new Map(vocabulary.map(({ name, newRows }) => [name, newRows]));
  return [...tensors.values()]
    .filter(({ name }) => !omit.includes(name))
    .map((entry) => {
      const newRows = grown.get(entry.name);
      const written = dtype && isWeightDtype(entry.dtype) ? dtype : entry.dtype;
      if (newRows) return vocabularyTensor(entry, plan, newRows, trained.get(entry.name), written as WeightDtype);
      return oldTensor(entry, trained.get(entry.name), written as WeightDtype);
    });
}

function oldTensor(entry: TensorEntry, trained: TrainedRows | undefined, dtype: WeightDtype): TensorToWrite {
  if (!trained && dtype === entry.dtype) return copyOf(entry);
  const rows = entry.shape[0] ?? 1;
  return {
    name: entry.name,
    dtype,
    shape: entry.shape,
    chunks: () => oldRows(entry, { start: 0, end: rows }, trained, dtype),
  };
}

function vocabularyTensor(
  entry: TensorEntry,
  plan: GraftPlan,
  newRows: Float32Array,
  trained: TrainedRows | undefined,
  dtype: WeightDtype,
): TensorToWrite {
  if (!isWeightDtype(entry.dtype)) throw unsupportedDtype(entry.dtype, { file: entry.file, tensor: entry.name });
  const [rows = 0, ...rest] = entry.shape;
  const width = rest.reduce((product, size) => product * size, 1);
  if (rows !== plan.embeddingRows) {
    throw new LabError(
      'graft/embedding-rows',
      `\`${entry.name}\` has ${rows} rows; the graft was planned for ${plan.embeddingRows}.`,
      '',
      { tensor: entry.name, expected: plan.embeddingRows, found: rows },
    );
  }
  if (newRows.length !== plan.count * width) {
    throw new LabError(
      'graft/new-rows-length',
      `\`${entry.name}\` gets ${newRows.length} new values; ${plan.count} rows of ${width} need ${plan.count * width}.`,
      '',
      { tensor: entry.name, expected: plan.count * width, found: newRows.length },
    );
  }
  return {
    name: entry.name,
    dtype,
    shape: [plan.newEmbeddingRows, ...rest],
    async *chunks() {
      for (const { kind, firstId, rows: count } of plan.segments) {
        if (kind === 'old') {
          yield* oldRows(entry, { start: firstId, end: firstId + count }, trained, dtype);
          continue;
        }
        const first = firstId - plan.firstNewId;
        for (const { start, end } of rowChunks(count, width * bytesPerElement(dtype))) {
          yield narrowed(newRows.subarray((first + start) * width, (first + end) * width), dtype, entry.name);
        }
      }
    },
  };
}

async function* oldRows(
  entry: TensorEntry,
  range: RowRange,
  trained: TrainedRows | undefined,
  dtype: WeightDtype,
): AsyncGenerator<Uint8Array, void, undefined> {
  const rowBytes = entry.bytes / Math.max(1, entry.shape[0] ?? 1);
  for (const chunk of rowChunks(range.end - range.start, rowBytes)) {
    const rows = { start: range.start + chunk.start, end: range.start + chunk.end };
    if (trained) yield narrowed(await trained(rows.start, rows.end), dtype, entry.name);
    else if (dtype === entry.dtype) yield await entry.read(rows);
    else yield narrowed(await entry.readF32(rows), dtype, entry.name);
  }
}

/** Rounded to the nearest, and refused where F16 would make infinity of a number: throws `graft/f16-overflow`. */
function narrowed(values: Float32Array, dtype: WeightDtype, tensor: string): Uint8Array {
  if (dtype === 'F16') {
    const tooLarge = values.find((value) => Math.abs(value) >= HALF_OVERFLOW && Number.isFinite(value));
    if (tooLarge !== undefined) {
      throw new LabError(
        'graft/f16-overflow',
        `\`${tensor}\` holds ${tooLarge.toPrecision(6)}; F16 ends at 65504.`,
        'Save as BF16 or F32, which have room for it.',
        { tensor, value: tooLarge },
      );
    }
  }
  return fromF32(values, dtype);
}

/** `TrainedRows` over a tensor that lies in memory whole. */
export function trainedFrom(values: Float32Array, rowWidth: number): TrainedRows {
  return (start, end) => values.subarray(start * rowWidth, end * rowWidth);
}
