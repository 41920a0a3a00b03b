// Layers whose activations are computed again for the backward pass: the same gradients and steps, to the bit, in less memory.
import { beforeAll, describe, expect, it } from 'vitest';
import { planProgram, productOperations, type Engine, type Inputs, type StepReading } from '../../src/engine/index';
import { adaptedMatrices, modelInputs, parameterSpecs, storedParameters, teacherPrefix } from '../../src/model/index';
import type { BuildOptions } from '../../src/model/index';
import { engineNames, openTestEngine } from '../support/engines';
import { seededValues } from '../engine/toyModel';
import { families, golden, GoldenCase } from './goldenCase';

const newRows = { newIds: { first: 8, count: 11 }, train: { base: false, new: true, body: false } };
const limits = { maxBindingBytes: 2 ** 27, maxBufferBytes: 2 ** 28 };
const layersOf = (model: GoldenCase) => model.config.layers;

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });

  /** Everything that the loss's graph gives: losses, and the gradient of each trained parameter by name. */
  async function gradientsOf(model: GoldenCase, options: BuildOptions, inputs: Inputs = model.inputs) {
    const store = await engine.weights(storedParameters(model.config, options));
    for (const [index, { name, shape }] of [...store.specs.values()].entries()) {
      const values = seededValues(
        shape.reduce((product, size) => product * size, 1),
        index + 1,
      );
      const stored =
        store.spec(name).type === 'bf16' ? Uint16Array.from(values, (value) => 0x3d80 + value * 64) : values;
      store.write(name, stored);
    }
    const { graph, outputs } = model.build(options);
    const gradients = [...graph.parameterGradients.values()];
    const wanted = [outputs.tokenLoss!, ...(outputs.taughtError ? [outputs.taughtError] : []), ...gradients];
    const program = await engine.forward(graph, store, wanted);
    const found = await program.run(inputs);
    program.close();
    store.close();
    return Object.fromEntries(wanted.map(({ name }, index) => [name, found[index]!]));
  }

  async function expectSame(model: GoldenCase, options: BuildOptions, inputs?: Inputs) {
    const kept = await gradientsOf(model, options, inputs);
    const gradients = Object.keys(kept).filter((name) => name.startsWith('gradient of '));
    expect(gradients.some((name) => kept[name]!.some((value) => value !== 0))).toBe(true);
    for (const recomputedLayers of new Set([1, layersOf(model)])) {
      expect(await gradientsOf(model, { ...options, recomputedLayers }, inputs), `${recomputedLayers}`).toEqual(kept);
    }
  }

  it.each(Object.keys(families))('%s: losses and every gradient are the same to the bit', async (name) => {
    const model = await GoldenCase.open(name);
    await expectSame(model, model.options('loss'));
  });

  it.each(['llama-untied', 'gpt2-tied'])('%s: those of new rows alone too', async (name) => {
    const model = await GoldenCase.open(name);
    await expectSame(model, model.options('loss', newRows));
  });

  it.each(['qwen3-tied', 'gpt_neox-untied'])('%s: those of adapters too', async (name) => {
    const model = await GoldenCase.open(name);
    const settings = { rank: 3, alpha: 6, rankStabilised: false };
    const adapters = adaptedMatrices({ config: model.config, parameters: parameterSpecs(model.config) }, settings);
    const trainable = (parameter: string) => parameter.includes('.lora_');
    await expectSame(model, {
      ...model.options('loss', newRows),
      ...{ adapters, trainable, parameterTypes: () => 'f32' as const },
    });
  });

  it.each([
    { name: 'gemma3-tied', nextToken: true },
    { name: 'mistral-untied', nextToken: false },
  ])('$name: those of a distillation too', async ({ name, nextToken }) => {
    const model = await GoldenCase.open(name);
    const tokens = model.ids.length;
    const teacher = modelInputs({ ids: model.ids.toReversed(), rowLength: tokens, documentLengths: [tokens] });
    const own = { ...teacher, states: Uint32Array.from(model.ids.keys()), weights: new Float32Array(tokens).fill(0.1) };
    const prefixed = Object.entries(own).map(([input, values]) => [`${teacherPrefix}${input}`, values]);
    const inputs = { ...model.inputs, ...Object.fromEntries(prefixed) } as Inputs;
    const taught = { layer: Math.min(1, layersOf(model)), nextToken };
    await expectSame(model, { ...model.options('loss', newRows), taught }, inputs);
  });

  it.each(['tied', 'untied'])('%s: steps are the same, and go on to the bit from a saved one', async (name) => {
    const model = await GoldenCase.open(name);
    const train = async (recomputedLayers: number, saveAt?: number) => {
      const options = { ...model.options('loss'), recomputedLayers };
      const store = await model.store(engine, options);
      const { graph, outputs } = model.build(options);
      const { beta1, beta2, epsilon, clipNorm } = golden.adamw;
      const parameters = graph.tensors.filter((tensor) => tensor.trainable).map((tensor) => tensor.name);
      const open = () =>
        engine.training(graph, store, {
          ...{ beta1, beta2, epsilon, clipNorm, microBatches: 1, readback: [outputs.tokenLoss!] },
          groups: { all: { parameters, weightDecay: 0.1 } },
        });
      const readings: StepReading[] = [];
      let program = await open();
      for (let step = 0; step < 6; step++) {
        if (step === saveAt) {
          const state = await program.optimizerState();
          program.close();
          program = await open();
          program.restoreOptimizerState(state);
        }
        program.step([model.inputs], { all: 0.01 });
        readings.push(...(await program.flush()));
      }
      const weights = await Promise.all(parameters.map((parameter) => store.readF32(parameter)));
      const losses = readings.map(({ readback, gradientNorm }) => [...readback[0]![0]!, gradientNorm]);
      program.close();
      store.close();
      return { weights, losses };
    };
    const kept = await train(0);
    expect(await train(layersOf(model))).toEqual(kept);
    expect(await train(layersOf(model), 3)).toEqual(kept);
  });
});

