// Test values: seeded normals, bf16 packing, and the comparison every kernel test uses.
import { expect } from 'vitest';
import { byteLength, storedPieces, type StoredType } from '../../../src/engine/elementTypes';

/** Uniform in [0, 1), the same sequence for the same seed (mulberry32). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function normals(count: number, seed: number, deviation = 1): Float32Array {
  const next = uniforms(seed);
  return Float32Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}

/** The nearest bf16 values (as f32) and their packing two to a u32, low half first. */
export function asBf16(values: Float32Array): { rounded: Float32Array; packed: Uint32Array } {
  const bits = new Uint32Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
  const packed = new Uint32Array(Math.ceil(values.length / 2));
  const rounded = new Uint32Array(values.length);
  for (const [index, word] of bits.entries()) {
    const half = ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
    rounded[index] = half << 16;
    packed[index >> 1]! |= half << (16 * (index & 1));
  }
  return { rounded: new Float32Array(rounded.buffer), packed };
}

/**
 * Values as a parameter of this type holds them: what they come to, read off by hand, and the words of its buffer.
 * @param shape of the whole tensor.
 */
export function asStored(
  values: Float32Array,
  type: StoredType,
  shape: readonly number[],
): { rounded: Float32Array; packed: Uint32Array } {
  const packed = new Uint32Array(byteLength({ shape, type }) / 4);
  const bytes = new Uint8Array(packed.buffer);
  for (const piece of storedPieces({ name: 'values', shape, type }, 0, values)) bytes.set(piece.bytes, piece.offset);
  const view = new DataView(packed.buffer);
  const read: Record<StoredType, (at: number) => number> = {
    f32: (at) => view.getFloat32(4 * at, true),
    bf16: (at) => half(view.getUint16(2 * at, true), 7, 127),
    f16: (at) => half(view.getUint16(2 * at, true), 10, 15),
    q8: (at) => view.getInt8(at) * half(view.getUint16(values.length + 2 * Math.floor(at / 32), true), 10, 15),
  };
  return { rounded: Float32Array.from(values, (_, at) => read[type](at)), packed };
}

/** A float of 16 bits; what is not finite is not asked for. */
function half(bits: number, mantissaBits: number, bias: number): number {
  const exponent = (bits & 0x7fff) >> mantissaBits;
  const mantissa = (bits & (2 ** mantissaBits - 1)) / 2 ** mantissaBits;
  const size = exponent === 0 ? mantissa * 2 ** (1 - bias) : (1 + mantissa) * 2 ** (exponent - bias);
  return bits & 0x8000 ? -size : size;
}

/** ||actual - expected|| / ||expected||; NaN and infinity count as infinitely far. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} values where ${expected.length} are due`);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    if (!Number.isFinite(actual[i])) return Infinity;
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  tolerance = 1e-4,
): void {
  expect(relativeError(actual, expected), what).toBeLessThanOrEqual(tolerance);
}

/** Cuts `tokens` into consecutive documents; start and one past the end for every token. */
export function documents(lengths: readonly number[]): { starts: Uint32Array; ends: Uint32Array; tokens: number } {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const length of lengths) {
    const start = starts.length;
    for (let i = 0; i < length; i++) {
      starts.push(start);
      ends.push(start + length);
    }
  }
  return { starts: Uint32Array.from(starts), ends: Uint32Array.from(ends), tokens: starts.length };
}
