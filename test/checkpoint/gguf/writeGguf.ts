/** Writes small GGUF files, valid or not, for the tests of this folder: version 3, little-endian, alignment 32. */
import { ggmlType } from '../../../src/checkpoint/gguf/ggmlTypes';

export type MetadataToWrite = string | boolean | { readonly u32: number } | { readonly f32: number } | ListToWrite;

export type ListToWrite = readonly string[] | Float32Array | Int32Array;

export interface TensorToWrite {
  readonly name: string;
  /** Number of the type (ggmlTypes.ts). */
  readonly type: number;
  /** Rows first. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();

class Writer {
  private readonly parts: Uint8Array[] = [];
  length = 0;

  raw(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.length += bytes.length;
    return this;
  }

  u32(value: number): this {
    return this.raw(new Uint8Array(Uint32Array.of(value).buffer));
  }

  u64(value: number | bigint): this {
    return this.raw(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }

  text(value: string): this {
    const bytes = encoder.encode(value);
    return this.u64(bytes.length).raw(bytes);
  }

  value(value: MetadataToWrite): this {
    if (typeof value === 'string') return this.u32(8).text(value);
    if (typeof value === 'boolean') return this.u32(7).raw(Uint8Array.of(value ? 1 : 0));
    if (value instanceof Float32Array) return this.list(6, value);
    if (value instanceof Int32Array) return this.list(5, value);
    if ('u32' in value) return this.u32(4).u32(value.u32);
    if ('f32' in value) return this.u32(6).raw(new Uint8Array(Float32Array.of(value.f32).buffer));
    this.u32(9).u32(8).u64(value.length);
    for (const item of value) this.text(item);
    return this;
  }

  private list(type: number, values: Float32Array | Int32Array): this {
    return this.u32(9).u32(type).u64(values.length).raw(new Uint8Array(values.slice().buffer));
  }

  pad(alignment: number): this {
    return this.raw(new Uint8Array((alignment - (this.length % alignment)) % alignment));
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.parts));
  }
}

export function writeGguf(
  metadata: Readonly<Record<string, MetadataToWrite>>,
  tensors: readonly TensorToWrite[] = [],
): Uint8Array {
  const writer = new Writer().raw(encoder.encode('GGUF')).u32(3);
  writer.u64(tensors.length).u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) writer.text(key).value(value);
  let offset = 0;
  for (const { name, type, shape, bytes } of tensors) {
    writer.text(name).u32(shape.length);
    for (const size of [...shape].reverse()) writer.u64(size);
    writer.u32(type).u64(offset);
    offset += Math.ceil(bytes.length / 32) * 32;
  }
  writer.pad(32);
  for (const { bytes } of tensors) writer.raw(bytes).pad(32);
  return writer.bytes();
}

export function tensorToWrite(name: string, type: number, shape: readonly number[], next: () => number): TensorToWrite {
  const { blockElements, blockBytes, name: kind } = ggmlType(type)!;
  const elements = shape.reduce((product, size) => product * size, 1);
  if (kind === 'F32') {
    const values = Float32Array.from({ length: elements }, () => next() - 0.5);
    return { name, type, shape, bytes: new Uint8Array(values.buffer) };
  }
  const bytes = Uint8Array.from({ length: (elements / blockElements) * blockBytes }, () => next() * 256);
  return { name, type, shape, bytes };
}
