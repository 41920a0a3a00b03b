/**
 * Eight bits a weight, value for value what Q8_0 of GGUF is: blocks of 32 neighbouring values with one f16 scale, a value being
 * byte * scale. The scale is the largest magnitude / 127 in f32; bytes are rounded by it, halves away from zero, before it is
 * itself rounded to f16. Values that were read from Q8_0 come back as they were.
 */
import { HALF_OVERFLOW, toF16, widenF16 } from './halves';

/** Values that share a scale. */
export const EIGHT_BIT_BLOCK = 32;
/** Of a signed byte. */
const MOST = 127;
/** From here on a block's scale is infinity. */
export const EIGHT_BIT_OVERFLOW = MOST * HALF_OVERFLOW;

export interface EightBits {
  readonly bytes: Int8Array;
  /** f16 bits, one a block. */
  readonly scales: Uint16Array;
}

/** @param values whole blocks. */
export function toEightBits(values: Float32Array): EightBits {
  const blocks = values.length / EIGHT_BIT_BLOCK;
  const bytes = new Int8Array(values.length);
  const scales = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const start = block * EIGHT_BIT_BLOCK;
    let largest = 0;
    for (let i = start; i < start + EIGHT_BIT_BLOCK; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const scale = (scales[block] = Math.fround(largest / MOST));
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    for (let i = start; i < start + EIGHT_BIT_BLOCK; i++) {
      const scaled = Math.fround(values[i]! * inverse);
      const size = Math.abs(scaled);
      const whole = Math.floor(size);
      // Half and more goes up, away from zero.
      bytes[i] = Math.sign(scaled) * (whole + Math.floor(2 * (size - whole)));
    }
  }
  return { bytes, scales: toF16(scales) };
}

/** Exact: seven bits times eleven are a float's. */
export function fromEightBits({ bytes, scales }: EightBits): Float32Array {
  const widened = widenF16(scales);
  return Float32Array.from(bytes, (byte, at) => byte * widened[Math.floor(at / EIGHT_BIT_BLOCK)]!);
}
