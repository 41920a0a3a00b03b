// Loss and all gradients of the vocabulary in chunks, against logits held whole.
import { beforeAll, describe, expect, test } from 'vitest';
import { Graph } from '../../../src/engine/graph';
import { opNamed } from '../../../src/engine/op';
import { ignoredTarget, linearCrossEntropy } from '../../../src/engine/ops/index';
import * as reference from './reference';
import { openKernelBench, type HostValues, type KernelBench } from './runDispatches';
import { asBf16, expectClose, normals, uniforms } from './values';

let bench: KernelBench;
beforeAll(async () => {
  bench = await openKernelBench();
});

const cases = [
  { tokens: 1, hiddenSize: 3, sizes: [5], chunkTokens: 64 },
  { tokens: 130, hiddenSize: 18, sizes: [67, 9], chunkTokens: 64 },
  { tokens: 65, hiddenSize: 16, sizes: [130, 3, 17], chunkTokens: 1 },
  { tokens: 200, hiddenSize: 32, sizes: [300, 20], chunkTokens: 128 },
];

/** Base rows are frozen bf16, all later segments are trainable f32, as after a graft. */
function build(shape: (typeof cases)[number], differentiate: boolean) {
  const { tokens, hiddenSize, sizes, chunkTokens } = shape;
  const graph = new Graph();
  const next = uniforms(1);
  const columns = sizes.reduce((sum, size) => sum + size, 0);
  const values: Record<string, HostValues> = {
    hidden: normals(tokens * hiddenSize, 2),
    lossScale: Float32Array.of(0.37),
    targets: Uint32Array.from({ length: tokens }, () => (next() < 0.2 ? ignoredTarget : Math.floor(columns * next()))),
  };
  const whole: number[] = [];
  const segments = sizes.map((size, index) => {
    const table = asBf16(normals(size * hiddenSize, 3 + index));
    const frozen = index === 0;
    const parameter = graph.parameter(`rows ${index}`, [size, hiddenSize], frozen ? 'bf16' : 'f32', !frozen);
    values[parameter.name] = frozen ? table.packed : table.rounded;
    values[`gradient of ${parameter.name}`] = new Float32Array(size * hiddenSize).fill(0.25);
    whole.push(...table.rounded);
    return { parameter, firstId: whole.length / hiddenSize - size };
  });
  const hidden = graph.input('hidden', [tokens, hiddenSize], 'f32');
  const targets = graph.input('targets', [tokens], 'u32');
  const lossScale = graph.input('lossScale', [1], 'f32');
  const options = { chunkTokens, differentiate };
  const { tokenLoss } = linearCrossEntropy(graph, hidden, segments, targets, lossScale, options);
  return { graph, values, whole, columns, segments, tokenLoss };
}

describe.each(['lane', 'tile'])('with matmul variant %s', (variant) => {
  test.each(variant === 'lane' ? cases : cases.slice(1, 2))(
    '$tokens tokens, segments $sizes, chunks of $chunkTokens',
    async (shape) => {
      const { tokens, hiddenSize } = shape;
      const { graph, values, whole, columns, segments, tokenLoss } = build(shape, true);
      const node = graph.nodes[0]!;
      const [dHidden] = opNamed('linearCrossEntropy').gradient!(node, [undefined], [true], graph);
      const gradients = [...graph.parameterGradients.values()];
      const wanted = [tokenLoss, dHidden!, ...gradients];
      const results = await bench.runGraph(graph, values, wanted, bench.targetFor(variant));

      const hidden = values.hidden!;
      const logits = reference.linear(hidden, whole, tokens, columns, hiddenSize);
      const loss = reference.crossEntropy(logits, values.targets!, columns, Math.fround(0.37));
      const expected = reference.linearBackward(hidden, whole, loss.dLogits, tokens, columns, hiddenSize);
      expectClose(results[0]!, loss.tokenLoss, 'tokenLoss');
      expectClose(results[1]!, expected.dx, 'dHidden');
      for (const [index, gradient] of gradients.entries()) {
        const { firstId, parameter } = segments[index + 1]!;
        const rows = expected.dWeight.slice(firstId * hiddenSize, (firstId + parameter.shape[0]!) * hiddenSize);
        expectClose(
          results[2 + index]!,
          rows.map((d) => d + 0.25),
          gradient.name,
        );
      }
      values.targets!.forEach((id, t) => {
        if (id !== ignoredTarget) return;
        expect(results[0]![t]).toBe(0);
        const row = (results[1] as Float32Array).subarray(t * hiddenSize, (t + 1) * hiddenSize);
        expect(row.every((d) => d === 0)).toBe(true);
      });
    },
  );
});

test('a forward graph gives the same losses and no gradients', async () => {
  const shape = cases[1]!;
  const trained = build(shape, true);
  const forward = build(shape, false);
  expect(forward.graph.parameterGradients.size).toBe(0);
  const target = bench.targetFor('lane');
  const [expected] = await bench.runGraph(trained.graph, trained.values, [trained.tokenLoss], target);
  const [actual] = await bench.runGraph(forward.graph, forward.values, [forward.tokenLoss], target);
  expect(actual).toEqual(expected);
});

test('logits hundreds apart give finite losses', async () => {
  const graph = new Graph();
  const parameter = graph.parameter('rows', [3, 2], 'f32');
  const hidden = graph.input('hidden', [2, 2], 'f32');
  const targets = graph.input('targets', [2], 'u32');
  const lossScale = graph.input('lossScale', [1], 'f32');
  const segments = [{ parameter, firstId: 0 }];
  const options = { chunkTokens: 64, differentiate: true };
  const { tokenLoss, dHidden } = linearCrossEntropy(graph, hidden, segments, targets, lossScale, options);
  const values = {
    rows: Float32Array.of(300, 0, 0, 300, -300, -300),
    hidden: Float32Array.of(1, 0, 1, 1),
    targets: Uint32Array.of(1, 2),
    lossScale: Float32Array.of(1),
  };
  const results = await bench.runGraph(graph, values, [tokenLoss, dHidden!], bench.targetFor('lane'));
  expectClose(results[0]!, [300, 900 + Math.LN2], 'tokenLoss');
  expectClose(results[1]!, [300, -300, 450, 450], 'dHidden');
});
