import { describe, expect, it } from 'vitest';
import { ForwardProgram, openDevice, ParameterStore, TrainingProgram } from '../../src/engine/index';
import { openTestDevice, testGpu } from '../support/gpu';
import { toyGraph, toyInputs, toySpecs } from './toyModel';

const ids = [1, 7, 2, 8, 1, 5];

describe('a device', () => {
  it('reports the limits of its adapter, and works without subgroups and f16', async () => {
    const device = await openTestDevice({ forbid: ['subgroups', 'shader-f16'], maxBindingBytes: 2 ** 20 });
    expect(device.report.hasSubgroups).toBe(false);
    expect(device.report.hasF16).toBe(false);
    expect(device.report.limits.maxBufferBytes).toBeGreaterThanOrEqual(2 ** 28);
    expect(device.target.maxBindingBytes).toBe(2 ** 20);
  });

  it('says how to get an adapter where there is none', async () => {
    await expect(openDevice(undefined)).rejects.toMatchObject({ code: 'engine/no-adapter' });
    const empty = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
    await expect(openDevice(empty)).rejects.toMatchObject({ hint: expect.stringContaining('VK_ICD_FILENAMES') });
  });

  it('turns a failed allocation into an error that names what was allocated', async () => {
    const device = await openTestDevice();
    const size = device.report.limits.maxBufferBytes * 2;
    const allocation = device.guarded('a test buffer', () =>
      device.gpu.createBuffer({ size, usage: GPUBufferUsage.STORAGE }),
    );
    await expect(allocation).rejects.toThrow(/a test buffer/);
  });

  it('fails the run on a validation error that nobody asked for', async () => {
    const device = await openTestDevice();
    device.running = 'a test';
    device.gpu.createBuffer({ size: 16, usage: 0 });
    await device.gpu.queue.onSubmittedWorkDone();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(() => device.check()).toThrow(/while running a test/);
  });

  it('survives what fails while it is only tried', async () => {
    const device = await openTestDevice();
    const refused = await device.attempt('a bad buffer', async () => {
      device.gpu.createBuffer({ size: 16, usage: 0 });
      await device.gpu.queue.onSubmittedWorkDone();
      return 1;
    });
    expect(refused.failure?.message).toMatch(/while running a bad buffer/);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(() => device.check()).not.toThrow();
    expect(await device.attempt('a sum', () => Promise.resolve(1 + 1))).toEqual({ result: 2 });
    const mistake = device.attempt('a mistake', () => Promise.reject(new TypeError('no such thing')));
    await expect(mistake).rejects.toThrow('no such thing');
  });

  it('when lost, fails everything that waits and names what was running', async () => {
    const device = await openDevice(testGpu());
    const store = await ParameterStore.create(device, toySpecs);
    const { graph, tokenLoss } = toyGraph();
    const program = await TrainingProgram.compile(device, graph, store, {
      groups: { all: { parameters: toySpecs.map(({ name }) => name), weightDecay: 0 } },
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      clipNorm: 0,
      microBatches: 1,
      readback: [tokenLoss],
    });
    program.step([toyInputs(ids)], { all: 0.01 });
    const flushed = program.flush();
    device.gpu.destroy();
    await expect(flushed).rejects.toMatchObject({ code: 'engine/device-lost' });
    expect(await device.lost).toMatchObject({ details: { running: 'training step 1' } });
    await expect(store.read('weight')).rejects.toThrow(/lost while running training step 1/);
    expect(() => program.step([toyInputs(ids)], { all: 0.01 })).toThrow(/lost/);
  });

  it('runs forward programs one behind the other, each with its own inputs', async () => {
    const device = await openTestDevice();
    const store = await ParameterStore.create(device, toySpecs);
    store.write('norm', new Float32Array(8).fill(1));
    store.write(
      'table#0',
      Float32Array.from({ length: 56 }, (_, index) => Math.sin(index)),
    );
    const { graph, tokenLoss } = toyGraph({ differentiate: false });
    const program = await ForwardProgram.compile(device, graph, store, [tokenLoss]);
    const other = [0, 1, 2, 3, 4, 5];
    const together = await Promise.all([program.run(toyInputs(ids)), program.run(toyInputs(other))]);
    expect(together).toEqual([await program.run(toyInputs(ids)), await program.run(toyInputs(other))]);
    expect(together[0]).not.toEqual(together[1]);
  });
});
