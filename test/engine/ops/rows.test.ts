// Row by row kernels against their formulas: embedding, norm, rope, activation, add, gather.
import { beforeAll, describe, expect, test } from 'vitest';
import { Graph } from '../../../src/engine/graph';
import { opNamed } from '../../../src/engine/op';
import { add, embedding, gatedMlp, gatherRows, rmsNorm, rope } from '../../../src/engine/ops/index';
import * as reference from './reference';
import { openKernelBench, type KernelBench } from './runDispatches';
import { asBf16, expectClose, normals, uniforms } from './values';

let bench: KernelBench;
beforeAll(async () => {
  bench = await openKernelBench();
});

const targets = ['lane', 'tile'];

describe.each(targets)('for a %s target', (variant) => {
  test.each([
    [1, 3],
    [17, 65],
    [130, 64],
    [65, 130],
  ])('rmsNorm of %i rows x %i and its gradients', async (rows, width) => {
    const hiddenValues = normals(rows * width, 1);
    const weightValues = normals(width, 2);
    const dNormedValues = normals(rows * width, 3);
    const graph = new Graph();
    const hidden = graph.input('hidden', [rows, width], 'f32');
    const normed = rmsNorm(graph, hidden, graph.parameter('weight', [width], 'f32', true), 1e-5);
    const dNormed = graph.input('dNormed', [rows, width], 'f32');
    const node = graph.nodes[0]!;
    const [dHidden] = opNamed('rmsNorm').gradient!(node, [dNormed, undefined], [true, true], graph);
    const [dWeight] = graph.parameterGradients.values();
    const values = {
      hidden: hiddenValues,
      weight: weightValues,
      dNormed: dNormedValues,
      'gradient of weight': new Float32Array(width).fill(1),
    };
    const results = await bench.runGraph(graph, values, [normed, dHidden!, dWeight!], bench.targetFor(variant));
    const expected = reference.rmsNormBackward(hiddenValues, weightValues, 1e-5, dNormedValues);
    expectClose(results[0]!, reference.rmsNorm(hiddenValues, weightValues, 1e-5), 'normed');
    expectClose(results[1]!, expected.dHidden, 'dHidden');
    expectClose(
      results[2]!,
      expected.dWeight.map((d) => d + 1),
      'dWeight, added to what was there',
    );
  });

  test('rmsNorm of each head by itself, with a bf16 weight', async () => {
    const [tokens, heads, headSize] = [7, 3, 10];
    const hiddenValues = normals(tokens * heads * headSize, 4);
    const weight = asBf16(normals(headSize, 5));
    const dNormedValues = normals(tokens * heads * headSize, 6);
    const graph = new Graph();
    const hidden = graph.input('hidden', [tokens, heads * headSize], 'f32');
    const normed = rmsNorm(graph, hidden, graph.parameter('weight', [headSize], 'bf16'), 1e-6);
    const dNormed = graph.input('dNormed', hidden.shape, 'f32');
    const [dHidden] = opNamed('rmsNorm').gradient!(graph.nodes[0]!, [dNormed], [true, false], graph);
    const values = { hidden: hiddenValues, weight: weight.packed, dNormed: dNormedValues };
    const results = await bench.runGraph(graph, values, [normed, dHidden!], bench.targetFor(variant));
    expectClose(results[0]!, reference.rmsNorm(hiddenValues, weight.rounded, 1e-6), 'normed');
    const { dHidden: expected } = reference.rmsNormBackward(hiddenValues, weight.rounded, 1e-6, dNormedValues);
    expectClose(results[1]!, expected, 'dHidden');
  });

  test('embedding reads f32 and bf16 segments, and scatters the gradient in sorted runs', async () => {
    const [tokens, hiddenSize] = [130, 17];
    const sizes = [40, 5, 20];
    const next = uniforms(7);
    // Skewed, so that some runs are long; 65 and above lie outside every segment.
    const ids = Uint32Array.from({ length: tokens }, () => Math.floor(66 * next() ** 2));
    const sorted = [...ids.keys()].sort((a, b) => ids[a]! - ids[b]! || a - b);
    const tables = sizes.map((size, index) => asBf16(normals(size * hiddenSize, 8 + index)));
    const graph = new Graph();
    const firstIds = [0, 40, 45];
    const segments = sizes.map((size, index) => ({
      parameter: graph.parameter(`rows ${index}`, [size, hiddenSize], index === 1 ? 'bf16' : 'f32', index !== 1),
      firstId: firstIds[index]!,
    }));
    const scatter = {
      sortedTokens: graph.input('sortedTokens', [tokens], 'u32'),
      sortedIds: graph.input('sortedIds', [tokens], 'u32'),
    };
    const hidden = embedding(graph, graph.input('ids', [tokens], 'u32'), segments, scatter);
    const dHidden = graph.input('dHidden', [tokens, hiddenSize], 'f32');
    const wanted = [false, true, false, true, false, false];
    opNamed('embedding').gradient!(graph.nodes[0]!, [dHidden], wanted, graph);
    const dHiddenValues = normals(tokens * hiddenSize, 12);
    const values = {
      ids,
      sortedTokens: Uint32Array.from(sorted),
      sortedIds: Uint32Array.from(sorted, (token) => ids[token]!),
      'rows 0': tables[0]!.rounded,
      'rows 1': tables[1]!.packed,
      'rows 2': tables[2]!.rounded,
      dHidden: dHiddenValues,
      'gradient of rows 0': new Float32Array(40 * hiddenSize).fill(1),
      'gradient of rows 2': new Float32Array(20 * hiddenSize),
    };
    const gradients = [...graph.parameterGradients.values()];
    const results = await bench.runGraph(graph, values, [hidden, ...gradients], bench.targetFor(variant));
    const whole = [...tables.flatMap((table) => [...table.rounded]), ...new Array<number>(hiddenSize).fill(0)];
    const expected = [...ids].flatMap((id) => whole.slice(id * hiddenSize, (id + 1) * hiddenSize));
    expect([...(results[0] as Float32Array)]).toEqual(expected);
    const dWhole = new Float64Array(66 * hiddenSize);
    ids.forEach((id, t) => {
      for (let c = 0; c < hiddenSize; c++) dWhole[id * hiddenSize + c]! += dHiddenValues[t * hiddenSize + c]!;
    });
    expectClose(
      results[1]!,
      dWhole.slice(0, 40 * hiddenSize).map((d) => d + 1),
      'gradient of segment 0',
    );
    expectClose(results[2]!, dWhole.slice(45 * hiddenSize, 65 * hiddenSize), 'gradient of segment 2');
  });
});

