/**
 * The self-test's cases of ops behind each other, as models have them: fuse.ts makes of them what no op alone becomes, products
 * that add, gate and accumulate as they store, norms that add to a gradient, ropes in pairs and in place, and attention that turns
 * gradients back or reads a projection's parts where they lie.
 */
import type { Tensor } from './graph';
import {
  activation,
  add,
  attention,
  gatedMlp,
  layerNorm,
  linear,
  rmsNorm,
  rope,
  scaled,
  splitColumns,
} from './ops/index';
import type { SelfTestCase } from './selfTestCases';
import * as reference from './selfTestReference';
import type { Values } from './selfTestReference';

const tokens = 19;
const width = 10;
const inner = 12;
const starts = Array.from({ length: tokens }, (_, token) => (token < 7 ? 0 : 7));
const ends = starts.map((start) => (start === 0 ? 7 : tokens));
const positions = starts.map((start, token) => token - start);
const frequencies = [1, 0.2, 0.03];
const heads = { heads: 2, kvHeads: 1, headSize: 6, scale: 0.4 };
/** Of a projection that holds query, key and value head by head. */
const sideBySide = { heads: 2, kvHeads: 2, headSize: 6, scale: 0.4 };
const turns = { headSize: 6, rotarySize: 6 };
const hidden = { shape: [tokens, width] };
const matrix = (rows: number, columns: number) => ({ shape: [rows, columns], parameter: true });
const vector = (size: number) => ({ shape: [size], parameter: true });
const times = (values: Values, factor: number): Values => values.map((value) => Math.fround(factor) * value);
const sum = (a: Values, b: Values): Values => a.map((value, at) => value + b[at]!);
/** One of the three, [tokens, 12], out of [tokens, 36]. */
const partOf = (whole: Values, part: number): Values =>
  Float64Array.from({ length: tokens * 12 }, (_, at) => {
    const [head, column] = [Math.floor((at % 12) / 6), at % 6];
    return whole[Math.floor(at / 12) * 36 + (head * 3 + part) * 6 + column]!;
  });

