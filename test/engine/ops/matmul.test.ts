// The three forms of a linear layer, for every variant, f32 and bf16 weights, on sizes that no tile divides.
import { describe, expect, test } from 'vitest';
import { Graph, type Tensor } from '../../../src/engine/graph';
import { opNamed } from '../../../src/engine/op';
import { linear, vocabularyLogits } from '../../../src/engine/ops/index';
import {
  matmulVariantNames,
  matmulVariants,
  supportedVariants,
  unsupportedVariants,
} from '../../../src/engine/variants';
import * as reference from './reference';
import { openKernelBench } from './runDispatches';
import { asBf16, expectClose, normals } from './values';

const bench = await openKernelBench();

type Shape = readonly [rows: number, inSize: number, outSize: number];

// The tile kernels take seconds to compile on software adapters, so they get the shapes that tell their branches apart.
const shapes: Readonly<Record<string, readonly Shape[]>> = {
  lane: [
    [1, 17, 3],
    [3, 1, 130],
    [17, 65, 67],
    [130, 3, 65],
    [64, 64, 128],
  ],
  tile: [
    [17, 65, 67],
    [130, 16, 64],
    [64, 32, 128],
  ],
  tileSmall: [[65, 17, 67]],
  block64: [
    [17, 65, 67],
    [68, 36, 132],
    [128, 32, 64],
  ],
  block128: [[132, 20, 136]],
  block128x64: [[130, 17, 67]],
  half: [[68, 36, 132]],
  subgroup: [
    [3, 17, 67],
    [18, 36, 260],
  ],
};

/** Other tiles of a kernel that another row tests in full; bf16 in `block64` is in storedTypes.test.ts. */
const otherTiles: readonly string[] = ['tileSmall', 'block128', 'block128x64'];
const withoutBf16: readonly string[] = ['block64', 'half'];

test('every variant is tested', () => {
  expect(Object.keys(shapes).sort()).toEqual([...matmulVariantNames].sort());
});

test.for(unsupportedVariants(bench.report))('$variant is refused here: $lacks', ({ lacks }) => {
  expect(lacks).not.toEqual([]);
});

const variants = [...supportedVariants(bench.report), ...supportedVariants(bench.report, 'f16')];

