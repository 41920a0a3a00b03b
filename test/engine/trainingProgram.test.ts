import { beforeAll, describe, expect, it } from 'vitest';
import {
  ForwardProgram,
  ParameterStore,
  TrainingProgram,
  type Device,
  type TrainingOptions,
} from '../../src/engine/index';
import { openTestDevice } from '../support/gpu';
import { seededValues, toy, toyGraph, toyInputs, toySpecs, type ToyOptions } from './toyModel';

let device: Device;
beforeAll(async () => {
  device = await openTestDevice();
});

async function toyStore(): Promise<ParameterStore> {
  const store = await ParameterStore.create(device, toySpecs);
  for (const [index, { name, shape }] of toySpecs.entries()) {
    const values = seededValues(
      shape.reduce((a, b) => a * b, 1),
      index + 1,
    );
    store.write(name, name === 'norm' ? values.map((value) => 1 + value / 10) : values);
  }
  return store;
}

async function train(options: ToyOptions, training: Partial<TrainingOptions> = {}) {
  const store = await toyStore();
  const { graph, tokenLoss } = toyGraph(options);
  const trained = toySpecs.map(({ name }) => name).filter(options.trainable ?? (() => true));
  const program = await TrainingProgram.compile(device, graph, store, {
    groups: { all: { parameters: trained, weightDecay: 0.1 } },
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    clipNorm: 1,
    microBatches: 2,
    readback: [tokenLoss],
    ...training,
  });
  return { store, program };
}

const ids = [1, 7, 2, 8, 1, 5];

async function parametersOf(store: ParameterStore): Promise<Record<string, Float32Array>> {
  const entries = toySpecs.map(async ({ name }) => [name, await store.readF32(name)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

describe('a training program', () => {
  it('brings the loss down and says so in its readings, one a step and in order', async () => {
    const { program } = await train({});
    for (let step = 0; step < 20; step++) program.step([toyInputs(ids)], { all: 0.02 });
    const readings = await program.flush();
    expect(readings.map((reading) => reading.step)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    const loss = readings.map((reading) => reading.readback[0]![0]!.reduce((a, b) => a + b) / toy.tokens);
    expect(loss[0]).toBeGreaterThan(1.5);
    expect(loss[19]).toBeLessThan(0.5 * loss[0]!);
    expect(readings.every((reading) => reading.gradientNorm > 0 && reading.milliseconds >= 0)).toBe(true);
  });
});

it('gradients equal central differences of the loss', async () => {
  const store = await toyStore();
  const { graph, tokenLoss } = toyGraph();
  const gradients = toySpecs.map(({ name }) => {
    const parameter = graph.tensors.find((tensor) => tensor.name === name)!;
    return graph.gradientOf(parameter);
  });
  const program = await ForwardProgram.compile(device, graph, store, [tokenLoss, ...gradients]);
  const inputs = toyInputs(ids);
  const [, ...analytic] = await program.run(inputs);
  const loss = async () => (await program.run(inputs))[0]!.reduce((a, b) => a + b, 0) / ids.length;
  for (const [index, { name }] of toySpecs.entries()) {
    const values = await store.readF32(name);
    for (const at of [0, values.length >> 1, values.length - 1]) {
      const moved = values.slice();
      moved[at] = values[at]! + 1e-2;
      store.write(name, moved);
      const up = await loss();
      moved[at] = values[at]! - 1e-2;
      store.write(name, moved);
      const down = await loss();
      store.write(name, values);
      expect(analytic[index]![at]!).toBeCloseTo((up - down) / 2e-2, 3);
    }
  }
  expect(await parametersOf(store)).toBeDefined();
});