test.each([
  { heads: 1, headSize: 8, rotarySize: 8, table: true },
  { heads: 3, headSize: 80, rotarySize: 32, table: false },
  { heads: 2, headSize: 10, rotarySize: 10, table: true },
])('rope turns $rotarySize of $headSize dimensions, and back', async ({ heads, headSize, rotarySize, table }) => {
  const tokens = 65;
  const positions = Uint32Array.from({ length: tokens }, (_, t) => (t < 40 ? t : t * 1000));
  const frequencies = Float32Array.from({ length: rotarySize / 2 }, (_, i) => 10000 ** ((-2 * i) / rotarySize));
  const xValues = normals(tokens * heads * headSize, 13);
  const dValues = normals(tokens * heads * headSize, 14);
  const graph = new Graph();
  const x = graph.input('x', [tokens, heads * headSize], 'f32');
  const given = table ? [...frequencies] : graph.input('frequencies', [rotarySize / 2], 'f32');
  const shape = { heads, headSize, rotarySize };
  const rotated = rope(graph, x, graph.input('positions', [tokens], 'u32'), given, shape);
  const dRotated = graph.input('dRotated', x.shape, 'f32');
  const [dX] = opNamed('rope').gradient!(graph.nodes[0]!, [dRotated], [true, false, false], graph);
  const values = { x: xValues, positions, frequencies, dRotated: dValues };
  const results = await bench.runGraph(graph, values, [rotated, dX!], bench.targetFor('lane'));
  const forward = reference.rope(xValues, positions, frequencies, heads, headSize, rotarySize, 1);
  expectClose(results[0]!, forward, 'rotated');
  expectClose(results[1]!, reference.rope(dValues, positions, frequencies, heads, headSize, rotarySize, -1), 'dX');
});

test.each([3, 65 * 17, 64 * 36])('gatedMlp and add of %i values, forward and backward', async (count) => {
  const [g, u, d] = [normals(count, 15, 3), normals(count, 16), normals(count, 17)];
  const graph = new Graph();
  const gate = graph.input('gate', [1, count], 'f32');
  const up = graph.input('up', [1, count], 'f32');
  const activated = gatedMlp(graph, gate, up);
  const sum = add(graph, gate, up);
  const dActivated = graph.input('dActivated', [1, count], 'f32');
  const [dGate, dUp] = opNamed('gatedMlp').gradient!(graph.nodes[0]!, [dActivated], [true, true], graph);
  const values = { gate: g, up: u, dActivated: d };
  const wanted = [activated, sum, dGate!, dUp!];
  const results = await bench.runGraph(graph, values, wanted, bench.targetFor('lane'));
  const slope = (x: number) => 1 / (1 + Math.exp(-x)) + (x * Math.exp(-x)) / (1 + Math.exp(-x)) ** 2;
  expectClose(
    results[0]!,
    [...g].map((x, i) => reference.silu(x) * u[i]!),
    'activated',
  );
  expectClose(
    results[1]!,
    [...g].map((x, i) => x + u[i]!),
    'sum',
  );
  expectClose(
    results[2]!,
    [...g].map((x, i) => d[i]! * u[i]! * slope(x)),
    'dGate',
  );
  expectClose(
    results[3]!,
    [...g].map((x, i) => d[i]! * reference.silu(x)),
    'dUp',
  );
});

test('gatedMlp stays finite for gates far from zero', async () => {
  const graph = new Graph();
  const activated = gatedMlp(graph, graph.input('gate', [1, 4], 'f32'), graph.input('up', [1, 4], 'f32'));
  const dActivated = graph.input('dActivated', [1, 4], 'f32');
  const [dGate] = opNamed('gatedMlp').gradient!(graph.nodes[0]!, [dActivated], [true, true], graph);
  const ones = new Float32Array(4).fill(1);
  const values = { gate: Float32Array.of(-200, -90, 90, 200), up: ones, dActivated: ones };
  const results = await bench.runGraph(graph, values, [activated, dGate!], bench.targetFor('lane'));
  expectClose(results[0]!, [0, 0, 90, 200], 'activated');
  expectClose(results[1]!, [0, 0, 1, 1], 'dGate');
});

test('gatherRows picks whole rows', async () => {
  const graph = new Graph();
  const hiddenValues = normals(13 * 7, 18);
  const gathered = gatherRows(graph, graph.input('hidden', [13, 7], 'f32'), graph.input('indices', [3], 'u32'));
  const values = { hidden: hiddenValues, indices: Uint32Array.of(12, 0, 5) };
  const [actual] = await bench.runGraph(graph, values, [gathered], bench.targetFor('lane'));
  expect([...(actual as Float32Array)]).toEqual([12, 0, 5].flatMap((r) => [...hiddenValues.slice(r * 7, r * 7 + 7)]));
});
