import { describe, expect, it } from 'vitest';
import { Device } from '../../src/engine/device';
import { applyTuning, checkEngine, GpuEngine, selfTest, tune, tuningKey } from '../../src/engine/index';
import { f32Tolerance } from '../../src/engine/ops/matmulVariants/variant';
import { selfTestVariants } from '../../src/engine/selfTest';
import { tuningCandidates } from '../../src/engine/tuning';
import {
  defaultVariant,
  matmulVariantNames,
  matmulVariants,
  supportedVariants,
  unsupportedVariants,
  withPrecision,
} from '../../src/engine/variants';
import { engineNames, openTestEngine } from '../support/engines';
import { openTestDevice } from '../support/gpu';

const lacksF16 = 'this adapter has no shader-f16';

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

  it('names the kernel of a driver that computes it wrongly, and passes no variant', async () => {
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
    const { gpu, report } = await openTestDevice({ forbid: ['subgroups'] });
    return new Device(gpu, {
      ...report,
      isFallback: false,
      limits: { ...report.limits, maxWorkgroupStorageBytes: 8000 },
    });
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
    expect(report).toMatchObject({ passed: false, dropped: [{ variant: 'lane' }] });
    expect(report.dropped[0]!.reason).toMatch(/wrong: .*gatedMlp/);
    expect(report.unsupported.map(({ variant }) => variant)).toEqual(
      Object.keys(matmulVariants).filter((name) => name !== 'lane'),
    );
    expect(report.unsupported).toContainEqual({ variant: 'tile', lacks });
    expect(report.unsupported).toContainEqual({ variant: 'subgroup', lacks: ['subgroups'] });
    expect(compiled).toContain('matmulLane');
    for (const name of ['matmulTile', 'matmulBlock', 'matmulSubgroup']) expect(compiled).not.toContain(name);
  });

  it('is neither timed nor taken from a tuning, and is no default', async () => {
    const device = await lacking();
    expect(tuningCandidates(device.report)).toEqual(['lane']);
    expect(defaultVariant(device.report)).toBe('lane');
    const key = tuningKey(device.report);
    const tuning = { key, matmulVariant: 'tile', gigaflopsPerSecond: 9, timed: { tile: 9 }, dropped: [] };
    expect(applyTuning(device, tuning)).toBe(false);
  });

  it('is told by features, too', async () => {
    const { report } = await openTestDevice({ forbid: ['shader-f16'] });
    const half = { ...matmulVariants.lane, needs: { features: ['shader-f16'] } } as const;
    expect(unsupportedVariants(report, { half })).toEqual([{ variant: 'half', lacks: ['shader-f16'] }]);
    expect(unsupportedVariants({ ...report, features: ['shader-f16'] }, { half })).toEqual([]);
  });
});

describe('a variant in f16', () => {
  it('multiplies in f16 here, within what it states and not within what f32 does', async (context) => {
    const device = await openTestDevice();
    context.skip(!device.report.hasF16, lacksF16);
    const { kernels, dropped } = await selfTest(device, undefined, { variants: ['half'], cases: ['linear'] });
    expect(dropped).toEqual([]);
    const products = kernels.filter(({ name }) => name.endsWith('(half)'));
    expect(products.map(({ name }) => name)).toEqual([
      'linear (half)',
      'gradient of linear in hidden (half)',
      'gradient of linear in weight (half)',
    ]);
    for (const { largestError } of products) {
      expect(largestError).toBeGreaterThan(f32Tolerance / 10);
      expect(largestError).toBeLessThanOrEqual(matmulVariants.half.tolerance);
    }
  });

  it('is checked on every graphics card that has it, beside all of f32, and on no imitated one', async () => {
    const { report } = await openTestDevice();
    const card = { ...report, isFallback: false, features: ['shader-f16', 'subgroups'] };
    expect([...selfTestVariants(card)].sort()).toEqual([...matmulVariantNames].sort());
    expect(selfTestVariants({ ...card, features: [] })).not.toContain('half');
    expect(selfTestVariants({ ...card, isFallback: true })).toEqual(['lane']);
  });
});

