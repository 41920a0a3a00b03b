/** A GGUF file (version 3) as a stream: metadata with their checksum (seal.ts), where tensors lie, and their bytes, each aligned to 32. The reader is header.ts. */
import { LabError } from '../../error';
import { ggmlCode, ggmlTypeNamed } from './ggmlTypes';
import type { WrittenType } from './quantise';
import { SEAL_KEY, sealOf } from './seal';

export type GgufValue =
  | { readonly kind: 'u32' | 'f32'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'texts'; readonly value: readonly string[] }
  | { readonly kind: 'f32s' | 'i32s'; readonly value: readonly number[] };

export const u32 = (value: number): GgufValue => ({ kind: 'u32', value });
export const f32 = (value: number): GgufValue => ({ kind: 'f32', value });
export const bool = (value: boolean): GgufValue => ({ kind: 'bool', value });
export const text = (value: string): GgufValue => ({ kind: 'text', value });

/** In the order in which they are written. */
export type GgufEntries = Readonly<Record<string, GgufValue>>;

export interface GgufTensorToWrite {
  readonly name: string;
  readonly type: WrittenType;
  /** Rows first, as PyTorch has it. */
  readonly shape: readonly number[];
  /** Together exactly as many bytes as type and shape take. */
  chunks(): AsyncIterable<Uint8Array>;
}

export interface GgufFile {
  readonly size: number;
  /** Throws `checkpoint/tensor-length` where a tensor yields more or fewer bytes than its shape needs. */
  stream(): AsyncGenerator<Uint8Array, void, undefined>;
}

const ALIGNMENT = 32;
const VERSION = 3;
const encoder = new TextEncoder();

/** Numbers of the value types (gguf_type). */
const CODE = { u32: 4, i32: 5, f32: 6, bool: 7, text: 8, list: 9 } as const;

export function ggufFile(entries: GgufEntries, tensors: readonly GgufTensorToWrite[]): GgufFile {
  const header = new Bytes();
  header.raw(encoder.encode('GGUF'));
  header.u32(VERSION);
  header.u64(tensors.length);
  const written = new Map(Object.entries(entries).map(([key, value]) => [key, entryBytes(key, value)]));
  written.set(SEAL_KEY, entryBytes(SEAL_KEY, text(sealOf(written))));
  header.u64(written.size);
  for (const bytes of written.values()) header.raw(bytes);
  let offset = 0;
  for (const tensor of tensors) {
    header.text(tensor.name);
    header.u32(tensor.shape.length);
    for (const length of [...tensor.shape].reverse()) header.u64(length);
    header.u32(ggmlCode(tensor.type));
    header.u64(offset);
    offset += aligned(bytesOf(tensor));
  }
  header.raw(new Uint8Array(aligned(header.length) - header.length));
  const head = header.joined();
  return {
    size: head.length + offset,
    async *stream() {
      yield head;
      for (const tensor of tensors) yield* padded(tensor);
    },
  };
}

async function* padded(tensor: GgufTensorToWrite): AsyncGenerator<Uint8Array, void, undefined> {
  const expected = bytesOf(tensor);
  let written = 0;
  for await (const chunk of tensor.chunks()) {
    written += chunk.byteLength;
    yield chunk;
  }
  if (written !== expected) {
    throw new LabError(
      'checkpoint/tensor-length',
      `\`${tensor.name}\` gave ${written} bytes, its shape needs ${expected}.`,
      'This is a defect of the lab; please report it.',
      { tensor: tensor.name },
    );
  }
  if (aligned(written) > written) yield new Uint8Array(aligned(written) - written);
}

export function bytesOf({ type, shape }: Pick<GgufTensorToWrite, 'type' | 'shape'>): number {
  const { blockElements, blockBytes } = ggmlTypeNamed(type);
  return (shape.reduce((product, length) => product * length, 1) / blockElements) * blockBytes;
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function entryBytes(key: string, value: GgufValue): Uint8Array {
  const bytes = new Bytes();
  bytes.text(key);
  writeValue(bytes, value);
  return bytes.joined();
}

function writeValue(bytes: Bytes, { kind, value }: GgufValue): void {
  switch (kind) {
    case 'u32':
      bytes.u32(CODE.u32);
      return bytes.u32(value);
    case 'f32':
      bytes.u32(CODE.f32);
      return bytes.f32(value);
    case 'bool':
      bytes.u32(CODE.bool);
      return bytes.raw(Uint8Array.of(Number(value)));
    case 'text':
      bytes.u32(CODE.text);
      return bytes.text(value);
    case 'texts':
      bytes.list(CODE.text, value.length);
      return value.forEach((one) => bytes.text(one));
    case 'f32s':
      bytes.list(CODE.f32, value.length);
      return bytes.raw(new Uint8Array(Float32Array.from(value).buffer));
    case 'i32s':
      bytes.list(CODE.i32, value.length);
      return bytes.raw(new Uint8Array(Int32Array.from(value).buffer));
  }
}

/** Little-endian, as every platform that runs a browser is. */
class Bytes {
  length = 0;
  private readonly parts: Uint8Array[] = [];

  raw(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.length += bytes.length;
  }

  u32(value: number): void {
    this.raw(new Uint8Array(Uint32Array.of(value).buffer));
  }

  u64(value: number): void {
    this.raw(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }

  f32(value: number): void {
    this.raw(new Uint8Array(Float32Array.of(value).buffer));
  }

  text(value: string): void {
    const bytes = encoder.encode(value);
    this.u64(bytes.length);
    this.raw(bytes);
  }

  list(code: number, count: number): void {
    this.u32(CODE.list);
    this.u32(code);
    this.u64(count);
  }

  joined(): Uint8Array {
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
