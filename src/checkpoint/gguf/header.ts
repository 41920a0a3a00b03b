/**
 * The header of a GGUF file: metadata and where tensors lie (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
 * Read by our own hand: `@huggingface/gguf` reads URLs only, and its decoder drops a byte-order mark, which is a token of
 * Llama 2's vocabulary. Everything the format promises is checked here, so that later code may trust ranges blindly.
 */
import { LabError } from '../../error';
import { POINTER_BYTES, refuseLfsPointer } from '../../gitLfs';
import type { ByteSource } from '../byteSource';
import { toF32 } from '../dtype';
import { HeaderCursor, headerError } from './cursor';
import { ggmlType, READ_TYPES, type GgmlType } from './ggmlTypes';
import { GgufMetadata, type MetadataValue } from './metadata';
import { SEAL_KEY, sealOf } from './seal';

export interface GgufTensor {
  readonly name: string;
  readonly type: GgmlType;
  /** Rows first, as PyTorch has it; GGUF lists the dimensions the other way round. */
  readonly shape: readonly number[];
  readonly elements: number;
  /** Absolute byte range [start, end) in the file. */
  readonly start: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly metadata: GgufMetadata;
  readonly tensors: readonly GgufTensor[];
  /** Divisors of the rotary frequencies, where the file has a table of them (`rope_freqs.weight`). */
  readonly ropeFactors?: Float32Array;
}

const MAGIC = 0x46554747; // "GGUF"

/** Throws LabErrors `checkpoint/truncated`, `pointer`, `gguf-header`, `gguf-version`, `gguf-type`, `gguf-tensor`. */
export async function readGgufHeader(source: ByteSource, signal?: AbortSignal): Promise<GgufHeader> {
  const cursor = new HeaderCursor(source, signal);
  if ((await cursor.u32()) !== MAGIC) {
    const start = await source.read(0, Math.min(source.size, POINTER_BYTES), signal);
    refuseLfsPointer(source.name, start, 'checkpoint/pointer');
    throw headerError(source.name, 'it does not begin with "GGUF"');
  }
  const version = await cursor.u32();
  if (version !== 2 && version !== 3) throw versionError(source.name, version);
  // A tensor's entry has at least a name's length, a count, one dimension, a type and an offset; a key a length and a type.
  const tensorCount = await cursor.count(32, 'tensors');
  const keyCount = await cursor.count(13, 'metadata keys');
  const values = new Map<string, MetadataValue>();
  const places = new Map<string, readonly [start: number, end: number]>();
  for (let i = 0; i < keyCount; i++) {
    const start = cursor.at;
    const key = await cursor.text('a key');
    if (values.has(key)) throw headerError(source.name, `it has the key \`${key.slice(0, 100)}\` twice`);
    values.set(key, await readValue(cursor, await cursor.u32(), key, 0));
    places.set(key, [start, cursor.at]);
  }
  if (values.has(SEAL_KEY)) requireSealed(source.name, await source.read(0, cursor.at, signal), places, values);
  const metadata = new GgufMetadata(source.name, values);
  const alignment = metadata.whole('general.alignment') ?? 32;
  if (alignment < 1 || alignment > 2 ** 20 || (alignment & (alignment - 1)) !== 0) {
    throw headerError(source.name, `its alignment is ${alignment}, not a power of two`);
  }
  const entries: TensorEntry[] = [];
  for (let i = 0; i < tensorCount; i++) entries.push(await readEntry(cursor));
  const dataStart = Math.ceil(cursor.at / alignment) * alignment;
  const tensors = placed(source, entries, dataStart, alignment);
  const table = tensors.find(({ name }) => name === 'rope_freqs.weight');
  if (table?.type.name !== 'F32' || table.elements > MOST_ROPE_FACTORS) return { metadata, tensors };
  return { metadata, tensors, ropeFactors: toF32(await source.read(table.start, table.end, signal), 'F32') };
}

function requireSealed(
  file: string,
  bytes: Uint8Array,
  places: ReadonlyMap<string, readonly [start: number, end: number]>,
  values: ReadonlyMap<string, MetadataValue>,
): void {
  const entries = new Map([...places].map(([key, [start, end]]) => [key, bytes.subarray(start, end)]));
  if (sealOf(entries) === values.get(SEAL_KEY)) return;
  throw new LabError(
    'checkpoint/gguf-header',
    `The metadata of \`${file}\` are not those that were written: their checksum is another.`,
    `Fetch the file again; if a program changed it on purpose, take its key \`${SEAL_KEY}\` out (gguf-new-metadata --remove-metadata).`,
    { file },
  );
}

/** Half of a head's size; real ones have 64 or 128. */
const MOST_ROPE_FACTORS = 4096;

/** Bytes of the plain value types by their number (gguf_type): u8, i8, u16, i16, u32, i32, f32, bool, -, -, u64, i64, f64. */
const VALUE_BYTES: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const STRING = 8;
const ARRAY = 9;

async function readValue(cursor: HeaderCursor, code: number, key: string, depth: number): Promise<MetadataValue> {
  if (code === STRING) return cursor.text(`\`${key.slice(0, 100)}\``);
  if (code !== ARRAY) {
    const bytes = VALUE_BYTES[code];
    if (!bytes) throw headerError(cursor.source.name, `\`${key.slice(0, 100)}\` has the unknown type ${code}`);
    return cursor.scalar(bytes, (view, at) => scalarOf(view, at, code));
  }
  // The format allows lists of lists; no key that is read here has any.
  if (depth > 2) throw headerError(cursor.source.name, `\`${key.slice(0, 100)}\` nests too deep`);
  const inner = await cursor.u32();
  const bytes = inner === STRING ? 8 : inner === ARRAY ? 12 : VALUE_BYTES[inner];
  if (!bytes) throw headerError(cursor.source.name, `\`${key.slice(0, 100)}\` is a list of the unknown type ${inner}`);
  const count = await cursor.count(bytes, `values of \`${key.slice(0, 100)}\``);
  if (inner === STRING || inner === ARRAY) {
    const list: MetadataValue[] = [];
    for (let i = 0; i < count; i++) list.push(await readValue(cursor, inner, key, depth + 1));
    return list;
  }
  const raw = await cursor.bytes(count * bytes);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Float64Array.from({ length: count }, (_, i) => Number(scalarOf(view, i * bytes, inner)));
}

