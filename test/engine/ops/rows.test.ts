// Row by row kernels against their formulas: embedding, norm, rope, activation, add, gather.
import { beforeAll, describe, expect, test } from 'vitest';
import { Graph } from '../../../src/engine/graph';
import { opNamed } from '../../../src/engine/op';
import {
  activation,
  add,
  embedding,
  gatedMlp,
  gatherRows,
  layerNorm,
  rmsNorm,
  rope,
  splitColumns,
  squaredError,
} from '../../../src/engine/ops/index';
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

  test('rmsNorm with factors counted from one', async () => {
    const [rows, width] = [17, 13];
    const [hiddenValues, weightValues] = [normals(rows * width, 19), normals(width, 20)];
    const dNormedValues = normals(rows * width, 21);
    const graph = new Graph();
    const hidden = graph.input('hidden', [rows, width], 'f32');
    const weight = graph.parameter('weight', [width], 'f32', true);
    const normed = rmsNorm(graph, hidden, weight, 1e-6, true);
    const dNormed = graph.input('dNormed', [rows, width], 'f32');
    const [dHidden] = opNamed('rmsNorm').gradient!(graph.nodes[0]!, [dNormed], [true, true], graph);
    const dWeight = graph.gradientOf(weight);
    const values = {
      hidden: hiddenValues,
      weight: weightValues,
      dNormed: dNormedValues,
      'gradient of weight': new Float32Array(width),
    };
    const results = await bench.runGraph(graph, values, [normed, dHidden!, dWeight], bench.targetFor(variant));
    const factors = Float64Array.from(weightValues, (value) => 1 + value);
    const expected = reference.rmsNormBackward(hiddenValues, factors, 1e-6, dNormedValues);
    expectClose(results[0]!, reference.rmsNorm(hiddenValues, factors, 1e-6), 'normed');
    expectClose(results[1]!, expected.dHidden, 'dHidden');
    expectClose(results[2]!, expected.dWeight, 'dWeight');
  });

  test.each([
    { rows: 1, width: 3, type: 'f32' as const },
    { rows: 17, width: 65, type: 'f32' as const },
    { rows: 130, width: 64, type: 'f32' as const },
    { rows: 9, width: 35, type: 'bf16' as const },
  ])('layerNorm of $rows rows x $width with $type weights, and its gradients', async ({ rows, width, type }) => {
    // Far from zero: a variance made of E[x^2] would lose its digits.
    const hiddenValues = normals(rows * width, 22).map((value) => value + 30);
    const [weight, bias] = [asBf16(normals(width, 23)), asBf16(normals(width, 24))];
    const dNormedValues = normals(rows * width, 25);
    const graph = new Graph();
    const hidden = graph.input('hidden', [rows, width], 'f32');
    const learns = type === 'f32';
    const parameters = [
      graph.parameter('weight', [width], type, learns),
      graph.parameter('bias', [width], type, learns),
    ] as const;
    const normed = layerNorm(graph, hidden, ...parameters, 1e-5);
    const dNormed = graph.input('dNormed', [rows, width], 'f32');
    const [dHidden] = opNamed('layerNorm').gradient!(graph.nodes[0]!, [dNormed], [true, learns, learns], graph);
    const values = {
      hidden: hiddenValues,
      weight: learns ? weight.rounded : weight.packed,
      bias: learns ? bias.rounded : bias.packed,
      dNormed: dNormedValues,
      'gradient of weight': new Float32Array(width).fill(1),
      'gradient of bias': new Float32Array(width).fill(2),
    };
    const read = [normed, dHidden!, ...graph.parameterGradients.values()];
    const results = await bench.runGraph(graph, values, read, bench.targetFor(variant));
    const expected = reference.layerNormBackward(hiddenValues, weight.rounded, 1e-5, dNormedValues);
    expectClose(results[0]!, reference.layerNorm(hiddenValues, weight.rounded, bias.rounded, 1e-5), 'normed');
    expectClose(results[1]!, expected.dHidden, 'dHidden');
    if (!learns) return;
    const added = (gradient: Float64Array, before: number) => gradient.map((d) => d + before);
    expectClose(results[2]!, added(expected.dWeight, 1), 'dWeight, added to what was there');
    expectClose(results[3]!, added(expected.dBias, 2), 'dBias, added to what was there');
  });

  test('embedding reads f32 and bf16 segments, and scatters the gradient in sorted runs', async () => {
    const [tokens, hiddenSize] = [130, 17];
    const scale = 2.5;
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
    const hidden = embedding(graph, graph.input('ids', [tokens], 'u32'), segments, scatter, scale);
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
    const expected = [...ids].flatMap((id) =>
      whole.slice(id * hiddenSize, (id + 1) * hiddenSize).map((value) => Math.fround(value * scale)),
    );
    expect([...(results[0] as Float32Array)]).toEqual(expected);
    const dWhole = new Float64Array(66 * hiddenSize);
    ids.forEach((id, t) => {
      for (let c = 0; c < hiddenSize; c++) dWhole[id * hiddenSize + c]! += scale * dHiddenValues[t * hiddenSize + c]!;
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

// The widest values: where the error function is 1 in f32, and where a cube would overflow an exponential.
const edges = [-300, -90, -12, -5.5, -1e-4, 0, 1e-4, 5.5, 12, 90, 300];

describe.each([
  ['silu', reference.silu],
  ['gelu', reference.gelu],
  ['geluTanh', reference.geluTanh],
] as const)('%s', (name, formula) => {
  /** Central differences of the formula, good to about 1e-9. */
  const slopeOf = (x: number) => (formula(x + 1e-5) - formula(x - 1e-5)) / 2e-5;

  test.each([3, 65 * 17, 64 * 36])('of %i values, alone and as a gate, forward and backward', async (count) => {
    const [g, u, d] = [normals(count, 26, 3), normals(count, 27), normals(count, 28)];
    g.set(edges.slice(0, count));
    const graph = new Graph();
    const gate = graph.input('gate', [1, count], 'f32');
    const up = graph.input('up', [1, count], 'f32');
    const above = graph.input('above', [1, count], 'f32');
    const alone = activation(graph, gate, name);
    const [dX] = opNamed('activation').gradient!(graph.nodes.at(-1)!, [above], [true], graph);
    const gated = gatedMlp(graph, gate, up, name);
    const [dGate, dUp] = opNamed('gatedMlp').gradient!(graph.nodes.at(-1)!, [above], [true, true], graph);
    const read = [alone, dX!, gated, dGate!, dUp!];
    const results = await bench.runGraph(graph, { gate: g, up: u, above: d }, read, bench.targetFor('lane'));
    const each = (value: (x: number, i: number) => number) => Array.from(g, value);
    expectClose(results[0]!, each(formula), 'activated');
    expectClose(
      results[1]!,
      each((x, i) => d[i]! * slopeOf(x)),
      'dX',
    );
    expectClose(
      results[2]!,
      each((x, i) => formula(x) * u[i]!),
      'gated',
    );
    expectClose(
      results[3]!,
      each((x, i) => d[i]! * u[i]! * slopeOf(x)),
      'dGate',
    );
    expectClose(
      results[4]!,
      each((x, i) => d[i]! * formula(x)),
      'dUp',
    );
    // Large values dominate the norm of the difference: small ones are held to their own size.
    results[0]!.forEach((value, i) =>
      expect(Math.abs(value - formula(g[i]!))).toBeLessThan(1e-6 + 1e-6 * Math.abs(g[i]!)),
    );
  });
});

test.each([
  { parts: 3, groups: 1, width: 18 },
  { parts: 3, groups: 5, width: 6 },
  { parts: 2, groups: 7, width: 3 },
])(
  'splitColumns takes $parts parts of $groups groups apart, and joins their gradients',
  async ({ parts, groups, width }) => {
    const tokens = 13;
    const columns = parts * groups * width;
    const wholeValues = normals(tokens * columns, 29);
    const graph = new Graph();
    const whole = graph.input('whole', [tokens, columns], 'f32');
    const taken = splitColumns(graph, whole, { parts, groups });
    // The first part has no gradient.
    const above = taken.slice(1).map((part, index) => graph.input(`above ${index + 1}`, part.shape, 'f32'));
    const [dWhole] = opNamed('splitColumns').gradient!(graph.nodes[0]!, [undefined, ...above], [true], graph);
    const dValues = above.map((_, index) => normals(tokens * groups * width, 30 + index));
    const values = {
      whole: wholeValues,
      ...Object.fromEntries(dValues.map((list, index) => [`above ${index + 1}`, list])),
    };
    const results = await bench.runGraph(graph, values, [...taken, dWhole!], bench.targetFor('lane'));
    const expected = taken.map(() => [] as number[]);
    const dExpected: number[] = [];
    for (let t = 0; t < tokens; t++) {
      for (let g = 0; g < groups; g++) {
        for (let part = 0; part < parts; part++) {
          for (let c = 0; c < width; c++) {
            expected[part]!.push(wholeValues[t * columns + (g * parts + part) * width + c]!);
            dExpected.push(part === 0 ? 0 : dValues[part - 1]![t * groups * width + g * width + c]!);
          }
        }
      }
    }
    expect(results.map((list) => [...list])).toEqual([...expected, dExpected]);
  },
);

test.each([
  [1, 3],
  [17, 65],
  [130, 64],
])('squaredError of %i rows x %i and its gradient', async (rows, width) => {
  const [hiddenValues, taughtValues] = [normals(rows * width, 21), normals(rows * width, 22)];
  const weightValues = Float32Array.from({ length: rows }, (_, row) => (row % 3 === 1 ? 0 : 0.1 + row));
  const graph = new Graph();
  const hidden = graph.input('hidden', [rows, width], 'f32');
  const error = squaredError(
    graph,
    hidden,
    graph.input('taught', [rows, width], 'f32'),
    graph.input('weights', [rows], 'f32'),
  );
  const [dHidden] = opNamed('squaredError').gradient!(graph.nodes[0]!, [undefined], [true, false, false], graph);
  const values = { hidden: hiddenValues, taught: taughtValues, weights: weightValues };
  const results = await bench.runGraph(graph, values, [error, dHidden!], bench.targetFor('lane'));
  const difference = Array.from(hiddenValues, (value, at) => value - taughtValues[at]!);
  const mean = (row: number) => {
    const squares = difference.slice(row * width, (row + 1) * width).map((value) => value * value);
    return squares.reduce((sum, value) => sum + value, 0) / width;
  };
  expectClose(
    results[0]!,
    Float64Array.from(weightValues, (weight, row) => (weight > 0 ? mean(row) : 0)),
    'error',
  );
  const gradient = difference.map((value, at) => (2 / width) * weightValues[Math.floor(at / width)]! * value);
  expectClose(results[1]!, Float64Array.from(gradient), 'dHidden');
});

test('gatherRows picks whole rows', async () => {
  const graph = new Graph();
  const hiddenValues = normals(13 * 7, 18);
  const gathered = gatherRows(graph, graph.input('hidden', [13, 7], 'f32'), graph.input('indices', [3], 'u32'));
  const values = { hidden: hiddenValues, indices: Uint32Array.of(12, 0, 5) };
  const [actual] = await bench.runGraph(graph, values, [gathered], bench.targetFor('lane'));
  expect([...(actual as Float32Array)]).toEqual([12, 0, 5].flatMap((r) => [...hiddenValues.slice(r * 7, r * 7 + 7)]));
});
