/** How fast an engine multiplies matrices: what a GPU that software imitates and the processor are compared by. */
import type { Engine, Forward } from './engine';
import { Graph, type Inputs } from './graph';
import { linear } from './ops/index';

const shape = { tokens: 256, inSize: 256, outSize: 704 };
const flops = 2 * shape.tokens * shape.inSize * shape.outSize;

/**
 * For so long the product is run again and again: one run takes some 10 ms on a processor, so that three of them fell
 * between two others of the same machine that were three times as fast.
 */
const sampledMilliseconds = 400;

/** GFLOP/s of a chain of products long enough that submission and readback no longer count. */
export async function productSpeed(engine: Engine): Promise<number> {
  const links = engine.report.kind === 'gpu' ? 64 : 4;
  const graph = new Graph();
  const up = graph.parameter('up', [shape.outSize, shape.inSize], 'f32');
  const down = graph.parameter('down', [shape.inSize, shape.outSize], 'f32');
  let hidden = graph.input('hidden', [shape.tokens, shape.inSize], 'f32');
  for (let link = 0; link < links; link += 2) hidden = linear(graph, linear(graph, hidden, up), down);
  const specs = [up, down].map(({ name, shape: size }) => ({ name, shape: size, type: 'f32' as const }));
  const store = await engine.weights(specs);
  let program: Forward | undefined;
  try {
    program = await engine.forward(graph, store, [hidden]);
    const inputs = { hidden: new Float32Array(shape.tokens * shape.inSize) };
    const best = await fastestRun(program, inputs, sampledMilliseconds);
    return (links * flops) / best / 1e6;
  } finally {
    program?.close();
    store.close();
  }
}

/**
 * Milliseconds, the least of at least three runs behind one that is not timed: lavapipe compiles when a pipeline is first dispatched.
 * Other work on a machine comes and goes, so that the least is what the machine can do.
 * @param atLeast runs go on for so many milliseconds.
 */
export async function fastestRun(program: Forward, inputs: Inputs, atLeast = 0): Promise<number> {
  await program.run(inputs);
  let best = Infinity;
  const begun = performance.now();
  for (let run = 0; run < 3 || performance.now() - begun < atLeast; run++) {
    const started = performance.now();
    await program.run(inputs);
    best = Math.min(best, performance.now() - started);
  }
  return best;
}
