/**
 * A model small enough to reason about: embedding -> linear -> residual -> norm -> tied vocabulary, over ten ids in two
 * segments. Used where a test is about programs rather than about language models.
 */
import {
  add,
  addGradients,
  embedding,
  Graph,
  linear,
  linearCrossEntropy,
  rmsNorm,
  type Inputs,
  type ParameterSpec,
  type Tensor,
} from '../../src/engine/index';

export const toy = { tokens: 6, hiddenSize: 8, rows: [7, 3] as const };

export interface ToyOptions {
  readonly trainable?: (name: string) => boolean;
  readonly differentiate?: boolean;
  readonly tokens?: number;
}

export function toyGraph(options: ToyOptions = {}): { graph: Graph; tokenLoss: Tensor } {
  const { trainable = () => true, differentiate = true, tokens = toy.tokens } = options;
  const graph = new Graph();
  const parameter = (name: string, shape: number[]) => graph.parameter(name, shape, 'f32', trainable(name));
  const segments = [
    { parameter: parameter('table#0', [toy.rows[0], toy.hiddenSize]), firstId: 0 },
    { parameter: parameter('table#7', [toy.rows[1], toy.hiddenSize]), firstId: toy.rows[0] },
  ];
  const index = (name: string) => graph.input(name, [tokens], 'u32');
  const scatter = { sortedTokens: index('sortedTokens'), sortedIds: index('sortedIds') };
  const hidden = embedding(graph, index('ids'), segments, scatter);
  const mixed = add(graph, hidden, linear(graph, hidden, parameter('weight', [toy.hiddenSize, toy.hiddenSize])));
  const normed = rmsNorm(graph, mixed, parameter('norm', [toy.hiddenSize]), 1e-5);
  const lossScale = graph.input('lossScale', [1], 'f32');
  const entropy = { chunkTokens: 64, differentiate };
  const { tokenLoss } = linearCrossEntropy(graph, normed, segments, index('targets'), lossScale, entropy);
  if (differentiate) addGradients(graph, tokenLoss);
  return { graph, tokenLoss };
}

export const toySpecs: ParameterSpec[] = [
  { name: 'table#0', shape: [toy.rows[0], toy.hiddenSize], type: 'f32' },
  { name: 'table#7', shape: [toy.rows[1], toy.hiddenSize], type: 'f32' },
  { name: 'weight', shape: [toy.hiddenSize, toy.hiddenSize], type: 'f32' },
  { name: 'norm', shape: [toy.hiddenSize], type: 'f32' },
];

/** `targetCount` is that of the whole step, which may have several micro-batches. */
export function toyInputs(ids: readonly number[], targetCount = ids.length): Inputs {
  const order = [...ids.keys()].sort((a, b) => ids[a]! - ids[b]! || a - b);
  return {
    ids: Uint32Array.from(ids),
    targets: Uint32Array.from(ids, (_, index) => ids[(index + 1) % ids.length]!),
    sortedTokens: Uint32Array.from(order),
    sortedIds: Uint32Array.from(order, (index) => ids[index]!),
    lossScale: Float32Array.of(1 / targetCount),
  };
}

/** Values in [-0.5, 0.5) that depend on the seed alone. */
export function seededValues(count: number, seed: number): Float32Array {
  let state = seed >>> 0 || 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}