describe.each(variants)('matmul variant %s', (variant) => {
  const { tolerance } = matmulVariants[variant];
  const expectAsExact = (actual: ArrayLike<number>, expected: ArrayLike<number>, what: string) =>
    expectClose(actual, expected, what, tolerance);

  test.each(shapes[variant]!)('gives y, dx, dW and dBias of %i x %i -> %i', async (rows, inSize, outSize) => {
    const x = normals(rows * inSize, 1);
    const weight = normals(outSize * inSize, 2);
    const bias = normals(outSize, 3);
    const dy = normals(rows * outSize, 4);
    const before = normals(outSize * inSize, 5);

    const graph = new Graph();
    const hidden = graph.input('x', [rows, inSize], 'f32');
    const parameter = graph.parameter('weight', [outSize, inSize], 'f32', true);
    const y = linear(graph, hidden, parameter, graph.parameter('bias', [outSize], 'f32', true));
    const outputGradient = graph.input('dy', [rows, outSize], 'f32');
    const node = graph.nodes[0]!;
    const [dx] = opNamed('linear').gradient!(node, [outputGradient], [true, true, true], graph);
    const gradients = [...graph.parameterGradients.values()];
    const values = {
      x,
      weight,
      bias,
      dy,
      'gradient of weight': before,
      'gradient of bias': new Float32Array(outSize),
    };
    const results = await bench.runGraph(graph, values, [y, dx!, ...gradients], bench.targetFor(variant));

    const expected = reference.linearBackward(x, weight, dy, rows, outSize, inSize);
    expectAsExact(results[0]!, reference.linear(x, weight, rows, outSize, inSize, bias), 'y');
    expectAsExact(results[1]!, expected.dx, 'dx');
    expectAsExact(
      results[2]!,
      expected.dWeight.map((d, i) => d + before[i]!),
      'dW, added to what was there',
    );
    expectClose(results[3]!, expected.dBias, 'dBias');
  });

  if (otherTiles.includes(variant)) return;

  test.each(withoutBf16.includes(variant) ? [] : shapes[variant]!.slice(0, 3))(
    'widens bf16 weights exactly, %i x %i -> %i',
    async (rows, inSize, outSize) => {
      const x = normals(rows * inSize, 6);
      const weight = asBf16(normals(outSize * inSize, 7));
      const bias = asBf16(normals(outSize, 8));
      const dy = normals(rows * outSize, 9);
      const graph = new Graph();
      const parameter = graph.parameter('weight', [outSize, inSize], 'bf16');
      const hidden = graph.input('x', [rows, inSize], 'f32');
      const y = linear(graph, hidden, parameter, graph.parameter('bias', [outSize], 'bf16'));
      const outputGradient = graph.input('dy', [rows, outSize], 'f32');
      const [dx] = opNamed('linear').gradient!(graph.nodes[0]!, [outputGradient], [true, false, false], graph);
      const values = { x, weight: weight.packed, bias: bias.packed, dy };
      const results = await bench.runGraph(graph, values, [y, dx!], bench.targetFor(variant));
      expectAsExact(results[0]!, reference.linear(x, weight.rounded, rows, outSize, inSize, bias.rounded), 'y');
      expectAsExact(results[1]!, reference.linearBackward(x, weight.rounded, dy, rows, outSize, inSize).dx, 'dx');
    },
  );

  // Exchanged, the first sizes above meet the kernels that were compiled for them.
  test.each(variant === 'block64' ? [] : shapes[variant]!.slice(0, variant === 'lane' ? 5 : 1))(
    'gives y, dx and dW with weights as [in, out], %i x %i <- %i',
    async (rows, outSize, inSize) => {
      const x = normals(rows * inSize, 15);
      const weight = normals(outSize * inSize, 16);
      const dy = normals(rows * outSize, 17);
      const graph = new Graph();
      const hidden = graph.input('x', [rows, inSize], 'f32');
      const y = linear(graph, hidden, graph.parameter('weight', [inSize, outSize], 'f32', true), undefined, 'inOut');
      const outputGradient = graph.input('dy', [rows, outSize], 'f32');
      const [dx] = opNamed('linear').gradient!(graph.nodes[0]!, [outputGradient], [true, true], graph);
      const [dWeight] = graph.parameterGradients.values();
      const values = { x, weight, dy, 'gradient of weight': new Float32Array(outSize * inSize).fill(1) };
      const results = await bench.runGraph(graph, values, [y, dx!, dWeight!], bench.targetFor(variant));
      const turned = transposed(weight, inSize, outSize);
      const expected = reference.linearBackward(x, turned, dy, rows, outSize, inSize);
      expectAsExact(results[0]!, reference.linear(x, turned, rows, outSize, inSize), 'y');
      expectAsExact(results[1]!, expected.dx, 'dx');
      expectAsExact(
        results[2]!,
        transposed(expected.dWeight, outSize, inSize).map((d) => d + 1),
        'dW, added to what was there',
      );
    },
  );

  test('writes the logits of every segment side by side', async () => {
    const [rows, hiddenSize] = [5, 34];
    const sizes = [70, 3, 19];
    const hiddenValues = normals(rows * hiddenSize, 10);
    const graph = new Graph();
    const hidden = graph.input('hidden', [rows, hiddenSize], 'f32');
    let firstId = 0;
    const values: Record<string, Float32Array | Uint32Array> = { hidden: hiddenValues };
    const whole: number[] = [];
    const segments = sizes.map((size, index) => {
      const table = asBf16(normals(size * hiddenSize, 11 + index));
      const parameter = graph.parameter(`rows ${index}`, [size, hiddenSize], index === 1 ? 'f32' : 'bf16');
      values[parameter.name] = index === 1 ? table.rounded : table.packed;
      whole.push(...table.rounded);
      firstId += size;
      return { parameter, firstId: firstId - size };
    });
    const logits: Tensor = vocabularyLogits(graph, hidden, segments);
    const [actual] = await bench.runGraph(graph, values, [logits], bench.targetFor(variant));
    expectAsExact(actual!, reference.linear(hiddenValues, whole, rows, firstId, hiddenSize), 'logits');
  });
});

test('[in, out] weights may be bf16, and take a bias', async () => {
  const [rows, inSize, outSize] = [17, 35, 67];
  const x = normals(rows * inSize, 18);
  const weight = asBf16(normals(outSize * inSize, 19));
  const bias = normals(outSize, 20);
  const dy = normals(rows * outSize, 21);
  const graph = new Graph();
  const parameter = graph.parameter('weight', [inSize, outSize], 'bf16');
  const hidden = graph.input('x', [rows, inSize], 'f32');
  const y = linear(graph, hidden, parameter, graph.parameter('bias', [outSize], 'f32'), 'inOut');
  const outputGradient = graph.input('dy', [rows, outSize], 'f32');
  const [dx] = opNamed('linear').gradient!(graph.nodes[0]!, [outputGradient], [true, false, false], graph);
  const values = { x, weight: weight.packed, bias, dy };
  const results = await bench.runGraph(graph, values, [y, dx!], bench.targetFor('lane'));
  const turned = transposed(weight.rounded, inSize, outSize);
  expectClose(results[0]!, reference.linear(x, turned, rows, outSize, inSize, bias), 'y');
  expectClose(results[1]!, reference.linearBackward(x, turned, dy, rows, outSize, inSize).dx, 'dx');
});

/** [rows, columns] -> [columns, rows] */
function transposed(values: ArrayLike<number>, rows: number, columns: number): number[] {
  return Array.from({ length: values.length }, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!);
}

test('a trainable bf16 weight is refused', () => {
  const graph = new Graph();
  const hidden = graph.input('x', [4, 8], 'f32');
  const weight = graph.parameter('weight', [8, 8], 'bf16', true);
  expect(() => linear(graph, hidden, weight)).toThrow(/trainable/);
});