describe('a variant that does not compile', () => {
  /** A driver that knows no 64 floats of registers, or whatever it is this time. */
  const refusing = async (...kernels: readonly string[]) => {
    const device = await openTestDevice();
    const create = device.gpu.createShaderModule.bind(device.gpu);
    device.gpu.createShaderModule = ({ code, ...rest }) =>
      create({ ...rest, code: kernels.includes(rest.label!) ? code.replace('fn main', 'fn main main') : code });
    return device;
  };

  it('is dropped by name when timed, and the device goes on with another', async () => {
    const device = await refusing('matmulTile', 'matmulBlock', 'matmulSubgroup');
    const tuning = await tune(device, ['tile', 'tileSmall']);
    expect(tuning.matmulVariant).toBe('lane');
    const others = supportedVariants(device.report).filter((name) => !['lane', 'tile', 'tileSmall'].includes(name));
    expect(tuning.dropped.map(({ variant }) => variant)).toEqual(['tile', 'tileSmall', ...others]);
    expect(tuning.dropped[0]!.reason).toMatch(/matmulTile .* does not compile on this adapter/);
    expect(device.failure).toBeUndefined();
    expect(applyTuning(device, tuning)).toBe(true);
    expect(device.dropped).toEqual(tuning.dropped);
    expect((await selfTest(device, undefined, { cases: ['linear'] })).passed).toBe(true);
  });

  it('is dropped by the self-test, which passes with another', async () => {
    const device = await refusing('matmulTile', 'attentionTile');
    device.target = { ...device.target, matmulVariant: 'tile' };
    const report = await selfTest(device);
    expect(report).toMatchObject({ passed: true, variant: 'lane', dropped: [{ variant: 'tile' }] });
    expect(report.dropped[0]).toMatchObject({ cause: 'failed' });
    expect(report.dropped[0]!.reason).toMatch(/matmulTile .* does not compile/);
    expect(device.target.matmulVariant).toBe('lane');
    expect(new GpuEngine(device).report).toMatchObject({ matmulVariant: 'lane', dropped: report.dropped });
  });

  it('and is not in use leaves the self-test passed, and every check of what is in use', async () => {
    const device = await refusing('matmulTile', 'matmulBlock');
    const alone = await selfTest(device);
    const report = await selfTest(device, undefined, { variants: ['tile', 'block128'] });
    expect(report).toMatchObject({ passed: true, variant: 'lane' });
    expect(report.dropped.map(({ variant }) => variant)).toEqual(['tile', 'block128']);
    expect(report.kernels.filter(({ passed }) => passed).map(({ name }) => name)).toEqual(
      alone.kernels.map(({ name }) => name),
    );
  });

  it('in f16 is dropped, and f16 is refused from then on', async (context) => {
    const device = await refusing('matmulBlock');
    context.skip(!device.report.hasF16, lacksF16);
    expect(withPrecision(device, 'f16').matmulVariant).toBe('half');
    const report = await selfTest(device, undefined, { variants: ['half'] });
    expect(report).toMatchObject({ passed: true, variant: 'lane', dropped: [{ variant: 'half', cause: 'failed' }] });
    expect(() => withPrecision(device, 'f16')).toThrow(expect.objectContaining({ code: 'engine/no-f16' }) as Error);
    expect(withPrecision(device, 'f32').matmulVariant).toBe('lane');
  });

  it('ends opening only where none is left', async () => {
    const device = await refusing(...Object.values(matmulVariants).map(({ shader }) => shader.kernel));
    expect(await tune(device, ['lane'])).toMatchObject({ gigaflopsPerSecond: 0, timed: {} });
    const report = await selfTest(device);
    expect(report.passed).toBe(false);
    expect(report.kernels.every(({ passed }) => !passed)).toBe(true);
    expect(device.failure).toBeUndefined();
  });
});

describe('tuning', () => {
  it('picks the fastest variant, survives JSON and holds for its own adapter only', async () => {
    const device = await openTestDevice();
    const variants = ['lane', 'tileSmall'];
    const tuning = await tune(device, variants);
    expect(Object.keys(tuning.timed)).toEqual(variants);
    expect(tuning.timed[tuning.matmulVariant]).toBe(Math.max(...Object.values(tuning.timed)));
    expect(tuning.gigaflopsPerSecond).toBeGreaterThan(0);
    expect(tuning.dropped).toEqual([]);
    expect(applyTuning(device, JSON.parse(JSON.stringify(tuning)) as typeof tuning)).toBe(true);
    expect(device.target.matmulVariant).toBe(tuning.matmulVariant);
    expect(applyTuning(device, { ...tuning, key: 'another adapter' })).toBe(false);
    expect(applyTuning(device, { ...tuning, matmulVariant: 'gone' })).toBe(false);
  });
});
