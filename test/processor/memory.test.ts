// Thousands of steps must not grow the process: every feed and every result of a step is given back.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { ProcessorEngine } from '../../src/processor/index';
import { toyGraph, toyInputs, toySpecs, seededValues } from '../engine/toyModel';
import { processorRuntime } from '../support/processor';

// onnxruntime makes its memory when it first opens a session.
const memories: WebAssembly.Memory[] = [];
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.push(this);
  }
};
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What the first collection lets go of (the runtime's 14 MB of code among it) is given back by a later one. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('neither wasm nor the heap grows from the 2,000th step to the 6,000th', async () => {
  const engine = new ProcessorEngine(processorRuntime());
  const weights = await engine.weights(toySpecs);
  for (const [index, { name, shape }] of toySpecs.entries()) {
    weights.write(
      name,
      seededValues(
        shape.reduce((product, size) => product * size, 1),
        index + 1,
      ),
    );
  }
  const { graph, tokenLoss } = toyGraph();
  const program = await engine.training(graph, weights, {
    groups: { all: { parameters: toySpecs.map(({ name }) => name), weightDecay: 0.1 } },
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    clipNorm: 1,
    microBatches: 1,
    readback: [tokenLoss],
  });
  const inputs = toyInputs([1, 7, 2, 8, 1, 5]);
  const sizes: { readonly wasm: number; readonly heap: number }[] = [];
  // The first 2,000 are compiled and optimized under way, which takes memory once: up to half a megabyte.
  for (let step = 1; step <= 6000; step++) {
    program.step([inputs], { all: 0.001 });
    if (step % 20 === 0) await program.flush();
    if (step % 1000 !== 0 || step < 2000) continue;
    await settle();
    const { heapUsed, external } = process.memoryUsage();
    sizes.push({ wasm: memories[0]!.buffer.byteLength, heap: heapUsed + external });
  }
  expect(memories).toHaveLength(1);
  expect(sizes[4]!.wasm).toBe(sizes[0]!.wasm);
  // One feed or result of a step that stayed would be 200 bytes and more, in 4,000 steps most of a megabyte.
  expect(sizes[4]!.heap - sizes[0]!.heap).toBeLessThan(300_000);
  expect((await program.optimizerState()).step).toEqual(new Uint8Array(new Uint32Array([6000]).buffer));
});
