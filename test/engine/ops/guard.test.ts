// The arrangement of all kernels' tests itself: what is written behind a tensor's end is found.
import { expect, test } from 'vitest';
import { Graph } from '../../../src/engine/graph';
import { opNamed } from '../../../src/engine/op';
import { scaled } from '../../../src/engine/ops/index';
import { openKernelBench } from './runDispatches';

test('a kernel that writes behind the end of its output fails its test', async () => {
  const bench = await openKernelBench();
  const graph = new Graph();
  const values = { x: Float32Array.of(1, 2, 3, 4, 5) };
  const doubled = scaled(graph, graph.input('x', [5], 'f32'), 2);
  const [dispatch] = opNamed('scaled').dispatches(graph.nodes[0]!, bench.targetFor('lane'));
  const run = (count: number) =>
    bench.runDispatches([{ ...dispatch!, constants: { ...dispatch!.constants, COUNT: count } }], values, [doubled]);
  expect(await run(5)).toEqual([Float32Array.of(2, 4, 6, 8, 10)]);
  await expect(run(7)).rejects.toThrow(/wrote word 0 behind the end of scaled/);
});
