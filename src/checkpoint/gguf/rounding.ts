/**
 * What a GGUF file gives back of a tensor's values: rounded as it stores them, in the checkpoint's order. Equal to the bit to what
 * the reader (weights.ts) makes of a file that ggufWeights.ts wrote, without a file.
 */
import { toF32 } from '../dtype';
import type { RowRange } from '../safetensors';
import { dequantise } from './dequantise';
import { ggmlTypeNamed } from './ggmlTypes';
import { transposed, type GgufPlace } from './ggufWeights';
import { quantise, type WrittenType } from './quantise';

/** f32 rows of a tensor, as many as were asked for. */
export type RowReader = (rows: RowRange) => Promise<Float32Array> | Float32Array;

/**
 * Rows `range` of the checkpoint's tensor. Blocks of a matrix that lies transposed run down its columns: `read` is asked for
 * more rows there, until blocks are whole.
 */
export async function ggufRounded(
  { layout, type, shape }: GgufPlace,
  range: RowRange,
  read: RowReader,
): Promise<Float32Array> {
  if (layout.kind === 'plusOne') {
    const stored = rounded(
      (await read(range)).map((value) => value + 1),
      type,
    );
    return stored.map((value) => value - 1);
  }
  if (layout.kind !== 'transposed') return rounded(await read(range), type);
  const { blockElements } = ggmlTypeNamed(type);
  const [width, rows] = shape as [number, number];
  const start = range.start - (range.start % blockElements);
  const end = Math.min(rows, Math.ceil(range.end / blockElements) * blockElements);
  const columns = rounded(transposed(await read({ start, end }), end - start, width), type);
  return transposed(columns, width, end - start).subarray((range.start - start) * width, (range.end - start) * width);
}

function rounded(values: Float32Array, type: WrittenType): Float32Array {
  const stored = quantise(values, type);
  return type === 'Q8_0' ? dequantise(stored, ggmlTypeNamed(type)) : toF32(stored, type);
}
