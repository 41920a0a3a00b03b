/**
 * The header of a safetensors file: 8 bytes of little-endian length, JSON, then tensors without holes
 * (https://github.com/huggingface/safetensors#format). Everything the format promises is checked before a tensor is
 * read, with sums that cannot overflow, so that later code may trust ranges blindly.
 */
import { LabError } from '../error';
import { POINTER_BYTES, refuseLfsPointer } from '../gitLfs';
import { truncated, type ByteSource } from './byteSource';
import { bytesPerElement, DTYPE_BITS, isDtype, type Dtype } from './dtype';
import { isJsonObject, parseJsonObject, type Json } from './json';

/** The reference implementation's bound as well. */
export const MAX_HEADER_BYTES = 100_000_000;

export interface HeaderTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Absolute byte range [start, end) in the file. */
  readonly start: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of their bytes. */
  readonly tensors: readonly HeaderTensor[];
}

/**
 * Throws LabErrors `checkpoint/truncated`, `pointer`, `header-length`, `header-json` (and the json codes), `header-entry`,
 * `unknown-dtype`, `shape-overflow`, `size-mismatch`, `overlap`, `hole`, `trailing-bytes`; each names file and tensor.
 */
export async function readHeader(source: ByteSource, signal?: AbortSignal): Promise<SafetensorsHeader> {
  if (source.size < 8) throw truncated(source.name, 8, source.size);
  const prefix = await source.read(0, 8, signal);
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length < 2n || length > BigInt(MAX_HEADER_BYTES)) {
    const start = await source.read(0, Math.min(source.size, POINTER_BYTES), signal);
    refuseLfsPointer(source.name, start, 'checkpoint/pointer');
    throw new LabError(
      'checkpoint/header-length',
      `\`${source.name}\` claims a header of ${length} bytes; 2 to ${MAX_HEADER_BYTES} are possible.`,
      'This is not a safetensors file, or its start is damaged.',
      { file: source.name, expected: MAX_HEADER_BYTES, found: String(length) },
    );
  }
  const dataStart = 8 + Number(length);
  if (dataStart > source.size) throw truncated(source.name, dataStart, source.size);
  return parseHeader(source.name, await source.read(8, dataStart, signal), dataStart, source.size);
}

export function parseHeader(file: string, json: Uint8Array, dataStart: number, fileSize: number): SafetensorsHeader {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
  } catch (cause) {
    throw new LabError(
      'checkpoint/header-json',
      `The header of \`${file}\` is not UTF-8.`,
      FETCH_AGAIN,
      { file },
      cause,
    );
  }
  const entries = parseJsonObject(text, file, 8);
  const metadata: Record<string, string> = {};
  const tensors: HeaderTensor[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    if (name !== '__metadata__') {
      tensors.push(headerTensor(file, name, entry, dataStart, fileSize));
      continue;
    }
    if (!isJsonObject(entry) || Object.values(entry).some((value) => typeof value !== 'string')) {
      throw entryError(file, name, 'an object of strings', entry);
    }
    for (const [key, value] of Object.entries(entry)) metadata[key] = value as string;
  }
  tensors.sort((a, b) => a.start - b.start || a.end - b.end);
  refuseOverlapsAndHoles(file, tensors, dataStart, fileSize);
  return { metadata, tensors };
}

function headerTensor(file: string, name: string, entry: Json, dataStart: number, fileSize: number): HeaderTensor {
  if (!isJsonObject(entry)) throw entryError(file, name, 'an object', entry);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDtype(dtype)) {
    throw new LabError(
      'checkpoint/unknown-dtype',
      `\`${name}\` in \`${file}\` has the element type ${JSON.stringify(dtype)?.slice(0, 40)}, which safetensors does not define.`,
      'F32, F16 and BF16 weights are read.',
      { file, tensor: name, expected: Object.keys(DTYPE_BITS), found: dtype },
    );
  }
  if (!isCounts(shape)) throw entryError(file, name, 'a shape of whole numbers', shape);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw entryError(file, name, 'data_offsets of two ascending whole numbers', offsets);
  }
  const elements = shape.reduce((product, size) => product * BigInt(size), 1n);
  const bits = elements * BigInt(DTYPE_BITS[dtype]);
  if (bits % 8n !== 0n || bits / 8n > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new LabError(
      'checkpoint/shape-overflow',
      `\`${name}\` in \`${file}\` has the shape [${shape.join(', ')}], ${elements} elements: no file holds that.`,
      FETCH_AGAIN,
      { file, tensor: name, found: shape },
    );
  }
  const [from, to] = offsets as [number, number];
  const expected = Number(bits / 8n);
  if (to - from !== expected) {
    throw new LabError(
      'checkpoint/size-mismatch',
      `\`${name}\` in \`${file}\` needs ${expected} bytes for ${dtype} [${shape.join(', ')}]; its range has ${to - from}.`,
      FETCH_AGAIN,
      { file, tensor: name, expected, found: to - from },
    );
  }
  if (dataStart + to > fileSize) throw tensorTruncated(file, name, dataStart + to, fileSize);
  return { name, dtype, shape, start: dataStart + from, end: dataStart + to };
}

