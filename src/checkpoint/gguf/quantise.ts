/**
 * Numbers as GGUF stores them, value for value what gguf-py's `quants.quantize` makes: F16 and BF16 rounded to the nearest,
 * ties to even; Q8_0 in blocks of 32 with one f16 scale, halves rounded away from zero.
 */
import { fromF32 } from '../dtype';

/** The types that are written. */
export const WRITTEN_TYPES = ['F32', 'F16', 'BF16', 'Q8_0'] as const;
export type WrittenType = (typeof WRITTEN_TYPES)[number];

const BLOCK = 32;
const BLOCK_BYTES = 34;
/** Of a signed byte. */
const MOST = 127;

/** @param values of Q8_0 whole blocks. */
export function quantise(values: Float32Array, type: WrittenType): Uint8Array {
  return type === 'Q8_0' ? eightBits(values) : fromF32(values, type);
}

function eightBits(values: Float32Array): Uint8Array {
  const blocks = values.length / BLOCK;
  const bytes = new Uint8Array(blocks * BLOCK_BYTES);
  const scales = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    let largest = 0;
    for (let i = block * BLOCK; i < (block + 1) * BLOCK; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const scale = (scales[block] = Math.fround(largest / MOST));
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    for (let i = 0; i < BLOCK; i++) {
      const scaled = Math.fround(values[block * BLOCK + i]! * inverse);
      const size = Math.abs(scaled);
      const whole = Math.floor(size);
      // Half and more goes up, away from zero.
      bytes[block * BLOCK_BYTES + 2 + i] = Math.sign(scaled) * (whole + Math.floor(2 * (size - whole)));
    }
  }
  const halves = fromF32(scales, 'F16');
  for (let block = 0; block < blocks; block++)
    bytes.set(halves.subarray(2 * block, 2 * block + 2), block * BLOCK_BYTES);
  return bytes;
}
