// What a program takes is known, and named, before anything is allocated.
import { describe, expect, it } from 'vitest';
import { Graph, linear, requireFit } from '../../src/engine/index';
import { ProcessorEngine, planProcessor } from '../../src/processor/index';
import { processorRuntime } from '../support/processor';
import { toyGraph, toySpecs } from '../engine/toyModel';

describe('the plan of the processor', () => {
  it('counts weights in the heap and in wasm, gradients, moments and activations', () => {
    const { graph, tokenLoss } = toyGraph();
    const parameters = toySpecs.map(({ name }) => name);
    const training = {
      groups: { all: { parameters, weightDecay: 0 } },
      ...{ beta1: 0.9, beta2: 0.99, epsilon: 1e-8, clipNorm: 1, microBatches: 1, readback: [tokenLoss] },
    };
    const plan = planProcessor(graph, { parameters: toySpecs, training });
    const weights = 4 * (7 * 8 + 3 * 8 + 8 * 8 + 8);
    expect(plan.bytes).toMatchObject({ parameters: weights, gradients: weights, inputs: 2 * weights });
    expect(plan.bytes.optimizer).toBeGreaterThanOrEqual(2 * weights);
    expect(plan.fits).toBe(true);
    expect(plan.total).toBe(Object.values(plan.bytes).reduce((sum, bytes) => sum + bytes, 0));
  });

  it('refuses what wasm cannot hold, and says what is large and what would fit', async () => {
    const graph = new Graph();
    const hidden = graph.input('hidden', [8, 4096], 'f32');
    const specs = Array.from({ length: 60 }, (_, at) => ({
      name: `w${at}`,
      shape: [4096, 4096],
      type: 'f32' as const,
    }));
    const made = specs.reduce((x, { name, shape }) => linear(graph, x, graph.parameter(name, shape, 'f32')), hidden);
    const plan = planProcessor(graph, { parameters: specs, outputs: [made] });
    expect(plan.fits).toBe(false);
    expect(plan.problems[0]!.message).toMatch(/4\.03 GB in wasm.*3\.70 GB.*4\.03 GB of weights/);
    expect(plan.problems[0]!.hint).toContain('smaller model');
    expect(() => requireFit(plan)).toThrow(expect.objectContaining({ code: 'engine/does-not-fit' }) as Error);
  });

  it('refuses an op without a lowering by its name', async () => {
    const engine = new ProcessorEngine(processorRuntime());
    const graph = new Graph();
    const x = graph.input('x', [2, 2], 'f32');
    const [made] = graph.append('softcap', [x], [{ name: 'y', shape: [2, 2] }]);
    const weights = await engine.weights([]);
    await expect(engine.forward(graph, weights, [made!])).rejects.toMatchObject({
      code: 'processor/no-lowering',
      message: expect.stringContaining('`softcap`') as string,
    });
  });
});