describe('the plan of a graph whose layers are computed again', () => {
  it('needs fewer bytes for activations, and more products by those alone that backward reads', async () => {
    const model = await GoldenCase.open('llama-untied');
    const built = (recomputedLayers: number) => {
      const options = { ...model.options('loss'), tokens: 512, recomputedLayers };
      const { graph } = model.build(options);
      const plan = planProgram(graph, { parameters: storedParameters(model.config, options), limits });
      return { graph, bytes: plan.bytes.activations };
    };
    const [kept, again] = [built(0), built(layersOf(model))];
    expect(again.bytes).toBeLessThan(kept.bytes);
    const added = again.graph.nodes.filter(({ isAgain }) => isAgain);
    expect(again.graph.nodes).toHaveLength(kept.graph.nodes.length + added.length);
    const { layers, hiddenSize, heads, kvHeads, headSize, intermediateSize } = model.config;
    const projections = hiddenSize * headSize * (2 * heads + 2 * kvHeads) + 2 * hiddenSize * intermediateSize;
    const linear = added.filter(({ op }) => op === 'linear').reduce((sum, node) => sum + productOperations(node), 0);
    expect(linear).toBe(2 * 512 * layers * projections);
    expect(again.graph.nodes.map(({ id }) => id)).toEqual([...again.graph.nodes.keys()]);
  });

  it('keeps nothing twice where no gradient comes by', async () => {
    const model = await GoldenCase.open('llama-untied');
    const { vocabulary, ...options } = model.options('loss', newRows);
    const input = vocabulary.input.map((segment) => ({ ...segment, trainable: false }));
    const { graph } = model.build({ ...options, vocabulary: { ...vocabulary, input }, recomputedLayers: 9 });
    expect(graph.nodes.filter(({ isAgain }) => isAgain)).toEqual([]);
  });
});