function refuseOverlapsAndHoles(file: string, tensors: readonly HeaderTensor[], dataStart: number, size: number): void {
  let reached = dataStart;
  for (const { name, start, end } of tensors) {
    if (start !== reached) {
      const overlaps = start < reached;
      throw new LabError(
        overlaps ? 'checkpoint/overlap' : 'checkpoint/hole',
        `\`${name}\` in \`${file}\` starts at byte ${start}; the tensor before it ends at ${reached}.`,
        overlaps ? 'Two tensors claim the same bytes: the file is damaged or hostile.' : FETCH_AGAIN,
        { file, tensor: name, expected: reached, found: start },
      );
    }
    reached = end;
  }
  if (reached !== size) {
    throw new LabError(
      'checkpoint/trailing-bytes',
      `\`${file}\` has ${size} bytes; its tensors end at ${reached}.`,
      FETCH_AGAIN,
      { file, expected: reached, found: size },
    );
  }
}

export interface TensorHeading {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** Bytes of a dense tensor. */
export function tensorBytes({ dtype, shape }: Pick<TensorHeading, 'dtype' | 'shape'>): number {
  return shape.reduce((product, size) => product * size, bytesPerElement(dtype));
}

/**
 * The header's bytes, length prefix included, padded with spaces so that tensors start at a multiple of 8, and the
 * tensors in writing order: wide types first, then by name, as the reference implementation sorts them.
 */
export function encodeHeader<T extends TensorHeading>(
  tensors: readonly T[],
  metadata: Readonly<Record<string, string>>,
): { readonly bytes: Uint8Array; readonly order: readonly T[]; readonly fileSize: number } {
  const order = [...tensors].sort(
    (a, b) => DTYPE_BITS[b.dtype] - DTYPE_BITS[a.dtype] || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const entries = new Map<string, unknown>([['__metadata__', metadata]]);
  let offset = 0;
  for (const { name, dtype, shape } of order) {
    if (entries.has(name)) {
      throw new LabError('checkpoint/duplicate-tensor', `\`${name}\` would be written twice.`, '', { tensor: name });
    }
    const end = offset + tensorBytes({ dtype, shape });
    entries.set(name, { dtype, shape, data_offsets: [offset, end] });
    offset = end;
  }
  const json = new TextEncoder().encode(
    `{${[...entries].map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`,
  );
  const padded = Math.ceil(json.byteLength / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  return { bytes, order, fileSize: bytes.byteLength + offset };
}

const FETCH_AGAIN = 'The file is damaged; fetch it again.';

function isCounts(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}

function entryError(file: string, tensor: string, expected: string, found: Json | undefined): LabError {
  const shown = JSON.stringify(found)?.slice(0, 100) ?? 'nothing';
  return new LabError(
    'checkpoint/header-entry',
    `\`${tensor}\` in the header of \`${file}\` should have ${expected}; found ${shown}.`,
    FETCH_AGAIN,
    { file, tensor, expected, found: shown },
  );
}

function tensorTruncated(file: string, tensor: string, expected: number, found: number): LabError {
  return new LabError(
    'checkpoint/truncated',
    `\`${file}\` ends early: \`${tensor}\` needs it to have ${expected} bytes, ${found} found.`,
    'The download or copy did not finish; fetch the file again.',
    { file, tensor, expected, found },
  );
}
