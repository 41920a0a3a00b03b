/**
 * ggml's blocks widened to f32, equal to the bit to gguf-py's `quants.py`, which follows ggml-quants.c: each product and
 * each sum is rounded to f32 where those round it. The layouts of the blocks stand beside each function; d and m are f16.
 */
import { toF32 } from '../dtype';
import type { GgmlType } from './ggmlTypes';

const { fround } = Math;

/** One block at byte `at` of `bytes` into `out` from `to`. */
type Block = (bytes: Uint8Array, at: number, out: Float32Array, to: number) => void;

/** Whole blocks, as many as `bytes` holds. Only for types with blocks. */
export function dequantise(bytes: Uint8Array, { name, blockElements, blockBytes }: GgmlType): Float32Array {
  const block = BLOCKS[name]!;
  const count = Math.floor(bytes.byteLength / blockBytes);
  const values = new Float32Array(count * blockElements);
  for (let i = 0; i < count; i++) block(bytes, i * blockBytes, values, i * blockElements);
  return values;
}

const HALVES = toF32(new Uint8Array(Uint16Array.from({ length: 0x10000 }, (_, half) => half).buffer), 'F16');

function half(bytes: Uint8Array, at: number): number {
  return HALVES[bytes[at]! | (bytes[at + 1]! << 8)]!;
}

/** d, 32 signed bytes. */
const q8_0: Block = (bytes, at, out, to) => {
  const d = half(bytes, at);
  for (let i = 0; i < 32; i++) out[to + i] = ((bytes[at + 2 + i]! << 24) >> 24) * d;
};

/** d, 16 bytes: element i in the low half of byte i, element i + 16 in the high half. */
const q4_0: Block = (bytes, at, out, to) => {
  const d = half(bytes, at);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 2 + i]!;
    out[to + i] = d * ((pair & 15) - 8);
    out[to + 16 + i] = d * ((pair >> 4) - 8);
  }
};

/** d, m, 16 bytes as in Q4_0. */
const q4_1: Block = (bytes, at, out, to) => {
  const d = half(bytes, at);
  const m = half(bytes, at + 2);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 4 + i]!;
    out[to + i] = fround(d * (pair & 15)) + m;
    out[to + 16 + i] = fround(d * (pair >> 4)) + m;
  }
};

/** d, the fifth bits of all 32 elements, 16 bytes as in Q4_0. */
const q5_0: Block = (bytes, at, out, to) => {
  const d = half(bytes, at);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 6 + i]!;
    out[to + i] = d * (((pair & 15) | (bit(bytes, at + 2, i) << 4)) - 16);
    out[to + 16 + i] = d * (((pair >> 4) | (bit(bytes, at + 2, i + 16) << 4)) - 16);
  }
};

/** d, m, the fifth bits, 16 bytes as in Q4_0. */
const q5_1: Block = (bytes, at, out, to) => {
  const d = half(bytes, at);
  const m = half(bytes, at + 2);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 8 + i]!;
    out[to + i] = fround(d * ((pair & 15) | (bit(bytes, at + 4, i) << 4))) + m;
    out[to + 16 + i] = fround(d * ((pair >> 4) | (bit(bytes, at + 4, i + 16) << 4))) + m;
  }
};

function bit(bytes: Uint8Array, at: number, index: number): number {
  return (bytes[at + (index >> 3)]! >> (index & 7)) & 1;
}

/** Six-bit scale and minimum of each of the eight groups of 32, packed in 12 bytes: 4 x (EEAAAAAA), 4 x (eeaaaaaa), 4 x (eeeeEEEE). */
function scaleAndMinimum(bytes: Uint8Array, at: number, group: number): readonly [number, number] {
  if (group < 4) return [bytes[at + group]! & 63, bytes[at + 4 + group]! & 63];
  const low = bytes[at + 4 + group]!;
  return [(low & 15) | ((bytes[at + group - 4]! >> 2) & 48), (low >> 4) | ((bytes[at + group]! >> 2) & 48)];
}

/** d, dmin, 12 bytes of scales and minima, 128 bytes: groups 2k and 2k + 1 in the low and high halves of 32 bytes. */
const q4_k: Block = (bytes, at, out, to) => {
  const d = half(bytes, at);
  const least = half(bytes, at + 2);
  for (let group = 0; group < 8; group++) {
    const [scale, minimum] = scaleAndMinimum(bytes, at + 4, group);
    const step = fround(d * scale);
    const offset = fround(least * minimum);
    const shift = (group & 1) * 4;
    const from = at + 16 + (group >> 1) * 32;
    for (let i = 0; i < 32; i++) {
      out[to + group * 32 + i] = fround(step * ((bytes[from + i]! >> shift) & 15)) - offset;
    }
  }
};

/** As Q4_K, with 32 bytes of fifth bits before the 128: bit g of byte i belongs to element i of group g. */
const q5_k: Block = (bytes, at, out, to) => {
  const d = half(bytes, at);
  const least = half(bytes, at + 2);
  for (let group = 0; group < 8; group++) {
    const [scale, minimum] = scaleAndMinimum(bytes, at + 4, group);
    const step = fround(d * scale);
    const offset = fround(least * minimum);
    const shift = (group & 1) * 4;
    const from = at + 48 + (group >> 1) * 32;
    for (let i = 0; i < 32; i++) {
      const fifth = (bytes[at + 16 + i]! >> group) & 1;
      out[to + group * 32 + i] = fround(step * (((bytes[from + i]! >> shift) & 15) | (fifth << 4))) - offset;
    }
  }
};

/**
 * 128 bytes of low four bits, 64 bytes of high two bits, 16 signed scales, d. Each half of the block has four groups of 32:
 * groups 0 and 2 in the halves of the first 32 low bytes, 1 and 3 in those of the next; the high bits of group g are bits 2g.
 */
const q6_k: Block = (bytes, at, out, to) => {
  const d = half(bytes, at + 208);
  for (let group = 0; group < 8; group++) {
    const inHalf = group & 3;
    const low = at + (group >> 2) * 64 + (inHalf & 1) * 32;
    const high = at + 128 + (group >> 2) * 32;
    for (let i = 0; i < 32; i++) {
      const element = group * 32 + i;
      const step = fround(d * ((bytes[at + 192 + (element >> 4)]! << 24) >> 24));
      const four = (bytes[low + i]! >> ((inHalf >> 1) * 4)) & 15;
      const two = (bytes[high + i]! >> (inHalf * 2)) & 3;
      out[to + element] = step * ((four | (two << 4)) - 32);
    }
  }
};

const BLOCKS: Readonly<Record<string, Block>> = {
  Q8_0: q8_0,
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q4_K: q4_k,
  Q5_K: q5_k,
  Q6_K: q6_k,
};
