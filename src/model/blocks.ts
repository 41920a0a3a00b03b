/** Pieces of a decoder layer that families share: its parameters by name, and attention with its rotation and mask. */
import { attention, linear, rope, type AttentionShape, type Tensor } from '../engine/index';
import type { ModelBuilder, ShapesByName } from './build';
import { inverseFrequencies, type Rope } from './rope';

/** The parameters of one layer, in the shapes that the checkpoint has. */
export class LayerParameters {
  constructor(
    private readonly model: ModelBuilder,
    private readonly prefix: string,
    private readonly shapes: ShapesByName,
  ) {}

  get(name: string): Tensor {
    const found = this.find(name);
    if (!found) throw new Error(`no parameter of ${this.prefix} is called ${name}`);
    return found;
  }

  find(name: string): Tensor | undefined {
    const shape = this.shapes[name];
    return shape && this.model.parameter(`${this.prefix}${name}`, shape);
  }

  /** x [tokens, in] -> [tokens, out], with the bias where the layer has one. */
  linear(name: string, x: Tensor, layout: 'outIn' | 'inOut' = 'outIn'): Tensor {
    const y = linear(this.model.graph, x, this.get(`${name}.weight`), this.find(`${name}.bias`), layout);
    return this.model.adapted(`${this.prefix}${name}`, x, y);
  }
}

export interface AttentionBlock extends AttentionShape {
  /** Absent: q and k are taken as they are. */
  readonly rope?: Rope;
  /** Tokens that are seen, the token itself included; null: all of its document. */
  readonly window: number | null;
}

/** q [tokens, heads * headSize], k and v [tokens, kvHeads * headSize] -> [tokens, heads * headSize]. */
export function attend(
  model: ModelBuilder,
  { q, k, v }: { readonly q: Tensor; readonly k: Tensor; readonly v: Tensor },
  { rope: rotary, window, ...shape }: AttentionBlock,
): Tensor {
  const { graph } = model;
  const frequencies = rotary && inverseFrequencies(rotary);
  const turned = (x: Tensor, heads: number) =>
    rotary && frequencies
      ? rope(graph, x, model.input('positions'), frequencies, {
          heads,
          headSize: shape.headSize,
          rotarySize: rotary.rotarySize,
        })
      : x;
  const { rowLength } = model.options;
  const blocks = rowLength === undefined ? shape : { ...shape, rowLength };
  return attention(graph, turned(q, shape.heads), turned(k, shape.kvHeads), v, ...model.mask(window), blocks);
}
