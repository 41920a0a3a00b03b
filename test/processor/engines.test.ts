// The two engines beside each other: the same losses over a run, and a state that either goes on from.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine, StepReading, Weights } from '../../src/engine/index';
import { golden, GoldenCase, relativeError } from '../model/goldenCase';
import { openTestEngine } from '../support/engines';

let gpu: Engine;
let processor: Engine;
beforeAll(async () => {
  gpu = await openTestEngine('gpu');
  processor = await openTestEngine('processor');
});

async function trainer(engine: Engine, model: GoldenCase, rowLength?: number) {
  const options = { ...model.options('loss'), ...(rowLength === undefined ? {} : { rowLength }) };
  const weights = await model.store(engine, options);
  const { graph, outputs } = model.build(options);
  const { learningRate, weightDecay, steps: _, ...adamw } = golden.adamw;
  const parameters = graph.tensors.filter((tensor) => tensor.trainable).map((tensor) => tensor.name);
  const program = await engine.training(graph, weights, {
    ...adamw,
    groups: { all: { parameters, weightDecay } },
    microBatches: 1,
    readback: [outputs.tokenLoss!],
  });
  const run = async (steps: number): Promise<number[]> => {
    for (let step = 0; step < steps; step++) program.step([model.inputs], { all: learningRate });
    return (await program.flush()).map(lossOf);
  };
  return { weights, program, run };
}

const lossOf = ({ readback }: StepReading): number => readback[0]![0]!.reduce((sum, loss) => sum + loss, 0);

async function allOf(weights: Weights): Promise<number[]> {
  const values: number[] = [];
  for (const name of weights.specs.keys()) values.push(...(await weights.readF32(name)));
  return values;
}

describe.each(['tied', 'untied'])('%s', (name) => {
  it('gives the same losses on both engines over twenty steps, with rows known or not', async () => {
    const model = await GoldenCase.open(name);
    const wanted = await (await trainer(gpu, model)).run(20);
    expect(wanted[19]!).toBeLessThan(0.9 * wanted[0]!);
    for (const rowLength of [undefined, golden.rowLength]) {
      const found = await (await trainer(processor, model, rowLength)).run(20);
      for (const [step, loss] of found.entries()) expect(Math.abs(loss / wanted[step]! - 1)).toBeLessThan(1e-4);
    }
  });

  it('goes on from the state of the other engine', async () => {
    const model = await GoldenCase.open(name);
    const straight = await trainer(gpu, model);
    await straight.run(6);
    const first = await trainer(gpu, model);
    await first.run(3);
    const second = await trainer(processor, model);
    for (const parameter of first.weights.specs.keys()) {
      second.weights.write(parameter, await first.weights.read(parameter));
    }
    second.program.restoreOptimizerState(await first.program.optimizerState());
    await second.run(3);
    expect(second.program.steps).toBe(6);
    expect(relativeError(await allOf(second.weights), await allOf(straight.weights))).toBeLessThan(1e-3);
  });
});

it('reads and writes weights as all steps that were asked for before have left them', async () => {
  const model = await GoldenCase.open('tied');
  const { weights, program } = await trainer(processor, model);
  const [name] = [...weights.specs.keys()] as [string];
  const before = await weights.readF32(name);
  program.step([model.inputs], { all: 0.01 });
  const reading = weights.readF32(name);
  weights.write(name, before);
  expect(await reading).not.toEqual(before);
  expect(await weights.readF32(name)).toEqual(before);
  await program.flush();
});
