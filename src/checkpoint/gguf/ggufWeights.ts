/**
 * A checkpoint's tensors as llama.cpp's converter stores them: under its names, rows in its order, matrices in the chosen type.
 * Vectors and learned positions stay F32, as there; a matrix whose rows are no whole blocks is F16.
 */
import { LabError } from '../../error';
import { EIGHT_BIT_OVERFLOW } from '../../eightBits';
import { HALF_OVERFLOW, toF32 } from '../dtype';
import type { TensorToWrite } from '../safetensors';
import { ggufName, type Architecture, type HeadCounts, type Layout } from './architecture';
import type { GgufTensorToWrite } from './ggufFile';
import { ggmlTypeNamed } from './ggmlTypes';
import { quantise, type WrittenType } from './quantise';

/** Where a tensor of the checkpoint lies in the file, and how. */
export interface GgufPlace {
  readonly name: string;
  readonly type: WrittenType;
  /** In the file. */
  readonly shape: readonly number[];
  readonly layout: Layout;
}

/** Throws `checkpoint/gguf-unsupported` for one that has no name in GGUF. */
export function ggufPlace(
  tensor: Pick<TensorToWrite, 'name' | 'shape'>,
  architecture: Architecture,
  heads: HeadCounts,
  type: WrittenType,
): GgufPlace {
  const name = ggufName(architecture, tensor.name);
  if (name === undefined) {
    throw new LabError(
      'checkpoint/gguf-unsupported',
      `\`${tensor.name}\` has no place in a GGUF file of this family.`,
      'Take the model as safetensors.',
      { tensor: tensor.name },
    );
  }
  const layout = architecture.layout(name, () => heads);
  const shape = layout.kind === 'transposed' ? [...tensor.shape].reverse() : tensor.shape;
  return { name, type: typeOf(name, shape, type), shape, layout };
}

/** @param tensors F32, exactly those that the family has. Throws as `ggufPlace` does. */
export function ggufTensors(
  tensors: readonly TensorToWrite[],
  architecture: Architecture,
  heads: HeadCounts,
  type: WrittenType,
): GgufTensorToWrite[] {
  return tensors.map((tensor) => {
    const place = ggufPlace(tensor, architecture, heads, type);
    const { name, shape } = place;
    return { name, type: place.type, shape, chunks: () => inBlocks(tensor, place) };
  });
}

function typeOf(name: string, shape: readonly number[], type: WrittenType): WrittenType {
  if (shape.length < 2 || name === 'position_embd.weight') return 'F32';
  return shape.at(-1)! % ggmlTypeNamed(type).blockElements === 0 ? type : 'F16';
}

/** Values in the file's order; whole where they are reordered. */
async function* reordered(tensor: TensorToWrite, layout: Layout): AsyncGenerator<Float32Array, void, undefined> {
  if (layout.kind === 'plain') {
    for await (const chunk of tensor.chunks()) yield toF32(chunk, 'F32');
    return;
  }
  const { shape } = tensor;
  const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
  let at = 0;
  for await (const chunk of tensor.chunks()) {
    const part = toF32(chunk, 'F32');
    values.set(part, at);
    at += part.length;
  }
  if (layout.kind === 'plusOne') yield values.map((value) => value + 1);
  else if (layout.kind === 'transposed') yield transposed(values, shape[0]!, shape[1]!);
  else if (layout.kind === 'parts') yield inParts(values, layout.heads);
  else yield interleaved(values, shape[0]!, layout.heads);
}

export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column]!;
  }
  return out;
}

/** Query, key and value head by head become all queries, all keys, all values. */
function inParts(values: Float32Array, heads: number): Float32Array {
  const run = values.length / (3 * heads);
  const out = new Float32Array(values.length);
  for (let at = 0; at < 3 * heads; at++) {
    out.set(values.subarray(at * run, (at + 1) * run), ((at % 3) * heads + Math.floor(at / 3)) * run);
  }
  return out;
}

/** Row (head, half, i) of the checkpoint becomes row (head, i, half). */
function interleaved(values: Float32Array, rows: number, heads: number): Float32Array {
  const [columns, headRows] = [values.length / rows, rows / heads];
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const inHead = row % headRows;
    const to = row - inHead + 2 * (inHead % (headRows / 2)) + Math.floor(inHead / (headRows / 2));
    out.set(values.subarray(row * columns, (row + 1) * columns), to * columns);
  }
  return out;
}

/** A type with blocks gets whole ones, however the values come. Throws `checkpoint/f16-overflow`. */
async function* inBlocks(
  tensor: TensorToWrite,
  { type, layout }: GgufPlace,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const values of inUnits(reordered(tensor, layout), ggmlTypeNamed(type).blockElements)) {
    requireRoom(values, type, tensor.name);
    yield quantise(values, type);
  }
}

/** The same values in pieces of whole units, with what is left in the last. */
export async function* inUnits(
  parts: AsyncIterable<Float32Array>,
  unit: number,
): AsyncGenerator<Float32Array, void, undefined> {
  let left = new Float32Array(0);
  for await (const part of parts) {
    let values = part;
    if (left.length > 0) {
      values = new Float32Array(left.length + part.length);
      values.set(left);
      values.set(part, left.length);
    }
    const whole = values.length - (values.length % unit);
    if (whole > 0) yield values.subarray(0, whole);
    left = values.slice(whole);
  }
  if (left.length > 0) yield left;
}

/** From here on a number would be read as infinity; a scale of Q8_0 is an f16 as well. */
const OVERFLOW: Readonly<Partial<Record<WrittenType, number>>> = { F16: HALF_OVERFLOW, Q8_0: EIGHT_BIT_OVERFLOW };

function requireRoom(values: Float32Array, type: WrittenType, tensor: string): void {
  const limit = OVERFLOW[type] ?? Infinity;
  const tooLarge = values.find((value) => Math.abs(value) >= limit && Number.isFinite(value));
  if (tooLarge === undefined) return;
  throw new LabError(
    'checkpoint/f16-overflow',
    `\`${tensor}\` holds ${tooLarge.toPrecision(6)}, which ${type} has no room for.`,
    'Save as BF16 or F32, which have room for it.',
    { tensor, value: tooLarge },
  );
}
