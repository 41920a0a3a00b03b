import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine, StepReading, TrainingOptions, Weights } from '../../src/engine/index';
import { engineNames, openTestEngine } from '../support/engines';
import { seededValues, toy, toyGraph, toyInputs, toySpecs, type ToyOptions } from './toyModel';

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });

  async function toyStore(): Promise<Weights> {
    const store = await engine.weights(toySpecs);
    for (const [index, { name, shape }] of toySpecs.entries()) {
      const count = shape.reduce((product, size) => product * size, 1);
      const values = seededValues(count, index + 1);
      store.write(name, name === 'norm' ? values.map((value) => 1 + value / 10) : values);
    }
    return store;
  }

  async function trainer(options: ToyOptions = {}, training: Partial<TrainingOptions> = {}) {
    const store = await toyStore();
    const { graph, tokenLoss } = toyGraph(options);
    const parameters = toySpecs.map(({ name }) => name).filter(options.trainable ?? (() => true));
    const program = await engine.training(graph, store, {
      groups: { all: { parameters, weightDecay: 0.1 } },
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

  async function bytesOf(store: Weights): Promise<Record<string, Uint8Array>> {
    const entries: Record<string, Uint8Array> = {};
    for (const { name } of toySpecs) entries[name] = await store.read(name);
    return entries;
  }

  const ids = [1, 7, 2, 8, 1, 5];
  const rates = { all: 0.02 };
  const lossOf = (reading: StepReading) => reading.readback.flat().flatMap((loss) => [...loss]);

  describe('a training program', () => {
    it('brings the loss down and gives one reading a step, in order', async () => {
      const { program } = await trainer();
      for (let step = 0; step < 20; step++) program.step([toyInputs(ids)], rates);
      const readings = await program.flush();
      expect(readings.map((reading) => reading.step)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      const losses = readings.map((reading) => lossOf(reading).reduce((a, b) => a + b) / toy.tokens);
      expect(losses[0]).toBeGreaterThan(1.5);
      expect(losses[19]).toBeLessThan(0.5 * losses[0]!);
      expect(readings.every((reading) => reading.gradientNorm > 0 && reading.milliseconds >= 0)).toBe(true);
    });

    it('gives the same losses and weights to the bit when run twice', async () => {
      const runs = [];
      for (let run = 0; run < 2; run++) {
        const { program, store } = await trainer();
        for (let step = 0; step < 8; step++) program.step([toyInputs(ids)], rates);
        runs.push({ losses: (await program.flush()).map(lossOf), weights: await bytesOf(store) });
      }
      expect(runs[0]).toEqual(runs[1]);
    });

    it('adds two micro-batches up to the step of one big batch', async () => {
      const half = [3, 9, 4, 4, 0, 6];
      const accumulated = await trainer();
      accumulated.program.step([toyInputs(ids, 12), toyInputs(half, 12)], rates);
      const [reading] = await accumulated.program.flush();

      const whole = await trainer({ tokens: 12 });
      const inputs = toyInputs([...ids, ...half]);
      const targets = Uint32Array.of(...[ids, half].flatMap((part) => part.map((_, at) => part[(at + 1) % 6]!)));
      whole.program.step([{ ...inputs, targets }], rates);
      const [wholeReading] = await whole.program.flush();

      expect(reading!.gradientNorm).toBeCloseTo(wholeReading!.gradientNorm, 5);
      expect(lossOf(reading!)).toHaveLength(12);
      for (const { name } of toySpecs) {
        const found = await accumulated.store.readF32(name);
        const wanted = await whole.store.readF32(name);
        const gap = Math.max(...found.map((value, index) => Math.abs(value - wanted[index]!)));
        expect(gap, name).toBeLessThan(2e-6);
      }
    });

    it('leaves parameters outside every group equal to the bit', async () => {
      const { program, store } = await trainer({ trainable: (name) => name === 'table#7' });
      const before = await bytesOf(store);
      for (let step = 0; step < 10; step++) program.step([toyInputs(ids)], rates);
      await program.flush();
      const after = await bytesOf(store);
      for (const { name } of toySpecs) {
        if (name === 'table#7') expect(after[name]).not.toEqual(before[name]);
        else expect(after[name], name).toEqual(before[name]);
      }
    });

    it('changes no weight when a gradient is not finite, and says NaN', async () => {
      const { program, store } = await trainer();
      program.step([toyInputs(ids)], rates);
      await program.flush();
      const before = await bytesOf(store);
      program.step([{ ...toyInputs(ids), lossScale: Float32Array.of(NaN) }], rates);
      const [bad] = await program.flush();
      expect(bad!.gradientNorm).toBeNaN();
      expect(await bytesOf(store)).toEqual(before);
      program.step([toyInputs(ids)], rates);
      const [good] = await program.flush();
      expect(good!.gradientNorm).toBeGreaterThan(0);
    });

    it('goes on to the bit from saved weights and optimizer state', async () => {
      const straight = await trainer();
      for (let step = 0; step < 6; step++) straight.program.step([toyInputs(ids)], rates);
      await straight.program.flush();

      const first = await trainer();
      for (let step = 0; step < 3; step++) first.program.step([toyInputs(ids)], rates);
      await first.program.flush();
      const state = await first.program.optimizerState();
      const second = await trainer();
      for (const [name, bytes] of Object.entries(await bytesOf(first.store))) second.store.write(name, bytes);
      second.program.restoreOptimizerState(state);
      for (let step = 0; step < 3; step++) second.program.step([toyInputs(ids)], rates);
      const readings = await second.program.flush();

      expect(readings.map((reading) => reading.step)).toEqual([4, 5, 6]);
      expect(await bytesOf(second.store)).toEqual(await bytesOf(straight.store));
      expect(await second.program.optimizerState()).toEqual(await straight.program.optimizerState());
    });

    it('refuses groups that leave out, repeat or invent a parameter', async () => {
      const group = (...parameters: string[]) => ({ parameters, weightDecay: 0 });
      const all = toySpecs.map(({ name }) => name);
      const refused = (groups: TrainingOptions['groups']) => trainer({}, { groups });
      await expect(refused({ a: group('weight') })).rejects.toMatchObject({ code: 'engine/no-group' });
      await expect(refused({ a: group(...all), b: group('norm') })).rejects.toMatchObject({
        code: 'engine/two-groups',
      });
      await expect(refused({ a: group(...all, 'x') })).rejects.toMatchObject({ code: 'engine/not-trainable' });
    });

    it('refuses a batch that does not fit the graph, by the name of the input', async () => {
      const { program } = await trainer();
      expect(() => program.step([toyInputs([1, 2, 3])], rates)).toThrow(/ids .*6 values/);
      expect(() => program.step([], rates)).toThrow(/micro-batches/);
      expect(() => program.step([toyInputs(ids)], {})).toThrow(/no learning rate/);
    });
  });

  it('gradients equal central differences of the loss', async () => {
    const store = await toyStore();
    const { graph, tokenLoss } = toyGraph();
    const gradients = toySpecs.map(({ name }) =>
      graph.gradientOf(graph.tensors.find((tensor) => tensor.name === name)!),
    );
    const program = await engine.forward(graph, store, [tokenLoss, ...gradients]);
    const inputs = toyInputs(ids);
    const [, ...analytic] = await program.run(inputs);
    const loss = async () => (await program.run(inputs))[0]!.reduce((a, b) => a + b, 0) / ids.length;
    for (const [index, { name }] of toySpecs.entries()) {
      const values = await store.readF32(name);
      for (const at of [0, values.length >> 1, values.length - 1]) {
        const lossWith = (value: number) => {
          store.write(name, values.with(at, value));
          return loss();
        };
        const slope = ((await lossWith(values[at]! + 1e-2)) - (await lossWith(values[at]! - 1e-2))) / 2e-2;
        store.write(name, values);
        expect(analytic[index]![at]!, `${name}[${at}]`).toBeCloseTo(slope, 3);
      }
    }
  });
});
