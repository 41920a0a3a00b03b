import { describe, expect, it } from 'vitest';
import { Device } from '../../src/engine/device';
import { applyTuning, checkEngine, selfTest, tune, tuningKey } from '../../src/engine/index';
import {
  defaultVariant,
  matmulVariantNames,
  matmulVariants,
  unsupportedVariants,
} from '../../src/engine/ops/matmulVariants/index';
import { tuningCandidates } from '../../src/engine/tuning';
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

describe('a variant that asks more than the adapter offers', () => {
  const lacking = async () => {
    const { gpu, report } = await openTestDevice();
    return new Device(gpu, { ...report, limits: { ...report.limits, maxWorkgroupStorageBytes: 8000 } });
  };
  const lacks = ['maxWorkgroupStorageBytes of 8192 (8000 here)'];

  it('is never compiled, even where all others are wrong, and the self-test says what is lacking', async () => {
    const device = await lacking();
    const compiled: string[] = [];
    const create = device.gpu.createShaderModule.bind(device.gpu);
    device.gpu.createShaderModule = ({ code, ...rest }) => {
      compiled.push(rest.label!);
      return create({ ...rest, code: rest.label === 'gatedMlp' ? code.replaceAll('exp(', '1.01 * exp(') : code });
    };
    device.target = { ...device.target, matmulVariant: 'tile' };
    const report = await selfTest(device);
    expect(report).toMatchObject({ passed: false, dropped: ['lane'] });
    expect(report.unsupported).toEqual([
      { variant: 'tile', lacks },
      { variant: 'tileSmall', lacks },
    ]);
    expect(compiled).toContain('matmulLane');
    expect(compiled).not.toContain('matmulTile');
  });

  it('is neither timed nor taken from a tuning, and is no default', async () => {
    const device = await lacking();
    const report = { ...device.report, isFallback: false };
    expect(tuningCandidates(report)).toEqual(['lane']);
    expect(defaultVariant(report)).toBe('lane');
    const tuning = { key: tuningKey(device.report), matmulVariant: 'tile', gigaflopsPerSecond: 9, timed: { tile: 9 } };
    expect(applyTuning(device, tuning)).toBe(false);
  });

  it('is told by features, too', async () => {
    const { report } = await openTestDevice({ forbid: ['shader-f16'] });
    const half = { ...matmulVariants.lane, needs: { features: ['shader-f16'] } } as const;
    expect(unsupportedVariants(report, { half })).toEqual([{ variant: 'half', lacks: ['shader-f16'] }]);
    expect(unsupportedVariants({ ...report, features: ['shader-f16'] }, { half })).toEqual([]);
  });
});

describe('tuning', () => {
  it('picks the fastest variant, survives JSON and holds for its own adapter only', async () => {
    const device = await openTestDevice();
    const tuning = await tune(device, matmulVariantNames);
    expect(Object.keys(tuning.timed)).toEqual([...matmulVariantNames]);
    expect(tuning.gigaflopsPerSecond).toBe(Math.max(...Object.values(tuning.timed)));
    expect(applyTuning(device, JSON.parse(JSON.stringify(tuning)) as typeof tuning)).toBe(true);
    expect(device.target.matmulVariant).toBe(tuning.matmulVariant);
    expect(applyTuning(device, { ...tuning, key: 'another adapter' })).toBe(false);
    expect(applyTuning(device, { ...tuning, matmulVariant: 'gone' })).toBe(false);
  });
});
