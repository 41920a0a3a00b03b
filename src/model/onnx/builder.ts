/**
 * The ONNX graph of an export under construction: nodes, constants and weights by name. A weight is only described here;
 * its bytes are read when the file is streamed.
 */
import { blocksOf, QUANTISATION_BLOCK, quantiseRows, transposed, type OnnxType } from '../../checkpoint/index';
import { encode, MICROSOFT, OnnxNodes } from '../../onnx/index';

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

export class OnnxBuilder extends OnnxNodes {
  constructor(
    readonly dtype: OnnxDtype,
    private readonly weights: WeightSource,
  ) {
    super();
  }

  /** The type of activations and of the key/value cache. */
  override get float(): 'float' | 'float16' {
    return this.dtype === 'f16' ? 'float16' : 'float';
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

  private add(
    name: string,
    type: OnnxType,
    shape: readonly number[],
    content: () => AsyncIterable<Uint8Array>,
  ): string {
    if (!this.named.has(name)) this.named.set(name, { name, type, shape, content });
    return name;
  }
}
