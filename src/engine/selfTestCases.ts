/** The self-test's cases: every op once, at small shapes that are multiples of no tile. */
import type { StoredType } from './elementTypes';
import type { Graph, Tensor } from './graph';
import {
  activation,
  add,
  attention,
  embedding,
  gatedMlp,
  gatherRows,
  ignoredTarget,
  layerNorm,
  linear,
  linearCrossEntropy,
  rmsNorm,
  rope,
  scaled,
  slidingWindow,
  splitColumns,
  squaredError,
  vocabularyLogits,
} from './ops/index';
import * as reference from './selfTestReference';
import type { Values } from './selfTestReference';

export interface SelfTestValues {
  readonly shape: readonly number[];
  readonly parameter?: boolean;
  readonly heldAs?: StoredType;
}

export interface SelfTestCase {
  readonly name: string;
  /** Tensors by name: f32, of which parameters are trainable, or frozen parameters held as another type. */
  readonly values: Readonly<Record<string, SelfTestValues>>;
  readonly indices: Readonly<Record<string, readonly number[]>>;
  /** Gradients begin here, by the op itself; otherwise a random one comes from above. */
  readonly isLoss?: boolean;
  /** Of a loss that has one for all tokens; otherwise each has its own in the input `fromAbove`. */
  readonly lossScale?: number;
  readonly forwardOnly?: boolean;
  /** Its kernels include a matrix product, as exact as the variant says. */
  readonly multiplies?: boolean;
  build(graph: Graph, tensors: Readonly<Record<string, Tensor>>): Tensor;
  reference(values: Readonly<Record<string, Values>>): Values;
}

const tokens = 19;
const width = 10;
const starts = Array.from({ length: tokens }, (_, token) => (token < 7 ? 0 : token < 8 ? 7 : 8));
const ends = starts.map((start) => (start === 0 ? 7 : start === 7 ? 8 : tokens));
const positions = starts.map((start, token) => token - start);
const ids = Array.from({ length: tokens }, (_, token) => (token * token * 5 + 3) % 21);
const sortedTokens = [...ids.keys()].sort((a, b) => ids[a]! - ids[b]! || a - b);
const targets = ids.map((id, token) => (token % 6 === 5 ? ignoredTarget : (id * 2 + 1) % 21));
const heads = { heads: 4, kvHeads: 2, headSize: 6, scale: 0.4 };
const frequencies = [1, 0.2, 0.03];
const hidden = { shape: [tokens, width] };
const shards = { low: { shape: [13, width], parameter: true }, high: { shape: [8, width], parameter: true } };
const segments = (t: Readonly<Record<string, Tensor>>) => [
  { parameter: t.low!, firstId: 0 },
  { parameter: t.high!, firstId: 13 },
];
const whole = (v: Readonly<Record<string, Values>>) => Float64Array.of(...v.low!, ...v.high!);

