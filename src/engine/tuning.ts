/**
 * Which matmul variant is fastest on this adapter: a laptop GPU, a data-centre GPU and a software rasteriser want
 * different tiles. Each is timed once on the products that a training step spends its time in, and the least time for all of them
 * together wins; the answer is JSON and holds until the adapter changes. A variant that does not run is dropped by name. Run the
 * self-test afterwards: a fast variant must also be right.
 */
import type { Device } from './device';
import type { DeviceReport } from './deviceReport';
import { GpuEngine } from './gpuEngine';
import { productSpeed } from './productSpeed';
import { tuningKey } from './tuningKey';
import { productTimes, totalFlops, totalMilliseconds } from './tuningProducts';
import { fittingVariants, supportedVariants, type DroppedVariant } from './variants';

export interface Tuning {
  /** Names the adapter it was measured on (`tuningKey`). */
  readonly key: string;
  readonly matmulVariant: string;
  /** Of the choice, on the product that engines are compared by (`productSpeed`). */
  readonly gigaflopsPerSecond: number;
  /** GFLOP/s of every variant timed, over all products of tuningProducts.ts together; empty where there was no choice. */
  readonly timed: Readonly<Record<string, number>>;
  /** Did not run here. */
  readonly dropped: readonly DroppedVariant[];
}

/**
 * What is worth timing. On software adapters the tile kernels take seconds each to compile and ran at half (SwiftShader)
 * to 1.1 times (lavapipe) the speed of `lane`, so a visitor does not wait for them; what is for those leaves most of a GPU idle.
 */
export function tuningCandidates(report: Pick<DeviceReport, 'isFallback' | 'features' | 'limits'>): readonly string[] {
  const fitting = fittingVariants(report);
  return fitting.length > 0 ? fitting : supportedVariants(report);
}

/** Times `variants`, and where none of them runs the others. Does not change the device: see `applyTuning`. */
export async function tune(
  device: Device,
  variants: readonly string[] = tuningCandidates(device.report),
): Promise<Tuning> {
  const original = device.target;
  const others = supportedVariants(device.report).filter((name) => !variants.includes(name));
  const dropped: DroppedVariant[] = [];
  try {
    for (const candidates of [variants, others]) {
      const timed = candidates.length > 1 ? await timeVariants(device, candidates, dropped) : new Map<string, number>();
      const ranked = [...timed].sort((a, b) => b[1] - a[1]).map(([name]) => name);
      for (const matmulVariant of candidates.length > 1 ? ranked : candidates) {
        device.target = { ...original, matmulVariant };
        const speed = await device.attempt(`a product by ${matmulVariant}`, () => productSpeed(new GpuEngine(device)));
        if (!speed.failure) return tuningOf(device, speed.result, timed, dropped);
        dropped.push({ variant: matmulVariant, cause: 'failed', reason: speed.failure.message });
      }
    }
    device.target = original;
    return tuningOf(device, 0, new Map(), dropped);
  } finally {
    device.target = original;
  }
}

function tuningOf(
  { report, target: { matmulVariant } }: Device,
  gigaflopsPerSecond: number,
  timed: ReadonlyMap<string, number>,
  dropped: readonly DroppedVariant[],
): Tuning {
  return { key: tuningKey(report), matmulVariant, gigaflopsPerSecond, timed: Object.fromEntries(timed), dropped };
}

/** GFLOP/s by variant; those that do not run go to `dropped`. */
async function timeVariants(
  device: Device,
  variants: readonly string[],
  dropped: DroppedVariant[],
): Promise<Map<string, number>> {
  const timed = new Map<string, number>();
  for (const matmulVariant of variants) {
    device.target = { ...device.target, matmulVariant };
    const { result: times, failure } = await device.attempt(`products by ${matmulVariant}`, () => productTimes(device));
    if (failure) dropped.push({ variant: matmulVariant, cause: 'failed', reason: failure.message });
    else timed.set(matmulVariant, totalFlops(times) / totalMilliseconds(times) / 1e6);
  }
  return timed;
}

/** Ignored where the tuning is of another adapter or names a variant that is no more. Returns whether it was applied. */
export function applyTuning(device: Device, tuning: Tuning): boolean {
  const supported: readonly string[] = supportedVariants(device.report);
  if (!supported.includes(tuning.matmulVariant) || tuning.key !== tuningKey(device.report)) return false;
  device.target = { ...device.target, matmulVariant: tuning.matmulVariant };
  device.drop(tuning.dropped);
  return true;
}