export const fusedCases: readonly SelfTestCase[] = [
  {
    name: 'gated feed-forward part',
    multiplies: true,
    values: {
      hidden,
      norm: vector(width),
      gate: matrix(inner, width),
      up: matrix(inner, width),
      down: matrix(width, inner),
    },
    indices: {},
    build: (graph, t) => {
      const residual = scaled(graph, t.hidden!, 0.9);
      const normed = rmsNorm(graph, residual, t.norm!, 1e-5);
      const [gate, up] = [linear(graph, normed, t.gate!), linear(graph, normed, t.up!)];
      const stored = linear(graph, gatedMlp(graph, gate, up), t.down!);
      return scaled(graph, add(graph, residual, stored), 0.7);
    },
    reference: (v) => {
      const residual = times(v.hidden!, 0.9);
      const normed = reference.rmsNorm(residual, v.norm!, 1e-5);
      const [gate, up] = [reference.linear(normed, v.gate!, width), reference.linear(normed, v.up!, width)];
      return times(sum(residual, reference.linear(reference.gatedMlp(gate, up), v.down!, inner)), 0.7);
    },
  },
  ...(['gelu', 'geluTanh'] as const).map((name): SelfTestCase => ({
    name: `linear through a gate by ${name}`,
    multiplies: true,
    forwardOnly: true,
    values: { hidden, gate: { shape: [tokens, inner] }, up: matrix(inner, width), bias: vector(inner) },
    indices: {},
    build: (graph, t) => gatedMlp(graph, t.gate!, linear(graph, t.hidden!, t.up!, t.bias!), name),
    reference: (v) =>
      reference
        .linear(v.hidden!, v.up!, width)
        .map((value, at) => reference[name](v.gate![at]!) * (value + v.bias![at % inner]!)),
  })),
  {
    name: 'feed-forward part',
    multiplies: true,
    values: {
      hidden,
      up: matrix(width, inner),
      bias: vector(inner),
      down: matrix(inner, width),
    },
    indices: {},
    build: (graph, t) => {
      const up = linear(graph, t.hidden!, t.up!, t.bias!, 'inOut');
      return scaled(graph, linear(graph, activation(graph, up, 'geluTanh'), t.down!, undefined, 'inOut'), 0.7);
    },
    reference: (v) => {
      const up = reference.linear(v.hidden!, reference.transposed(v.up!, inner), width);
      const activated = up.map((value, at) => reference.geluTanh(value + v.bias![at % inner]!));
      return times(reference.linear(activated, reference.transposed(v.down!, width), inner), 0.7);
    },
  },
  {
    name: 'attention part',
    multiplies: true,
    values: {
      hidden,
      norm: vector(width),
      bias: vector(width),
      query: matrix(12, width),
      key: matrix(6, width),
      value: matrix(6, width),
      out: matrix(width, 12),
    },
    indices: { positions, starts, ends },
    build: (graph, t) => {
      const residual = scaled(graph, t.hidden!, 0.9);
      const normed = layerNorm(graph, residual, t.norm!, t.bias!, 1e-5);
      const [q, k, v] = [t.query!, t.key!, t.value!].map((weight) => linear(graph, normed, weight)) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const turned = (x: Tensor, count: number) =>
        rope(graph, x, t.positions!, frequencies, { ...turns, heads: count });
      const [turnedQ, turnedK] = [turned(q, heads.heads), turned(k, heads.kvHeads)];
      const attended = attention(graph, turnedQ, turnedK, v, t.starts!, t.ends!, heads);
      return scaled(graph, add(graph, linear(graph, attended, t.out!), residual), 0.7);
    },
    reference: (v) => {
      const residual = times(v.hidden!, 0.9);
      const normed = reference.layerNorm(residual, v.norm!, v.bias!, 1e-5);
      const [q, k] = [v.query!, v.key!].map((weight) =>
        reference.rope(reference.linear(normed, weight, width), positions, frequencies, heads.headSize),
      ) as [Values, Values];
      const attended = reference.attention(q, k, reference.linear(normed, v.value!, width), starts, heads);
      return times(sum(reference.linear(attended, v.out!, 12), residual), 0.7);
    },
  },
  {
    name: 'attention part of one projection',
    multiplies: true,
    values: { hidden, whole: matrix(36, width), bias: vector(36), out: matrix(width, 12) },
    indices: { positions, starts, ends },
    build: (graph, t) => {
      const whole = linear(graph, t.hidden!, t.whole!, t.bias!);
      const [q, k, v] = splitColumns(graph, whole, { parts: 3, groups: sideBySide.heads }) as [Tensor, Tensor, Tensor];
      const [turnedQ, turnedK] = [q, k].map((x) =>
        rope(graph, x, t.positions!, frequencies, { ...turns, heads: sideBySide.heads }),
      ) as [Tensor, Tensor];
      const attended = attention(graph, turnedQ, turnedK, v, t.starts!, t.ends!, sideBySide);
      return scaled(graph, linear(graph, attended, t.out!), 0.7);
    },
    reference: (v) => {
      const whole = reference.linear(v.hidden!, v.whole!, width).map((value, at) => value + v.bias![at % 36]!);
      const [q, k, value] = [0, 1, 2].map((part) => partOf(whole, part)) as [Values, Values, Values];
      const turned = (x: Values) => reference.rope(x, positions, frequencies, sideBySide.headSize);
      const attended = reference.attention(turned(q), turned(k), value, starts, sideBySide);
      return times(reference.linear(attended, v.out!, 12), 0.7);
    },
  },
  {
    name: 'linear of bf16, f16 and q8',
    multiplies: true,
    values: {
      hidden: { shape: [tokens, 32] },
      first: { shape: [inner, 32], heldAs: 'bf16' },
      second: { shape: [inner, 32], heldAs: 'f16' },
      third: { shape: [inner, 32], heldAs: 'q8' },
    },
    indices: {},
    build: (graph, t) => {
      const [a, b, c] = [t.first!, t.second!, t.third!].map((weight) => linear(graph, t.hidden!, weight)) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      return add(graph, add(graph, a, b), c);
    },
    reference: (v) =>
      [v.first!, v.second!, v.third!].map((weight) => reference.linear(v.hidden!, weight, 32)).reduce(sum),
  },
  {
    name: 'norms of bf16',
    values: {
      hidden,
      first: { shape: [width], heldAs: 'bf16' },
      second: { shape: [width], heldAs: 'bf16' },
      bias: { shape: [width], heldAs: 'bf16' },
    },
    indices: {},
    build: (graph, t) => layerNorm(graph, rmsNorm(graph, t.hidden!, t.first!, 1e-5), t.second!, t.bias!, 1e-5),
    reference: (v) => reference.layerNorm(reference.rmsNorm(v.hidden!, v.first!, 1e-5), v.second!, v.bias!, 1e-5),
  },
];