function scalarOf(view: DataView, at: number, code: number): number | boolean {
  switch (code) {
    case 0:
      return view.getUint8(at);
    case 1:
      return view.getInt8(at);
    case 2:
      return view.getUint16(at, true);
    case 3:
      return view.getInt16(at, true);
    case 4:
      return view.getUint32(at, true);
    case 5:
      return view.getInt32(at, true);
    case 6:
      return view.getFloat32(at, true);
    case 7:
      return view.getUint8(at) !== 0;
    case 10:
      return Number(view.getBigUint64(at, true));
    case 11:
      return Number(view.getBigInt64(at, true));
    default:
      return view.getFloat64(at, true);
  }
}

interface TensorEntry {
  readonly name: string;
  readonly dimensions: readonly bigint[];
  readonly code: number;
  readonly offset: bigint;
}

async function readEntry(cursor: HeaderCursor): Promise<TensorEntry> {
  const name = await cursor.text('the name of a tensor');
  const count = await cursor.u32();
  if (count < 1 || count > 4)
    throw tensorError(cursor.source.name, name, `has ${count} dimensions; 1 to 4 are possible`);
  const dimensions: bigint[] = [];
  for (let i = 0; i < count; i++) dimensions.push(await cursor.u64());
  return { name, dimensions, code: await cursor.u32(), offset: await cursor.u64() };
}

function placed(
  source: ByteSource,
  entries: readonly TensorEntry[],
  dataStart: number,
  alignment: number,
): readonly GgufTensor[] {
  const names = new Set<string>();
  const tensors = entries.map((entry) => {
    const { name, dimensions, code, offset } = entry;
    if (names.has(name)) throw tensorError(source.name, name, 'is there twice');
    names.add(name);
    const type = ggmlType(code);
    if (!type?.dtype) throw typeError(source.name, name, type?.name ?? `type ${code}`);
    const elements = dimensions.reduce((product, size) => product * size, 1n);
    const blocks = elements / BigInt(type.blockElements);
    const bytes = blocks * BigInt(type.blockBytes);
    if (elements < 1n || dimensions[0]! % BigInt(type.blockElements) !== 0n) {
      throw tensorError(
        source.name,
        name,
        `has the dimensions ${dimensions.join(' x ')}, which ${type.name} cannot have`,
      );
    }
    if (offset % BigInt(alignment) !== 0n) {
      throw tensorError(source.name, name, `starts at ${offset}, which is no multiple of ${alignment}`);
    }
    const end = BigInt(dataStart) + offset + bytes;
    if (end > BigInt(source.size)) {
      throw new LabError(
        'checkpoint/truncated',
        `\`${source.name}\` ends early: \`${name}\` needs it to have ${end} bytes, ${source.size} found.`,
        'The download or copy did not finish; fetch the file again.',
        { file: source.name, tensor: name, expected: Number(end), found: source.size },
      );
    }
    const start = dataStart + Number(offset);
    return { name, type, shape: dimensions.map(Number).reverse(), elements: Number(elements), start, end: Number(end) };
  });
  const byStart = [...tensors].sort((a, b) => a.start - b.start);
  byStart.forEach((tensor, index) => {
    const before = byStart[index - 1];
    if (before && before.end > tensor.start) {
      throw tensorError(source.name, tensor.name, `claims bytes of \`${before.name.slice(0, 100)}\``);
    }
    // As llama.cpp asks: a gap is a tensor whose type or shape is not what was written.
    const expected = before ? Math.ceil(before.end / alignment) * alignment : dataStart;
    if (tensor.start !== expected) {
      throw tensorError(
        source.name,
        tensor.name,
        `starts ${tensor.start - expected} bytes behind what it should follow`,
      );
    }
  });
  const last = byStart.at(-1);
  if (last && source.size - last.end >= 2 * alignment) {
    throw headerError(source.name, `behind its last tensor it has ${source.size - last.end} bytes that belong to none`);
  }
  return tensors;
}

function tensorError(file: string, tensor: string, why: string): LabError {
  const name = tensor.slice(0, 100);
  return new LabError(
    'checkpoint/gguf-tensor',
    `\`${name}\` in \`${file}\` ${why}.`,
    'The file is damaged; fetch it again.',
    {
      file,
      tensor: name,
    },
  );
}

function typeError(file: string, tensor: string, found: string): LabError {
  return new LabError(
    'checkpoint/gguf-type',
    `\`${tensor.slice(0, 100)}\` in \`${file}\` is stored as ${found}; ${READ_TYPES.join(', ')} are read.`,
    'Take the model in another quantisation (Q8_0 and Q4_K_M are common), or as safetensors.',
    { file, tensor: tensor.slice(0, 100), expected: READ_TYPES, found },
  );
}

function versionError(file: string, version: number): LabError {
  const isSwapped = version > 0xffff;
  return new LabError(
    'checkpoint/gguf-version',
    isSwapped ? `\`${file}\` is a big-endian GGUF file.` : `\`${file}\` is GGUF version ${version}; 2 and 3 are read.`,
    'Convert it with a current llama.cpp, or take the model as safetensors.',
    { file, expected: [2, 3], found: version },
  );
}
