// Every op that reads a frozen parameter, with each way it may be stored, against f64 references of the values it holds.
import { beforeAll, describe, expect, test } from 'vitest';
import type { StoredType } from '../../../src/engine/elementTypes';
import { Graph } from '../../../src/engine/graph';
import { opNamed } from '../../../src/engine/op';
import { embedding, linear, linearCrossEntropy, vocabularyLogits } from '../../../src/engine/ops/index';
import * as reference from './reference';
import { openKernelBench, type HostValues, type KernelBench } from './runDispatches';
import { asStored, expectClose, normals, uniforms } from './values';

let bench: KernelBench;
beforeAll(async () => {
  bench = await openKernelBench();
});

const narrow = ['bf16', 'f16', 'q8'] as const satisfies readonly StoredType[];
type Shape = readonly [rows: number, inSize: number, outSize: number];

// Rows of q8 are whole blocks of 32 in the matrix as it lies; nothing else divides a tile.
const shapes: Readonly<Record<string, readonly Shape[]>> = {
  lane: [
    [1, 32, 3],
    [17, 96, 67],
    [65, 160, 33],
  ],
  tile: [[17, 96, 67]],
  block64: [[20, 96, 68]],
  subgroup: [[17, 96, 67]],
};

describe.each(narrow)('weights held as %s', (type) => {
  describe.each(Object.keys(shapes))('with matmul variant %s', (variant) => {
    test.each(shapes[variant]!)('give y and dx of %i x %i -> %i', async (rows, inSize, outSize) => {
      const shape = [outSize, inSize];
      const weight = asStored(normals(outSize * inSize, 1, 0.3), type, shape);
      const biasType = type === 'q8' ? 'f32' : type;
      const bias = asStored(normals(outSize, 2), biasType, [outSize]);
      const [x, dy] = [normals(rows * inSize, 3), normals(rows * outSize, 4)];
      const graph = new Graph();
      const parameter = graph.parameter('weight', shape, type);
      const y = linear(
        graph,
        graph.input('x', [rows, inSize], 'f32'),
        parameter,
        graph.parameter('bias', [outSize], biasType),
      );
      const above = graph.input('dy', [rows, outSize], 'f32');
      const [dx] = opNamed('linear').gradient!(graph.nodes[0]!, [above], [true, false, false], graph);
      const values = { x, dy, weight: weight.packed, bias: biasType === 'f32' ? bias.rounded : bias.packed };
      const results = await bench.runGraph(graph, values, [y, dx!], bench.targetFor(variant));
      expectClose(results[0]!, reference.linear(x, weight.rounded, rows, outSize, inSize, bias.rounded), 'y');
      expectClose(results[1]!, reference.linearBackward(x, weight.rounded, dy, rows, outSize, inSize).dx, 'dx');
    });

    // The same strides exchanged, which takes software adapters long to compile.
    test.each(variant === 'block64' ? [] : shapes[variant]!)(
      'give y and dx with weights as [in, out], %i x %i <- %i',
      async (rows, outSize, inSize) => {
        const shape = [inSize, outSize];
        const weight = asStored(normals(outSize * inSize, 5, 0.3), type, shape);
        const [x, dy] = [normals(rows * inSize, 6), normals(rows * outSize, 7)];
        const graph = new Graph();
        const hidden = graph.input('x', [rows, inSize], 'f32');
        const y = linear(graph, hidden, graph.parameter('weight', shape, type), undefined, 'inOut');
        const above = graph.input('dy', [rows, outSize], 'f32');
        const [dx] = opNamed('linear').gradient!(graph.nodes[0]!, [above], [true, false], graph);
        const values = { x, dy, weight: weight.packed };
        const results = await bench.runGraph(graph, values, [y, dx!], bench.targetFor(variant));
        const turned = Float32Array.from(
          weight.rounded,
          (_, at) => weight.rounded[(at % inSize) * outSize + Math.floor(at / inSize)]!,
        );
        expectClose(results[0]!, reference.linear(x, turned, rows, outSize, inSize), 'y');
        expectClose(results[1]!, reference.linearBackward(x, turned, dy, rows, outSize, inSize).dx, 'dx');
      },
    );
  });

  test('are a frozen part of the vocabulary: logits, losses, the gradient of hidden and of the rows behind them', async () => {
    const [tokens, hiddenSize] = [37, 96];
    const sizes = [67, 9];
    const columns = sizes.reduce((sum, size) => sum + size, 0);
    const whole: number[] = [];
    const next = uniforms(8);
    const values: Record<string, HostValues> = {
      hidden: normals(tokens * hiddenSize, 9),
      lossScale: Float32Array.of(0.37),
      targets: Uint32Array.from({ length: tokens }, () => Math.floor(columns * next())),
    };
    const graph = new Graph();
    const segments = sizes.map((size, index) => {
      const isNew = index === 1;
      const held = isNew ? 'f32' : type;
      const table = asStored(normals(size * hiddenSize, 10 + index, 0.2), held, [size, hiddenSize]);
      const parameter = graph.parameter(`rows ${index}`, [size, hiddenSize], held, isNew);
      values[parameter.name] = isNew ? table.rounded : table.packed;
      if (isNew) values[`gradient of ${parameter.name}`] = new Float32Array(size * hiddenSize).fill(0.25);
      whole.push(...table.rounded);
      return { parameter, firstId: whole.length / hiddenSize - size };
    });
    const hidden = graph.input('hidden', [tokens, hiddenSize], 'f32');
    const targets = graph.input('targets', [tokens], 'u32');
    const options = { chunkTokens: 64, differentiate: true };
    const loss = linearCrossEntropy(graph, hidden, segments, targets, graph.input('lossScale', [1], 'f32'), options);
    const logits = vocabularyLogits(graph, hidden, segments);
    const [gradient] = graph.parameterGradients.values();
    const wanted = [loss.tokenLoss, loss.dHidden!, gradient!, logits];
    const results = await bench.runGraph(graph, values, wanted, bench.targetFor('lane'));
    const expectedLogits = reference.linear(values.hidden!, whole, tokens, columns, hiddenSize);
    const entropy = reference.crossEntropy(expectedLogits, values.targets!, columns, Math.fround(0.37));
    const expected = reference.linearBackward(values.hidden!, whole, entropy.dLogits, tokens, columns, hiddenSize);
    expectClose(results[0]!, entropy.tokenLoss, 'tokenLoss');
    expectClose(results[1]!, expected.dx, 'dHidden');
    const newRows = expected.dWeight.slice(67 * hiddenSize, 76 * hiddenSize);
    expectClose(
      results[2]!,
      newRows.map((d) => d + 0.25),
      'gradient of the new rows',
    );
    expectClose(results[3]!, expectedLogits, 'logits');
  });

  test('are embedding rows, to the bit', async () => {
    const [tokens, hiddenSize] = [75, 96];
    const sizes = [13, 6, 20];
    const graph = new Graph();
    const values: Record<string, HostValues> = {};
    const whole: number[] = [];
    const segments = sizes.map((size, index) => {
      const table = asStored(normals(size * hiddenSize, 20 + index, 0.02), type, [size, hiddenSize]);
      const parameter = graph.parameter(`rows ${index}`, [size, hiddenSize], type);
      values[parameter.name] = table.packed;
      whole.push(...table.rounded);
      return { parameter, firstId: whole.length / hiddenSize - size };
    });
    values.ids = Uint32Array.from({ length: tokens }, (_, token) => (token * 7) % 39);
    const hidden = embedding(graph, graph.input('ids', [tokens], 'u32'), segments);
    const [found] = await bench.runGraph(graph, values, [hidden], bench.targetFor('lane'));
    expect([...found!]).toEqual([...values.ids].flatMap((id) => whole.slice(id * hiddenSize, (id + 1) * hiddenSize)));
  });
});

