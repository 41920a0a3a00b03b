/**
 * Parameters in the heap, f32 whatever the file has: onnxruntime's kernels read nothing narrower. Segments of one vocabulary
 * matrix lie behind each other, so that a program can be fed the whole matrix without a copy.
 */
import {
  elementCount,
  parametersByName,
  type ParameterSpec,
  requireParameter,
  requireRoom,
  type Weights,
  widenBf16,
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
    this.bytes = specs.reduce((sum, { shape }) => sum + 4 * elementCount(shape), 0);
    for (const matrix of matricesOf(specs)) this.allocate(matrix);
  }

  write(name: string, data: ArrayBufferView, byteOffset = 0): void {
    const { shape, type } = this.spec(name);
    const elementBytes = type === 'bf16' ? 2 : 4;
    requireRoom(name, elementCount(shape) * elementBytes, data, byteOffset);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    const put = () =>
      this.view(name).set(
        type === 'bf16' ? widenBf16(new Uint16Array(bytes.buffer)) : new Float32Array(bytes.buffer),
        byteOffset / elementBytes,
      );
    // What was asked for before still computes with the values of before.
    if (this.turns.waiting === 0) put();
    else void this.turns.take(put);
  }

  async read(name: string): Promise<Uint8Array> {
    const values = await this.readF32(name);
    if (this.spec(name).type !== 'bf16') return new Uint8Array(values.buffer);
    // Frozen and widened: the upper half is all there is.
    return new Uint8Array(Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16).buffer);
  }

  readF32(name: string): Promise<Float32Array> {
    return this.readRows(name, 0, this.spec(name).shape[0] ?? 1);
  }

  readRows(name: string, start: number, end: number): Promise<Float32Array> {
    const width = this.spec(name)
      .shape.slice(1)
      .reduce((product, size) => product * size, 1);
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
