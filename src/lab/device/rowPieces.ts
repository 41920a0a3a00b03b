/** A parameter's values by pieces of rows: what is read, converted or written at once, so that no tensor ever stands in the heap. */
import type { RowRange } from '../../checkpoint/index';
import { storedRanges, type ParameterSpec, type Weights } from '../../engine/index';

/** Of f32. */
const pieceBytes = 8 * 2 ** 20;

/** Of rows [start, end) of the whole tensor. */
export type RowsOf<Values> = (rows: RowRange) => Promise<Values> | Values;

/** Gives a parameter its values, piece by piece in order, rounded as its type holds them. */
export async function writeRows(store: Weights, parameter: ParameterSpec, values: RowsOf<Float32Array>): Promise<void> {
  const { name, firstRow = 0 } = parameter;
  for (const { start, end } of rowPieces(parameter)) {
    store.writeRows(name, start, await values({ start: firstRow + start, end: firstRow + end }));
  }
}

/** The same from bytes that are as the parameter's type stores them: f32, bf16 or f16. */
export async function copyRows(store: Weights, parameter: ParameterSpec, stored: RowsOf<Uint8Array>): Promise<void> {
  const { name, firstRow = 0 } = parameter;
  const width = rowWidth(parameter);
  for (const { start, end } of rowPieces(parameter)) {
    const [range] = storedRanges(parameter, start * width, (end - start) * width);
    store.write(name, await stored({ start: firstRow + start, end: firstRow + end }), range!.offset);
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
  // An even number of rows: a piece of halves, and of the scales of q8, must end on a whole word.
  const step = Math.max(2, Math.floor(pieceBytes / (8 * rowWidth(parameter))) * 2);
  for (let start = 0; start < rows; start += step) yield { start, end: Math.min(rows, start + step) };
}