test.each(['f16', 'bf16'] as const)('every finite %s is read to the bit, subnormal ones too', async (type) => {
  const shape = [2048, 32];
  // Below infinity, without bf16's subnormal ones: as floats they are subnormal too, which WGSL may make zeros of.
  const [first, end] = type === 'f16' ? [0, 0x7c00] : [0x80, 0x7f80];
  const halves = Uint16Array.from({ length: 0x10000 }, (_, bits) =>
    (bits & 0x7fff) >= first && (bits & 0x7fff) < end ? bits : 0,
  );
  const graph = new Graph();
  const table = { parameter: graph.parameter('table', shape, type), firstId: 0 };
  const hidden = embedding(graph, graph.input('ids', [2048], 'u32'), [table]);
  const values = { ids: Uint32Array.from({ length: 2048 }, (_, id) => id), table: new Uint32Array(halves.buffer) };
  const [found] = await bench.runGraph(graph, values, [hidden], bench.targetFor('lane'));
  const [mantissaBits, bias] = type === 'f16' ? [10, 15] : [7, 127];
  const wrong = [...halves].filter((bits, at) => {
    const exponent = (bits & 0x7fff) >> mantissaBits;
    const mantissa = (bits & (2 ** mantissaBits - 1)) / 2 ** mantissaBits;
    const size = exponent === 0 ? mantissa * 2 ** (1 - bias) : (1 + mantissa) * 2 ** (exponent - bias);
    return found![at] !== (bits & 0x8000 ? -size : size);
  });
  expect(wrong).toEqual([]);
});

