/**
 * Safetensors, lazily in and streaming out. Reading yields entries that fetch whole tensors or runs of rows on demand;
 * writing knows the file's size before the first byte and holds one chunk at a time, so that gigabytes of weights never
 * sit in the heap.
 */
import { LabError } from '../error';
import type { ByteSource } from './byteSource';
import { isWeightDtype, toF32, unsupportedDtype, type Dtype } from './dtype';
import { encodeHeader, readHeader, tensorBytes, type HeaderTensor, type TensorHeading } from './safetensorsHeader';

/** Rows [start, end) along the first dimension; a scalar has one row. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The file it lies in. */
  readonly file: string;
  readonly bytes: number;
  /** Raw little-endian bytes, of any type: what the model does not use is still carried over. */
  read(rows?: RowRange, signal?: AbortSignal): Promise<Uint8Array>;
  /** Widened exactly. Throws `checkpoint/unsupported-dtype` unless it is F32, F16 or BF16. */
  readF32(rows?: RowRange, signal?: AbortSignal): Promise<Float32Array>;
}

export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

export async function openSafetensors(source: ByteSource, signal?: AbortSignal): Promise<Safetensors> {
  const header = await readHeader(source, signal);
  return {
    metadata: header.metadata,
    tensors: new Map(header.tensors.map((tensor) => [tensor.name, tensorEntry(source, tensor)])),
  };
}

function tensorEntry(source: ByteSource, { name, dtype, shape, start, end }: HeaderTensor): TensorEntry {
  const rows = shape[0] ?? 1;
  const rowBytes = rows === 0 ? 0 : (end - start) / rows;
  const where = { file: source.name, tensor: name };
  const read = async (range: RowRange = { start: 0, end: rows }, signal?: AbortSignal): Promise<Uint8Array> => {
    if (!(range.start >= 0 && range.start <= range.end && range.end <= rows)) {
      throw new LabError(
        'checkpoint/row-range',
        `Rows ${range.start} to ${range.end} of \`${name}\` were asked for; it has ${rows}.`,
        '',
        { ...where, expected: rows, found: range },
      );
    }
    return source.read(start + range.start * rowBytes, start + range.end * rowBytes, signal);
  };
  return {
    name,
    dtype,
    shape,
    file: source.name,
    bytes: end - start,
    read,
    async readF32(range, signal) {
      if (!isWeightDtype(dtype)) throw unsupportedDtype(dtype, where);
      return toF32(await read(range, signal), dtype);
    },
  };
}

export interface TensorToWrite extends TensorHeading {
  /** Called once, when its turn comes; together exactly `tensorBytes` long. */
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface SafetensorsFile {
  /** Bytes of the whole file, known before anything is read. */
  readonly size: number;
  /** Throws `checkpoint/tensor-length` when a tensor yields more or fewer bytes than its shape needs. */
  stream(): AsyncGenerator<Uint8Array, void, undefined>;
}

export function safetensorsFile(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): SafetensorsFile {
  const { bytes: header, order, fileSize } = encodeHeader(tensors, metadata);
  return {
    size: fileSize,
    async *stream() {
      yield header;
      for (const tensor of order) {
        const expected = tensorBytes(tensor);
        let written = 0;
        for await (const chunk of tensor.chunks()) {
          written += chunk.byteLength;
          if (written > expected) break;
          yield chunk;
        }
        if (written !== expected) {
          throw new LabError(
            'checkpoint/tensor-length',
            `\`${tensor.name}\` yielded ${written > expected ? 'over ' : ''}${written} bytes; ${tensor.dtype} [${tensor.shape.join(', ')}] has ${expected}.`,
            'This is a defect of Tokengraft; please report it with the steps that led here.',
            { tensor: tensor.name, expected, found: written },
          );
        }
      }
    },
  };
}

const CHUNK_BYTES = 4 * 2 ** 20;

/** Row ranges of about 4 MiB each: what one read, conversion or write holds. */
export function* rowChunks(rows: number, rowBytes: number, chunkBytes = CHUNK_BYTES): Generator<RowRange> {
  const step = Math.max(1, Math.floor(chunkBytes / Math.max(1, rowBytes)));
  for (let start = 0; start < rows; start += step) yield { start, end: Math.min(rows, start + step) };
}

/** A stored tensor, to be written again as it is. */
export function copyOf(entry: TensorEntry): TensorToWrite {
  const rows = entry.shape[0] ?? 1;
  return {
    name: entry.name,
    dtype: entry.dtype,
    shape: entry.shape,
    async *chunks() {
      for (const range of rowChunks(rows, entry.bytes / Math.max(1, rows))) yield await entry.read(range);
    },
  };
}

/** A tensor from memory. `values` are copied into bytes only when its turn comes. */
export function tensorOf(name: string, dtype: Dtype, shape: readonly number[], values: ArrayBufferView): TensorToWrite {
  return { name, dtype, shape, chunks: () => [new Uint8Array(values.buffer, values.byteOffset, values.byteLength)] };
}
