/**
 * Numbers as GGUF stores them, value for value what gguf-py's `quants.quantize` makes: F16 and BF16 rounded to the nearest,
 * ties to even; Q8_0 as eightBits.ts says.
 */
import { EIGHT_BIT_BLOCK, toEightBits } from '../../eightBits';
import { fromF32 } from '../dtype';

/** The types that are written. */
export const WRITTEN_TYPES = ['F32', 'F16', 'BF16', 'Q8_0'] as const;
export type WrittenType = (typeof WRITTEN_TYPES)[number];

const BLOCK_BYTES = EIGHT_BIT_BLOCK + 2;

/** @param values of Q8_0 whole blocks. */
export function quantise(values: Float32Array, type: WrittenType): Uint8Array {
  return type === 'Q8_0' ? eightBits(values) : fromF32(values, type);
}

/** A block is its scale, then its bytes. */
function eightBits(values: Float32Array): Uint8Array {
  const { bytes, scales } = toEightBits(values);
  const written = new Uint8Array(scales.length * BLOCK_BYTES);
  const view = new DataView(written.buffer);
  for (const [block, scale] of scales.entries()) {
    view.setUint16(block * BLOCK_BYTES, scale, true);
    const values = bytes.subarray(block * EIGHT_BIT_BLOCK, (block + 1) * EIGHT_BIT_BLOCK);
    written.set(new Uint8Array(values.buffer, values.byteOffset, values.length), block * BLOCK_BYTES + 2);
  }
  return written;
}
