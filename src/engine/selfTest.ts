/**
 * Some drivers compute wrong numbers, and training on them looks like bad luck. Before an adapter is used, every op and what is fused
 * of several runs once, forward and backward, against plain f64 loops, under every variant of matrix products that the adapter
 * can have, each within its own tolerance. A variant under which anything is wrong or does not run is dropped; when none is
 * left that may be in use, the report says `passed: false` and nobody should train.
 */
import type { Device } from './device';
import { GpuEngine } from './gpuEngine';
import { checkEngine, type KernelCheck } from './selfTestCheck';
import {
  fittingVariants,
  supportedVariants,
  unsupportedVariants,
  variantOf,
  type DroppedVariant,
  type UnsupportedVariant,
} from './variants';

export interface SelfTestReport {
  /** Of the variant in use; then, named with their variant, those of others, and what failed under dropped ones. */
  readonly kernels: readonly KernelCheck[];
  readonly passed: boolean;
  readonly variant: string;
  readonly dropped: readonly DroppedVariant[];
  /** Variants that ask more than this adapter offers; they were not compiled. */
  readonly unsupported: readonly UnsupportedVariant[];
}

export interface SelfTestOptions {
  /** Beside the one in use; those that need more than the adapter offers are left out. */
  readonly variants?: readonly string[];
  /** Names of the cases to run, and no optimizer; absent: all. */
  readonly cases?: readonly string[];
}

/** Where software imitates a GPU, nobody waits minutes for kernels that are not meant for it. */
export function selfTestVariants(report: Device['report']): readonly string[] {
  if (report.isFallback) return fittingVariants(report);
  return [...supportedVariants(report), ...supportedVariants(report, 'f16')];
}

/**
 * Leaves `device.target` at a variant that is right, if there is one, and those that are not in `device.dropped`. Beside the variant in
 * use, each other of `variants` runs the cases that multiply matrices; all cases where nothing right has run of its family.
 * `onProgress` gets finished and all cases of the variant that runs.
 */
export async function selfTest(
  device: Device,
  onProgress?: (finished: number, total: number) => void,
  { variants = selfTestVariants(device.report), cases }: SelfTestOptions = {},
): Promise<SelfTestReport> {
  const original = device.target;
  const inUse = new Set<string>(supportedVariants(device.report));
  const unsupported = unsupportedVariants(device.report);
  const lacking = new Set(unsupported.map(({ variant }) => variant));
  const order = [...new Set([original.matmulVariant, ...variants])].filter((name) => !lacking.has(name));
  const [right, failed]: [KernelCheck[], KernelCheck[]] = [[], []];
  const dropped: DroppedVariant[] = [];
  const families = new Set<string>();
  let chosen: string | undefined;
  for (const variant of order) {
    device.target = { ...original, matmulVariant: variant };
    const { tolerance, family, precision } = variantOf(device.target);
    const { result: kernels, failure } = await device.attempt(`the self-test of ${variant}`, () =>
      checkEngine(new GpuEngine(device), {
        productTolerance: tolerance,
        precision,
        ...(cases ? { cases } : {}),
        productsAlone: !inUse.has(variant) || families.has(family),
        onProgress: (finished, total, name) => {
          device.running = `the self-test of ${name} (${variant})`;
          onProgress?.(finished, total);
        },
      }),
    );
    const named = (check: KernelCheck) => ({ ...check, name: `${check.name} (${variant})` });
    if (failure) {
      dropped.push({ variant, cause: 'failed', reason: failure.message });
      failed.push({ name: `compiling (${variant})`, passed: false, largestError: Infinity });
      continue;
    }
    const wrong = kernels.filter((kernel) => !kernel.passed);
    if (wrong.length > 0) {
      dropped.push({ variant, cause: 'wrong', reason: `wrong: ${wrong.map(({ name }) => name).join(', ')}` });
      failed.push(...wrong.map(named));
      continue;
    }
    families.add(family);
    if (chosen === undefined && inUse.has(variant)) {
      chosen = variant;
      right.unshift(...kernels);
    } else right.push(...kernels.map(named));
  }
  device.target = { ...original, matmulVariant: chosen ?? original.matmulVariant };
  device.drop(dropped);
  const kernels = [...right, ...failed];
  return { kernels, passed: chosen !== undefined, variant: device.target.matmulVariant, dropped, unsupported };
}
