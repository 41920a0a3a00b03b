// Test values: seeded normals, bf16 packing, and the comparison every kernel test uses.
import { expect } from 'vitest';

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

export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(relativeError(actual, expected), what).toBeLessThanOrEqual(1e-4);
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
