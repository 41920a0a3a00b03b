/**
 * The ONNX graph under construction: nodes, constants and weights by name. Everything that many layers share (masks,
 * rotary tables, constants) is made once. A weight is only described here; its bytes are read when the file is streamed.
 */
import {
  blocksOf,
  fromF32,
  QUANTISATION_BLOCK,
  quantiseRows,
  transposed,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxType,
} from '../../checkpoint/index';

/** What the weights of the body are stored as; q4 computes in f32 and leaves vocabulary matrices and vectors f32. */
export type OnnxDtype = 'f32' | 'f16' | 'q4';

/** Values of a parameter, row by row. */
export interface WeightSource {
  /**
   * f32 values in order, cut between rows of the first dimension; a source may be asked more than once.
   * @param name the parameter's, as the engine's ParameterStore holds it; a vocabulary matrix is whole.
   */
  rows(name: string): AsyncIterable<Float32Array>;
}

/** Contributed operators of onnxruntime. */
const MICROSOFT = 'com.microsoft';
/** 20 is the first with Gelu and is known to every onnxruntime since 1.17. */
const OPERATOR_SET = 20;

export class OnnxBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly operatorSets: Record<string, number> = { '': OPERATOR_SET };
  /** Goes before the names of nodes and values. */
  scope = '';
  private readonly named = new Map<string, OnnxTensor>();
  private readonly shared = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  constructor(
    readonly dtype: OnnxDtype,
    private readonly weights: WeightSource,
  ) {}

  get tensors(): readonly OnnxTensor[] {
    return [...this.named.values()];
  }

  /** The type of activations and of the key/value cache. */
  get float(): 'float' | 'float16' {
    return this.dtype === 'f16' ? 'float16' : 'float';
  }

  /** Appends a node with one output, and returns its name. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    return this.nodeWith(op, inputs, attributes, 1)[0]!;
  }

  nodeWith(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputs: number | readonly string[],
    domain = '',
  ): string[] {
    const name = this.unique(`${this.scope}/${op}`);
    const made =
      typeof outputs === 'number'
        ? Array.from({ length: outputs }, (_, index) => (index === 0 ? `${name}_out` : `${name}_out${index}`))
        : [...outputs];
    this.nodes.push({ name, op, domain, inputs, outputs: made, attributes });
    return made;
  }

  /** What `make` returned the first time; the nodes it appends then belong to no layer. */
  once(key: string, make: () => string): string {
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const { scope } = this;
    this.scope = 'shared';
    const made = make();
    this.scope = scope;
    this.shared.set(key, made);
    return made;
  }

  cast(value: string, to: OnnxType): string {
    return this.node('Cast', [value], { to: { int: CAST_TO[to]! } });
  }

  /** A scalar of the activations' type, or f32. */
  scalar(value: number, type: 'float' | 'float16' = this.float): string {
    return this.constant(`${type} ${value}`, type, [], encode(Float32Array.of(value), type));
  }

  /** A vector of f32 values. */
  vector(values: readonly number[]): string {
    const bytes = encode(Float32Array.from(values), 'float');
    return this.constant(`vector ${values.join(',')}`, 'float', [values.length], bytes);
  }

  /** int64 [values.length]. */
  ints(...values: readonly number[]): string {
    return this.constant(`ints ${values.join(',')}`, 'int64', [values.length], int64(values));
  }

  /** An int64 scalar. */
  int(value: number): string {
    return this.constant(`int ${value}`, 'int64', [], int64([value]));
  }

  /** A parameter as it is, in the activations' type (or f32). */
  weight(name: string, shape: readonly number[], type: 'float' | 'float16' = this.float): string {
    const { weights } = this;
    return this.add(type === this.float ? name : `${name} ${type}`, type, shape, async function* () {
      for await (const rows of weights.rows(name)) yield encode(rows, type);
    });
  }

  /** hidden x matrix^T for a parameter [out, in], hidden x matrix for one [in, out]; in 4 bits where the export is. */
  matmul(hidden: string, name: string, shape: readonly [number, number], layout: 'outIn' | 'inOut'): string {
    const isTurned = layout === 'inOut';
    if (isTurned && this.dtype !== 'q4') return this.node('MatMul', [hidden, this.weight(name, shape)]);
    const [out, width] = isTurned ? [shape[1], shape[0]] : shape;
    const rows = isTurned ? this.turned(name, shape) : () => this.weights.rows(name);
    return this.dtype === 'q4'
      ? this.quantisedMatmul(hidden, name, rows, out, width)
      : this.plainMatmul(hidden, name, out, width);
  }

  /** A parameter [in, out] in rows of [out, in]: it is held whole while it is turned. */
  private turned(name: string, [inSize, outSize]: readonly [number, number]): () => AsyncIterable<Float32Array> {
    const { weights } = this;
    return async function* () {
      const whole = new Float32Array(inSize * outSize);
      let at = 0;
      for await (const values of weights.rows(name)) {
        whole.set(values, at);
        at += values.length;
      }
      yield transposed(whole, outSize);
    };
  }

  private plainMatmul(hidden: string, name: string, out: number, width: number): string {
    const { weights, float } = this;
    const matrix = this.add(`${name} transposed`, float, [width, out], async function* () {
      const columns = new Float32Array(width * out);
      let row = 0;
      for await (const values of weights.rows(name)) {
        for (let at = 0; at < values.length; at += width, row++) {
          for (let i = 0; i < width; i++) columns[i * out + row] = values[at + i]!;
        }
      }
      yield encode(columns, float);
    });
    return this.node('MatMul', [hidden, matrix]);
  }

  private quantisedMatmul(
    hidden: string,
    name: string,
    rows: () => AsyncIterable<Float32Array>,
    out: number,
    width: number,
  ): string {
    const blocks = blocksOf(width);
    this.operatorSets[MICROSOFT] = 1;
    const nibbles = this.add(`${name} q4`, 'uint8', [out, blocks, QUANTISATION_BLOCK / 2], async function* () {
      for await (const values of rows()) yield quantiseRows(values, width).nibbles;
    });
    const scales = this.add(`${name} scales`, 'float', [out * blocks], async function* () {
      for await (const values of rows()) yield encode(quantiseRows(values, width).scales, 'float');
    });
    const attributes = {
      K: { int: width },
      N: { int: out },
      bits: { int: 4 },
      block_size: { int: QUANTISATION_BLOCK },
    };
    return this.nodeWith('MatMulNBits', [hidden, nibbles, scales], attributes, 1, MICROSOFT)[0]!;
  }

  private constant(name: string, type: OnnxType, shape: readonly number[], content: Uint8Array): string {
    if (!this.named.has(name)) this.named.set(name, { name, type, shape, content });
    return name;
  }

  private add(
    name: string,
    type: OnnxType,
    shape: readonly number[],
    content: () => AsyncIterable<Uint8Array>,
  ): string {
    if (!this.named.has(name)) this.named.set(name, { name, type, shape, content });
    return name;
  }

  private unique(name: string): string {
    const count = this.counts.get(name) ?? 0;
    this.counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  }
}

const CAST_TO: Readonly<Partial<Record<OnnxType, number>>> = { float: 1, int64: 7, bool: 9, float16: 10 };

function encode(values: Float32Array, type: 'float' | 'float16'): Uint8Array {
  return fromF32(values, type === 'float16' ? 'F16' : 'F32');
}

function int64(values: readonly number[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
}
