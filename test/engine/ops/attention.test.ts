// Flash attention against the whole matrix of weights: grouped heads, many documents, sizes that no block divides.
import { beforeAll, describe, test } from 'vitest';
import { Graph } from '../../../src/engine/graph';
import { opNamed } from '../../../src/engine/op';
import { attention } from '../../../src/engine/ops/index';
import * as reference from './reference';
import { openKernelBench, type KernelBench } from './runDispatches';
import { documents, expectClose, normals } from './values';

let bench: KernelBench;
beforeAll(async () => {
  bench = await openKernelBench();
});

const cases = [
  { heads: 1, kvHeads: 1, headSize: 8, lengths: [1] },
  { heads: 4, kvHeads: 2, headSize: 16, lengths: [17, 1, 3, 65, 2] },
  { heads: 3, kvHeads: 1, headSize: 64, lengths: [130] },
  { heads: 2, kvHeads: 2, headSize: 32, lengths: [1, 1, 1, 30, 33] },
  { heads: 2, kvHeads: 1, headSize: 10, lengths: [40, 25] },
  { heads: 2, kvHeads: 2, headSize: 80, lengths: [65] },
  { heads: 2, kvHeads: 1, headSize: 128, lengths: [20, 17] },
  { heads: 1, kvHeads: 1, headSize: 256, lengths: [3, 17] },
];

// The tile kernels take seconds to compile on software adapters: one size of head for each way their stretches end.
const casesOf = { lane: cases, tile: [cases[1]!, cases[4]!, cases[5]!] };

describe.each(['lane', 'tile'] as const)('for a %s target', (variant) => {
  test.each(casesOf[variant])('$heads heads of $headSize over $kvHeads, documents $lengths', async (shape) => {
    const { heads, kvHeads, headSize, lengths } = shape;
    const { starts, ends, tokens } = documents(lengths);
    const scale = 1 / Math.sqrt(headSize);
    const [qSize, kvSize] = [heads * headSize, kvHeads * headSize];
    const [q, k, v] = [normals(tokens * qSize, 1), normals(tokens * kvSize, 2), normals(tokens * kvSize, 3)];
    const dAttended = normals(tokens * qSize, 4);
    const graph = new Graph();
    const attended = attention(
      graph,
      graph.input('q', [tokens, qSize], 'f32'),
      graph.input('k', [tokens, kvSize], 'f32'),
      graph.input('v', [tokens, kvSize], 'f32'),
      graph.input('starts', [tokens], 'u32'),
      graph.input('ends', [tokens], 'u32'),
      { heads, kvHeads, headSize, scale },
    );
    const wanted = [true, true, true, false, false];
    const outputGradients = [graph.input('dAttended', [tokens, qSize], 'f32'), undefined];
    const gradients = opNamed('attention').gradient!(graph.nodes[0]!, outputGradients, wanted, graph);
    const results = await bench.runGraph(
      graph,
      { q, k, v, starts, ends, dAttended },
      [attended, gradients[0]!, gradients[1]!, gradients[2]!],
      bench.targetFor(variant),
    );
    const expected = reference.attention(q, k, v, { heads, kvHeads, headSize, scale, starts }, dAttended);
    expectClose(results[0]!, expected.attended, 'attended');
    expectClose(results[1]!, expected.dQ, 'dQ');
    expectClose(results[2]!, expected.dK, 'dK');
    expectClose(results[3]!, expected.dV, 'dV');
  });

  test('scores of several hundred neither overflow nor lose the weights', async () => {
    const { starts, ends, tokens } = documents([9, 30]);
    const [q, k, v] = [normals(tokens * 8, 5, 30), normals(tokens * 8, 6, 30), normals(tokens * 8, 7)];
    const graph = new Graph();
    const input = (name: string) => graph.input(name, [tokens, 8], 'f32');
    const mask = [graph.input('starts', [tokens], 'u32'), graph.input('ends', [tokens], 'u32')] as const;
    const shape = { heads: 1, kvHeads: 1, headSize: 8, scale: 0.35 };
    const attended = attention(graph, input('q'), input('k'), input('v'), ...mask, shape);
    const values = { q, k, v, starts, ends };
    const [actual] = await bench.runGraph(graph, values, [attended], bench.targetFor(variant));
    expectClose(actual!, reference.attention(q, k, v, { ...shape, starts }).attended, 'attended');
  });
});
