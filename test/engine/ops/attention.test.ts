// Flash attention against the whole matrix of weights: grouped heads, many documents, sizes that no block divides.
import { beforeAll, describe, expect, test } from 'vitest';
import { Graph } from '../../../src/engine/graph';
import { opNamed } from '../../../src/engine/op';
import { attention, slidingWindow } from '../../../src/engine/ops/index';
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

  // Windows of one token, within a tile, across tiles, and wider than every document. The sizes are those of a case above, so
  // that its kernels serve again.
  test.each([1, 5, 33, 200])('a sliding window of %i tokens', async (window) => {
    const shape = { heads: 2, kvHeads: 1, headSize: 10, scale: 1 / Math.sqrt(10) };
    const { starts, ends, tokens } = documents([3, 47, 1, 14]);
    const [q, k, v] = [normals(tokens * 20, 8), normals(tokens * 10, 9), normals(tokens * 10, 10)];
    const dAttended = normals(tokens * 20, 11);
    const graph = new Graph();
    const input = (name: string, width: number) => graph.input(name, [tokens, width], 'f32');
    const mask = slidingWindow(
      graph,
      graph.input('starts', [tokens], 'u32'),
      graph.input('ends', [tokens], 'u32'),
      window,
    );
    const attended = attention(graph, input('q', 20), input('k', 10), input('v', 10), ...mask, shape);
    const wanted = [true, true, true, false, false];
    const node = graph.nodes.at(-1)!;
    const [dQ, dK, dV] = opNamed('attention').gradient!(node, [input('dAttended', 20), undefined], wanted, graph);
    const values = { q, k, v, starts, ends, dAttended };
    const read = [mask[0], mask[1], attended, dQ!, dK!, dV!];
    const results = await bench.runGraph(graph, values, read, bench.targetFor(variant));
    const windowed = reference.windowStarts(starts, window);
    expect([...results[0]!]).toEqual([...windowed]);
    // A key's queries end where the first token stands that no longer sees it.
    const last = Array.from(ends, (end, s) => {
      let t = s;
      while (t < end && windowed[t]! <= s) t++;
      return t;
    });
    expect([...results[1]!]).toEqual(last);
    const expected = reference.attention(q, k, v, { ...shape, starts: windowed }, dAttended);
    expectClose(results[2]!, expected.attended, 'attended');
    expectClose(results[3]!, expected.dQ, 'dQ');
    expectClose(results[4]!, expected.dK, 'dK');
    expectClose(results[5]!, expected.dV, 'dV');
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
