/**
 * How a vocabulary matrix is cut into parameters by rows: base rows in shards that fit the adapter's binding limit, the
 * grafted rows as a parameter of their own, spare rows after them. The order of ids stays that of the matrix.
 */
import { LabError } from '../error';
import { storedBytes, type ElementType } from '../engine/index';

export interface SegmentSpec {
  /** In the engine: `<matrix>#<firstId>`, for example `model.embed_tokens.weight#0`. For people; nothing reads it back. */
  readonly name: string;
  /** Name of the whole matrix in the checkpoint. */
  readonly matrix: string;
  readonly firstId: number;
  readonly rows: number;
  readonly type: ElementType;
  readonly trainable: boolean;
}

export interface SegmentationOptions {
  /** Name of the whole matrix in the checkpoint. */
  readonly matrix: string;
  readonly hiddenSize: number;
  /** Of the adapter, in bytes. */
  readonly maxBindingBytes: number;
  /** Rows grafted onto the model. */
  readonly newIds?: { readonly first: number; readonly count: number };
  /** Stored type of frozen rows; trainable rows are f32. Default f32. */
  readonly type?: ElementType;
  readonly trainBase?: boolean;
  readonly trainNew?: boolean;
}

/** `rows` counts all embedding rows, new and spare ones included. */
export function segmentVocabulary(rows: number, options: SegmentationOptions): SegmentSpec[] {
  const { matrix, newIds, trainBase = false, trainNew = false } = options;
  if (newIds && (newIds.count < 1 || newIds.first < 0 || newIds.first + newIds.count > rows)) {
    throw new LabError(
      'model/bad-segments',
      `New ids ${newIds.first} to ${newIds.first + newIds.count - 1} do not lie within ${rows} embedding rows.`,
    );
  }
  const segments: SegmentSpec[] = [];
  const cut = (first: number, end: number, trainable: boolean, type: ElementType) => {
    const most = rowsPerShard(options, type);
    for (let firstId = first; firstId < end; firstId += most) {
      const name = `${matrix}#${firstId}`;
      segments.push({ name, matrix, firstId, rows: Math.min(most, end - firstId), type, trainable });
    }
  };
  const baseType = trainBase ? 'f32' : (options.type ?? 'f32');
  cut(0, newIds?.first ?? rows, trainBase, baseType);
  if (newIds) {
    const end = newIds.first + newIds.count;
    // f32 even when frozen: an evaluation between steps shares the very parameter that training moves.
    cut(newIds.first, end, trainNew, 'f32');
    cut(end, rows, trainBase, baseType);
  }
  return segments;
}

function rowsPerShard({ matrix, hiddenSize, maxBindingBytes }: SegmentationOptions, type: ElementType): number {
  const rowBytes = storedBytes({ shape: [hiddenSize], type });
  // Kernels may read a tail as a vec4, so bindings are rounded up to 16 bytes.
  let rows = Math.floor((maxBindingBytes - 15) / rowBytes);
  // A shard of halves that are odd in number would begin within a word of the next one's slice of the file.
  if ((type === 'bf16' || type === 'f16') && hiddenSize % 2 === 1) rows -= rows % 2;
  if (rows >= 1) return rows;
  throw new LabError(
    'model/row-too-large',
    `One row of ${matrix} has ${rowBytes} bytes; this adapter binds ${maxBindingBytes}.`,
    'This adapter cannot run this model.',
  );
}
