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

it('neither wasm nor the heap grows in 5,000 steps', { timeout: 300_000 }, async () => {
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
  for (let step = 1; step <= 5000; step++) {
    program.step([inputs], { all: 0.001 });
    if (step % 20 === 0) await program.flush();
    if (step % 1000 !== 0) continue;
    collect();
    const { heapUsed, external } = process.memoryUsage();
    sizes.push({ wasm: memories[0]!.buffer.byteLength, heap: heapUsed + external });
  }
  expect(memories).toHaveLength(1);
  expect(sizes[4]!.wasm).toBe(sizes[0]!.wasm);
  // One feed or result of a step that stayed would be 200 bytes and more, in 4,000 steps most of a megabyte.
  expect(sizes[4]!.heap - sizes[0]!.heap).toBeLessThan(500_000);
  expect((await program.optimizerState()).step).toEqual(new Uint8Array(new Uint32Array([5000]).buffer));
});
