/**
 * Four bits a weight in blocks along a matrix's input dimension, as onnxruntime's MatMulNBits reads them: one f32 scale a
 * block, zero point 8, two values a byte, low nibble first. The scale is the value of largest magnitude over -8, so that
 * this value is met exactly and the range is used in full. Rows are independent of each other, which is why matrices can
 * be quantised while they are streamed.
 */
export const QUANTISATION_BLOCK = 32;

/** Blocks of one row; the last is padded with zeros. */
export function blocksOf(width: number): number {
  return Math.ceil(width / QUANTISATION_BLOCK);
}

export interface QuantisedRows {
  /** [rows, blocks, 16] bytes. */
  readonly nibbles: Uint8Array;
  /** [rows, blocks]. */
  readonly scales: Float32Array;
}

/** @param values f32 [rows, width]. */
export function quantiseRows(values: Float32Array, width: number): QuantisedRows {
  const rows = values.length / width;
  const blocks = blocksOf(width);
  const nibbles = new Uint8Array((rows * blocks * QUANTISATION_BLOCK) / 2);
  const scales = new Float32Array(rows * blocks);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const start = row * width + block * QUANTISATION_BLOCK;
      const end = Math.min(start + QUANTISATION_BLOCK, (row + 1) * width);
      let extreme = 0;
      for (let i = start; i < end; i++) if (Math.abs(values[i]!) > Math.abs(extreme)) extreme = values[i]!;
      const index = row * blocks + block;
      // Rounded to f32 first: what is stored is what the values are divided by.
      const scale = Math.fround(extreme / -8);
      scales[index] = scale;
      const base = (index * QUANTISATION_BLOCK) / 2;
      for (let i = 0; i < QUANTISATION_BLOCK; i++) {
        const value = start + i < end ? values[start + i]! : 0;
        const level = scale === 0 ? 8 : Math.max(0, Math.min(15, Math.round(value / scale) + 8));
        nibbles[base + (i >> 1)]! |= level << (4 * (i & 1));
      }
    }
  }
  return { nibbles, scales };
}

/** f32 [rows, width] -> [width, rows]. */
export function transposed(values: Float32Array, width: number): Float32Array {
  const rows = values.length / width;
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) turned[column * rows + row] = values[row * width + column]!;
  }
  return turned;
}

/** A matrix as a 4-bit export computes with it; blocks go along the input dimension, which comes first in `[in, out]`. */
export function quantisedValues(values: Float32Array, width: number, layout: 'outIn' | 'inOut'): Float32Array {
  if (layout === 'outIn') return dequantiseRows(quantiseRows(values, width), width);
  const inSize = values.length / width;
  const byOutput = transposed(values, width);
  return transposed(dequantiseRows(quantiseRows(byOutput, inSize), inSize), inSize);
}

/** The values that MatMulNBits computes with, f32 [rows, width]. */
export function dequantiseRows({ nibbles, scales }: QuantisedRows, width: number): Float32Array {
  const blocks = blocksOf(width);
  const values = new Float32Array((scales.length / blocks) * width);
  for (let i = 0; i < values.length; i++) {
    const row = Math.floor(i / width);
    const column = i - row * width;
    const index = row * blocks + Math.floor(column / QUANTISATION_BLOCK);
    const within = column % QUANTISATION_BLOCK;
    const byte = nibbles[(index * QUANTISATION_BLOCK) / 2 + (within >> 1)]!;
    values[i] = (((byte >> (4 * (within & 1))) & 15) - 8) * scales[index]!;
  }
  return values;
}