export const selfTestCases: readonly SelfTestCase[] = [
  {
    name: 'embedding',
    values: shards,
    indices: { ids, sortedTokens, sortedIds: sortedTokens.map((token) => ids[token]!) },
    build: (graph, t) =>
      embedding(graph, t.ids!, segments(t), { sortedTokens: t.sortedTokens!, sortedIds: t.sortedIds! }),
    reference: (v) => reference.embedding(ids, whole(v), width),
  },
  {
    name: 'embedding of rows held as bf16, f16 and q8',
    values: {
      low: { shape: [7, 32], heldAs: 'bf16' },
      middle: { shape: [6, 32], heldAs: 'f16' },
      high: { shape: [8, 32], heldAs: 'q8' },
    },
    indices: { ids },
    forwardOnly: true,
    build: (graph, t) =>
      embedding(graph, t.ids!, [
        { parameter: t.low!, firstId: 0 },
        { parameter: t.middle!, firstId: 7 },
        { parameter: t.high!, firstId: 13 },
      ]),
    reference: (v) => reference.embedding(ids, Float64Array.of(...v.low!, ...v.middle!, ...v.high!), 32),
  },
  {
    name: 'rmsNorm',
    values: { hidden, weight: { shape: [width], parameter: true } },
    indices: {},
    build: (graph, t) => rmsNorm(graph, t.hidden!, t.weight!, 1e-5),
    reference: (v) => reference.rmsNorm(v.hidden!, v.weight!, 1e-5),
  },
  {
    name: 'rmsNorm counted from one',
    values: { hidden, weight: { shape: [width], parameter: true } },
    indices: {},
    build: (graph, t) => rmsNorm(graph, t.hidden!, t.weight!, 1e-5, true),
    reference: (v) =>
      reference.rmsNorm(
        v.hidden!,
        v.weight!.map((value) => 1 + value),
        1e-5,
      ),
  },
  {
    name: 'layerNorm',
    values: { hidden, weight: { shape: [width], parameter: true }, bias: { shape: [width], parameter: true } },
    indices: {},
    build: (graph, t) => layerNorm(graph, t.hidden!, t.weight!, t.bias!, 1e-5),
    reference: (v) => reference.layerNorm(v.hidden!, v.weight!, v.bias!, 1e-5),
  },
  {
    name: 'linear',
    multiplies: true,
    values: { hidden, weight: { shape: [37, width], parameter: true } },
    indices: {},
    build: (graph, t) => linear(graph, t.hidden!, t.weight!),
    reference: (v) => reference.linear(v.hidden!, v.weight!, width),
  },
  {
    name: 'linear with a bias and its weight as [in, out]',
    multiplies: true,
    values: { hidden, weight: { shape: [width, 37], parameter: true }, bias: { shape: [37], parameter: true } },
    indices: {},
    build: (graph, t) => linear(graph, t.hidden!, t.weight!, t.bias!, 'inOut'),
    reference: (v) =>
      reference
        .linear(v.hidden!, reference.transposed(v.weight!, 37), width)
        .map((value, at) => value + v.bias![at % 37]!),
  },
  {
    name: 'splitColumns',
    values: { whole: { shape: [tokens, 24] } },
    indices: {},
    build: (graph, t) => splitColumns(graph, t.whole!, { parts: 3, groups: 2 })[0]!,
    reference: (v) => v.whole!.filter((_, at) => at % 12 < 4),
  },
  {
    name: 'rope',
    values: { x: { shape: [tokens, 24] } },
    indices: { positions },
    build: (graph, t) => rope(graph, t.x!, t.positions!, frequencies, { heads: 4, headSize: 6, rotarySize: 6 }),
    reference: (v) => reference.rope(v.x!, positions, frequencies, 6),
  },
  {
    name: 'attention',
    values: { q: { shape: [tokens, 24] }, k: { shape: [tokens, 12] }, v: { shape: [tokens, 12] } },
    indices: { starts, ends },
    build: (graph, t) => attention(graph, t.q!, t.k!, t.v!, t.starts!, t.ends!, heads),
    reference: (v) => reference.attention(v.q!, v.k!, v.v!, starts, heads),
  },
  {
    name: 'rope on part of each head',
    values: { x: { shape: [tokens, 32] } },
    indices: { positions },
    build: (graph, t) => rope(graph, t.x!, t.positions!, frequencies, { heads: 4, headSize: 8, rotarySize: 6 }),
    reference: (v) => reference.rope(v.x!, positions, frequencies, 8),
  },
  {
    name: 'attention in a sliding window',
    values: { q: { shape: [tokens, 24] }, k: { shape: [tokens, 12] }, v: { shape: [tokens, 12] } },
    indices: { starts, ends },
    build: (graph, t) => attention(graph, t.q!, t.k!, t.v!, ...slidingWindow(graph, t.starts!, t.ends!, 4), heads),
    reference: (v) =>
      reference.attention(
        v.q!,
        v.k!,
        v.v!,
        starts.map((start, token) => Math.max(start, token - 3)),
        heads,
      ),
  },
  ...(['gelu', 'geluTanh'] as const).map((name) => ({
    name,
    values: { x: hidden },
    indices: {},
    build: (graph: Graph, t: Readonly<Record<string, Tensor>>) => activation(graph, t.x!, name),
    reference: (v: Readonly<Record<string, Values>>) => v.x!.map(reference[name]),
  })),
  {
    name: 'gatedMlp with gelu',
    values: { gate: hidden, up: hidden },
    indices: {},
    build: (graph, t) => gatedMlp(graph, t.gate!, t.up!, 'geluTanh'),
    reference: (v) => v.gate!.map((value, at) => reference.geluTanh(value) * v.up![at]!),
  },
  {
    name: 'gatedMlp',
    values: { gate: hidden, up: hidden },
    indices: {},
    build: (graph, t) => gatedMlp(graph, t.gate!, t.up!),
    reference: (v) => reference.gatedMlp(v.gate!, v.up!),
  },
  {
    name: 'add',
    values: { a: hidden, b: hidden },
    indices: {},
    build: (graph, t) => add(graph, t.a!, t.b!),
    reference: (v) => v.a!.map((value, at) => value + v.b![at]!),
  },
  {
    name: 'scaled',
    values: { a: hidden },
    indices: {},
    build: (graph, t) => scaled(graph, t.a!, 0.3),
    reference: (v) => v.a!.map((value) => Math.fround(0.3) * value),
  },
  {
    name: 'linearCrossEntropy',
    multiplies: true,
    values: { hidden, ...shards },
    indices: { targets },
    isLoss: true,
    lossScale: 0.125,
    build: (graph, t) => {
      const scale = graph.input('lossScale', [1], 'f32');
      const options = { chunkTokens: 64, differentiate: true };
      return linearCrossEntropy(graph, t.hidden!, segments(t), t.targets!, scale, options).tokenLoss;
    },
    reference: (v) => reference.crossEntropy(reference.linear(v.hidden!, whole(v), width), targets),
  },
  {
    name: 'squaredError',
    values: { hidden, taught: hidden },
    indices: {},
    isLoss: true,
    build: (graph, t) => squaredError(graph, t.hidden!, t.taught!, graph.input('fromAbove', [tokens], 'f32')),
    reference: (v) => reference.squaredError(v.hidden!, v.taught!, width),
  },
  {
    name: 'gatherRows',
    values: { hidden },
    indices: { picked: [18, 0, 7] },
    forwardOnly: true,
    build: (graph, t) => gatherRows(graph, t.hidden!, t.picked!),
    reference: (v) => reference.embedding([18, 0, 7], v.hidden!, width),
  },
  {
    name: 'vocabularyLogits',
    multiplies: true,
    values: { hidden, ...shards },
    indices: {},
    forwardOnly: true,
    build: (graph, t) => vocabularyLogits(graph, t.hidden!, segments(t)),
    reference: (v) => reference.linear(v.hidden!, whole(v), width),
  },
];
