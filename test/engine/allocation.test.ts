// What a plan says is, to the byte, what its program allocates: counted where buffers are made.
import { describe, expect, it } from 'vitest';
import { ForwardProgram, ParameterStore, TrainingProgram, type Inputs } from '../../src/engine/index';
import { storedParameters } from '../../src/model/index';
import { Allocations } from '../support/allocations';
import { openTestDevice } from '../support/gpu';
import { GoldenCase } from '../model/goldenCase';
import { toyGraph, toyInputs, toySpecs } from './toyModel';

async function cases() {
  const toy = toyGraph();
  const model = await GoldenCase.open('gpt2-tied');
  const options = { ...model.options('loss'), recomputedLayers: 1 };
  const built = model.build(options);
  return {
    'a toy model': { ...toy, specs: toySpecs, inputs: toyInputs([1, 7, 2, 8, 1, 5]) },
    'a tiny gpt2': {
      graph: built.graph,
      tokenLoss: built.outputs.tokenLoss!,
      specs: storedParameters(model.config, options),
      inputs: model.inputs as Inputs,
    },
  };
}

describe.each(['a toy model', 'a tiny gpt2'] as const)('%s', (name) => {
  it.each([false, true])('trains in exactly the bytes that were planned, lazy rows: %s', async (lazyRows) => {
    const { graph, tokenLoss, specs, inputs } = (await cases())[name];
    const device = await openTestDevice();
    const allocations = new Allocations(device);
    const store = await ParameterStore.create(device, specs);
    const matrices = new Set(specs.filter(({ shape }) => shape.length > 1).map((spec) => spec.name));
    const group = (parameters: string[], rows: boolean) => ({ parameters, weightDecay: 0.1, lazyRows: rows });
    const trained = graph.tensors.filter(({ trainable }) => trainable).map((tensor) => tensor.name);
    const program = await TrainingProgram.compile(device, graph, store, {
      groups: {
        matrices: group(
          trained.filter((parameter) => matrices.has(parameter)),
          lazyRows,
        ),
        rest: group(
          trained.filter((parameter) => !matrices.has(parameter)),
          false,
        ),
      },
      ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: 1, microBatches: 2, readback: [tokenLoss] },
    });
    expect(allocations.bytes).toBe(program.plan.total);
    for (let step = 0; step < 3; step++) {
      program.step([inputs, inputs], { matrices: 0.01, rest: 0.01 });
      await program.readings();
    }
    await program.flush();
    expect(allocations.most).toBe(program.plan.total);
    const { bytes, most } = allocations;
    await program.optimizerState();
    expect(allocations.bytes).toBe(bytes);
    expect(allocations.most - most).toBeLessThanOrEqual(16 * 2 ** 20);
    program.close();
    store.close();
    expect(allocations.bytes).toBe(0);
  });

  it('runs forward in exactly the bytes that were planned', async () => {
    const { graph, tokenLoss, specs, inputs } = (await cases())[name];
    const device = await openTestDevice();
    const allocations = new Allocations(device);
    const store = await ParameterStore.create(device, specs);
    const gradients = [...graph.parameterGradients.values()];
    const program = await ForwardProgram.compile(device, graph, store, [tokenLoss, ...gradients]);
    await program.run(inputs);
    expect(allocations.most).toBe(program.plan.total);
    expect(allocations.bytes).toBe(program.plan.total - program.plan.bytes.staging);
    program.close();
    store.close();
    expect(allocations.bytes).toBe(0);
  });
});
