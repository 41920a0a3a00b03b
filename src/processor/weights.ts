/**
 * Parameters in the heap, f32 whatever their type: onnxruntime's kernels read nothing narrower. What is held as a narrower type
 * is rounded to it all the same, so that both engines compute with the same values. Segments of one vocabulary
 * matrix lie behind each other, so that a program can be fed the whole matrix without a copy.
 */
import {
  elementCount,
  parametersByName,
  type ParameterSpec,
  requireParameter,
  requireHeld,
  requireRoom,
  storedBytes,
  storedPieces,
  storedRanges,
  type Weights,
  widened,
} from '../engine/index';
import { LabError } from '../error';
import type { Turns } from './turns';

export class ProcessorWeights implements Weights {
  readonly specs: ReadonlyMap<string, ParameterSpec>;
  readonly bytes: number;
  private readonly values = new Map<string, Float32Array>();

  /** @throws LabError engine/duplicate-parameter, engine/out-of-memory. */
  constructor(
    specs: readonly ParameterSpec[],
    private readonly turns: Turns,
  ) {
    this.specs = parametersByName(specs);
    for (const spec of specs) requireHeld(spec);
    this.bytes = specs.reduce((sum, { shape }) => sum + 4 * elementCount(shape), 0);
    for (const matrix of matricesOf(specs)) this.allocate(matrix);
  }

  /** Bytes and scales of q8 lie apart, so that it is written whole. */
  write(name: string, data: ArrayBufferView, byteOffset = 0): void {
    const spec = this.spec(name);
    const size = storedBytes(spec);
    requireRoom(name, size, data, byteOffset);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const count = elementCount(spec.shape);
    const ranges = storedRanges(spec, 0, count);
    if (ranges.length === 1) this.put(name, byteOffset / (size / count), widened(spec.type, [bytes]));
    else if (bytes.length < size) throw new Error(`${name} is ${spec.type}: its bytes are written whole`);
    else
      this.put(
        name,
        0,
        widened(
          spec.type,
          ranges.map((range) => bytes.subarray(range.offset, range.offset + range.bytes)),
        ),
      );
  }

  writeRows(name: string, start: number, values: Float32Array): void {
    const spec = this.spec(name);
    const first = start * rowWidth(spec);
    const pieces = storedPieces(spec, first, values);
    this.put(
      name,
      first,
      widened(
        spec.type,
        pieces.map(({ bytes }) => bytes),
      ),
    );
  }

  async read(name: string): Promise<Uint8Array> {
    const spec = this.spec(name);
    const bytes = new Uint8Array(storedBytes(spec));
    // Rounded when it was written: rounding again gives the same.
    for (const piece of storedPieces(spec, 0, await this.readF32(name))) bytes.set(piece.bytes, piece.offset);
    return bytes;
  }

  readF32(name: string): Promise<Float32Array> {
    return this.readRows(name, 0, this.spec(name).shape[0] ?? 1);
  }

  readRows(name: string, start: number, end: number): Promise<Float32Array> {
    const width = rowWidth(this.spec(name));
    return this.turns.take(() => this.view(name).slice(start * width, end * width));
  }

  spec(name: string): ParameterSpec {
    return requireParameter(this.specs, name);
  }

  /** For programs of the engine only: the values themselves. */
  view(name: string): Float32Array {
    this.spec(name);
    const found = this.values.get(name);
    if (!found) throw new LabError('engine/closed', 'The weights were given back.', 'Open the model again.');
    return found;
  }

  /** The values of parameters that lie behind each other; undefined where they do not. */
  joined(names: readonly string[]): Float32Array | undefined {
    const views = names.map((name) => this.view(name));
    const [first] = views as [Float32Array];
    let end = first.byteOffset;
    for (const { buffer, byteOffset, byteLength } of views) {
      if (buffer !== first.buffer || byteOffset !== end) return undefined;
      end += byteLength;
    }
    return new Float32Array(first.buffer, first.byteOffset, (end - first.byteOffset) / 4);
  }

  close(): void {
    this.values.clear();
  }

  private put(name: string, first: number, values: Float32Array): void {
    const put = () => this.view(name).set(values, first);
    // What was asked for before still computes with the values of before.
    if (this.turns.waiting === 0) put();
    else void this.turns.take(put);
  }

  private allocate(matrix: readonly ParameterSpec[]): void {
    const counts = matrix.map(({ shape }) => elementCount(shape));
    let whole: Float32Array;
    try {
      whole = new Float32Array(counts.reduce((sum, count) => sum + count, 0));
    } catch (cause) {
      throw new LabError(
        'engine/out-of-memory',
        `Memory ran out while making room for ${matrix[0]!.name}.`,
        'Close other pages and programs, or use a smaller model.',
        { parameter: matrix[0]!.name },
        cause,
      );
    }
    let at = 0;
    for (const [index, { name }] of matrix.entries()) {
      this.values.set(name, whole.subarray(at, at + counts[index]!));
      at += counts[index]!;
    }
  }
}

function rowWidth({ shape }: ParameterSpec): number {
  return elementCount(shape.slice(1));
}

/** Parameters one by one, but for those that are rows of one larger tensor. */
function matricesOf(specs: readonly ParameterSpec[]): ParameterSpec[][] {
  const found = new Map<string, ParameterSpec[]>();
  for (const spec of specs) {
    const { tensor = spec.name } = spec;
    const known = found.get(tensor);
    if (known) known.push(spec);
    else found.set(tensor, [spec]);
  }
  return [...found.values()].map((parts) => parts.sort((a, b) => (a.firstRow ?? 0) - (b.firstRow ?? 0)));
}
