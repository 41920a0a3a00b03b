/** A parameter's values by pieces of rows: what is read, converted or written at once, so that no tensor ever stands in the heap. */
import type { RowRange } from '../../checkpoint/index';
import type { ParameterSpec, Weights } from '../../engine/index';

/** Of f32. */
const pieceBytes = 8 * 2 ** 20;

/** Values of rows [start, end) of the whole tensor, as the parameter's type stores them. */
export type RowValues = (rows: RowRange) => Promise<ArrayBufferView> | ArrayBufferView;

/** Gives a parameter its values, piece by piece in order. */
export async function writeRows(store: Weights, parameter: ParameterSpec, values: RowValues): Promise<void> {
  const { name, type, firstRow = 0 } = parameter;
  const rowBytes = rowWidth(parameter) * (type === 'bf16' ? 2 : 4);
  for (const { start, end } of rowPieces(parameter)) {
    store.write(name, await values({ start: firstRow + start, end: firstRow + end }), start * rowBytes);
  }
}

/** A parameter's values as f32, in order. */
export async function* readPieces(store: Weights, parameter: ParameterSpec): AsyncGenerator<Float32Array> {
  for (const { start, end } of rowPieces(parameter)) yield await store.readRows(parameter.name, start, end);
}

export function rowWidth({ shape }: Pick<ParameterSpec, 'shape'>): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}

function* rowPieces(parameter: ParameterSpec): Generator<RowRange> {
  const rows = parameter.shape[0] ?? 1;
  // An even number of rows: a piece of bf16 must end on a whole word.
  const step = Math.max(2, Math.floor(pieceBytes / (8 * rowWidth(parameter))) * 2);
  for (let start = 0; start < rows; start += step) yield { start, end: Math.min(rows, start + step) };
}
