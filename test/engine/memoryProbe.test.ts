// How much memory an adapter grants is found by asking, within error scopes, and everything is given back.
import { describe, expect, it } from 'vitest';
import { Device } from '../../src/engine/device';
import { GpuEngine, type MemoryProbe } from '../../src/engine/index';
import { answersFor, budgetOf, probeMemory } from '../../src/engine/memoryProbe';
import { openTestDevice } from '../support/gpu';

const MIB = 2 ** 20;

/** A hardware adapter that refuses what is beyond `memoryBytes`, as WebGPU does: into the error scope. */
async function deviceOf(memoryBytes: number, { isFallback = false, maxBufferBytes = 4096 * MIB } = {}) {
  const { report } = await openTestDevice();
  const state = { used: 0, most: 0, created: 0 };
  const scopes: (GPUError | null)[] = [];
  const gpu = {
    ...{ addEventListener: () => undefined, lost: new Promise(() => undefined), destroy: () => undefined },
    pushErrorScope: () => void scopes.push(null),
    popErrorScope: () => Promise.resolve(scopes.pop()!),
    createBuffer: ({ size }: GPUBufferDescriptor) => {
      state.created++;
      const isRefused = state.used + size > memoryBytes;
      if (isRefused) scopes[scopes.length - 1] = { message: 'there is no more' } as GPUError;
      else state.used += size;
      state.most = Math.max(state.most, state.used);
      return { destroy: () => void (state.used -= isRefused ? 0 : size) };
    },
  } as unknown as GPUDevice;
  const limits = { ...report.limits, maxBufferBytes };
  return { device: new Device(gpu, { ...report, isFallback, limits }), state };
}

describe('a probe of memory', () => {
  it('asks for no more than is needed and a margin', async () => {
    const { device, state } = await deviceOf(64_000 * MIB);
    const probe = await probeMemory(device, 900 * MIB);
    expect(probe).toMatchObject({ isRefused: false });
    expect(probe.grantedBytes).toBeGreaterThanOrEqual(1000 * MIB);
    expect(state.most).toBeLessThan(2.1 * 1000 * MIB);
    expect(state.used).toBe(0);
    expect(budgetOf(probe)).toBeUndefined();
    expect(answersFor(probe, 900 * MIB)).toBe(true);
    expect(answersFor(probe, 9000 * MIB)).toBe(false);
  });

  it.each([100, 500, 1500, 5000])('finds the end of %d MiB to within 64 MiB, and keeps a margin', async (memory) => {
    const { device, state } = await deviceOf(memory * MIB);
    const probe = await probeMemory(device, 8000 * MIB);
    expect(probe.isRefused).toBe(true);
    expect(probe.grantedBytes).toBeLessThanOrEqual(memory * MIB);
    expect(probe.grantedBytes).toBeGreaterThan((memory - 64) * MIB);
    expect(budgetOf(probe)).toBe(Math.floor(0.9 * probe.grantedBytes));
    expect(state.used).toBe(0);
    expect(device.failure).toBeUndefined();
    expect(answersFor(probe, 1e15)).toBe(true);
  });

  it('asks for no buffer that is larger than the adapter allows one to be', async () => {
    const { device, state } = await deviceOf(2000 * MIB, { maxBufferBytes: 256 * MIB });
    expect((await probeMemory(device, 1500 * MIB)).grantedBytes).toBeGreaterThanOrEqual(1500 * MIB);
    expect(state.created).toBeGreaterThanOrEqual(6);
  });

  it('asks a software adapter for nothing', async () => {
    const { device, state } = await deviceOf(100 * MIB, { isFallback: true });
    expect(await probeMemory(device, 1e12)).toMatchObject({ grantedBytes: 0, isRefused: false });
    expect(state.created).toBe(0);
    const engine = new GpuEngine(await openTestDevice());
    await engine.learnMemory(1e12);
    expect(engine.report).not.toHaveProperty('memoryBytes');
  });

  it('is believed from one visit to the next, and made again where more is needed than was asked for', async () => {
    const kept = new Map<string, MemoryProbe>();
    const probes = {
      recall: async (key: string) => kept.get(key),
      remember: async (probe: MemoryProbe) => void kept.set(probe.key, probe),
    };
    const learned = async (needed: number) => {
      const { device, state } = await deviceOf(1000 * MIB);
      const engine = new GpuEngine(device, { probes });
      await engine.learnMemory(needed);
      return { asked: state.created > 0, memory: engine.report.memoryBytes };
    };
    expect(await learned(300 * MIB)).toEqual({ asked: true, memory: undefined });
    expect(await learned(200 * MIB)).toEqual({ asked: false, memory: undefined });
    const { asked, memory } = await learned(3000 * MIB);
    expect(asked).toBe(true);
    expect(memory).toBeGreaterThan(0.8 * 1000 * MIB);
    expect(await learned(9000 * MIB)).toEqual({ asked: false, memory });
  });

  it('is not made where the budget was chosen', async () => {
    const { device, state } = await deviceOf(1000 * MIB);
    const engine = new GpuEngine(device, { bytes: 5e8 });
    await engine.learnMemory(1e12);
    expect([engine.report.memoryBytes, state.created]).toEqual([5e8, 0]);
  });
});
