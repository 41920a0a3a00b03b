import { describe, expect, it } from 'vitest';
import { applyTuning, checkEngine, selfTest, tune } from '../../src/engine/index';
import { matmulVariants } from '../../src/engine/ops/matmul';
import { engineNames, openTestEngine } from '../support/engines';
import { openTestDevice } from '../support/gpu';

describe('the self-test', () => {
  it.each(engineNames)('finds every op right on both engines: %s', async (name) => {
    const checks = await checkEngine(await openTestEngine(name));
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(checks.map(({ name: op }) => op)).toContain('adamwRows');
  });

  it('finds every kernel right here, forward and backward, and reports progress', async () => {
    const device = await openTestDevice();
    const progress: number[] = [];
    const report = await selfTest(device, (finished, total) => progress.push(finished / total));
    expect(report.kernels.filter((kernel) => !kernel.passed)).toEqual([]);
    expect(report.passed).toBe(true);
    expect(report.kernels.length).toBeGreaterThan(20);
    expect(report.kernels.map(({ name }) => name)).toContain('gradient of attention in k');
    expect(progress.at(-1)).toBe(1);
  });

  it('names the kernel of a driver that computes it wrongly, and passes no variant', { timeout: 300_000 }, async () => {
    const device = await openTestDevice();
    // A driver whose exponential is a little off.
    const create = device.gpu.createShaderModule.bind(device.gpu);
    device.gpu.createShaderModule = ({ code, ...rest }) =>
      create({ ...rest, code: rest.label === 'gatedMlp' ? code.replaceAll('exp(', '1.01 * exp(') : code });
    const report = await selfTest(device);
    expect(report.passed).toBe(false);
    expect(report.dropped.length).toBeGreaterThan(0);
    expect(report.kernels.length).toBeGreaterThan(0);
    expect(report.kernels.every(({ name, passed }) => name.startsWith('gatedMlp') && !passed)).toBe(true);
  });
});

describe('tuning', () => {
  it('picks the fastest variant, survives JSON and holds for its own adapter only', async () => {
    const device = await openTestDevice();
    const tuning = await tune(device, matmulVariants);
    expect(Object.keys(tuning.timed)).toEqual([...matmulVariants]);
    expect(tuning.gigaflopsPerSecond).toBe(Math.max(...Object.values(tuning.timed)));
    expect(applyTuning(device, JSON.parse(JSON.stringify(tuning)) as typeof tuning)).toBe(true);
    expect(device.target.matmulVariant).toBe(tuning.matmulVariant);
    expect(applyTuning(device, { ...tuning, key: 'another adapter' })).toBe(false);
    expect(applyTuning(device, { ...tuning, matmulVariant: 'gone' })).toBe(false);
  });
});