test('every signed byte is read with its own scale, subnormal scales too', async () => {
  const shape = [9, 256];
  const bytes = new Uint8Array(9 * 256 + 9 * 16);
  const scales = Uint16Array.from({ length: 72 }, (_, block) => (block * 433) % 0x4000);
  for (let at = 0; at < 9 * 256; at++) bytes[at] = at * 5 + 128;
  bytes.set(new Uint8Array(scales.buffer), 9 * 256);
  const graph = new Graph();
  const table = { parameter: graph.parameter('table', shape, 'q8'), firstId: 0 };
  const hidden = embedding(graph, graph.input('ids', [9], 'u32'), [table]);
  const values = { ids: Uint32Array.from({ length: 9 }, (_, id) => id), table: new Uint32Array(bytes.buffer) };
  const [found] = await bench.runGraph(graph, values, [hidden], bench.targetFor('lane'));
  const scaleOf = (bits: number) =>
    bits < 0x400 ? bits * 2 ** -24 : (1 + (bits & 0x3ff) / 1024) * 2 ** ((bits >> 10) - 15);
  const expected = Array.from(
    { length: 9 * 256 },
    (_, at) => ((bytes[at]! << 24) >> 24) * scaleOf(scales[Math.floor(at / 32)]!),
  );
  expect([...found!]).toEqual(expected);
});

describe('what cannot be held is refused', () => {
  test('a trainable narrow weight', () => {
    for (const type of narrow) {
      const graph = new Graph();
      const hidden = graph.input('x', [4, 32], 'f32');
      const weight = graph.parameter('weight', [32, 32], type, true);
      expect(() => linear(graph, hidden, weight)).toThrow(/trainable/);
    }
  });

  test('q8 rows that are no whole blocks, q8 biases', () => {
    const graph = new Graph();
    expect(() => graph.parameter('weight', [64, 40], 'q8')).toThrow(/multiple of 32/);
    expect(() => graph.parameter('bias', [40], 'q8')).toThrow(/multiple of 32/);
  });

  test('numbers beyond the type', () => {
    expect(() => asStored(Float32Array.of(1, -65520), 'f16', [2])).toThrow(/-65520.*f16/);
    expect(() => asStored(new Float32Array(32).fill(NaN), 'q8', [1, 32])).toThrow(/q8/);
    expect(() => asStored(new Float32Array(32).fill(9e6), 'q8', [1, 32])).toThrow(/q8/);
  });
});
