/**
 * The kernels for matrix products, one row each, and what follows from the one in use. They differ in speed by adapter and, where
 * a row says so, in how exact they are, never in what they compute: `KernelTarget.matmulVariant` names the one in use, tuning picks
 * it, the self-test checks it against its own tolerance. A new one is a file in ops/matmulVariants/ and a row.
 */
import { LabError } from '../error';
import { requireF32 } from './checks';
import { lackingFor, type DeviceReport } from './deviceReport';
import { kernelFamilies, type KernelFamily } from './kernelFamilies';
import type { Dispatch, KernelTarget } from './op';
import type { Precision } from './precision';
import type { Matmul } from './ops/matmul';
import { block64 } from './ops/matmulVariants/block64';
import { block128 } from './ops/matmulVariants/block128';
import { block128x64 } from './ops/matmulVariants/block128x64';
import { half } from './ops/matmulVariants/half';
import { lane } from './ops/matmulVariants/lane';
import { subgroup } from './ops/matmulVariants/subgroup';
import { tile } from './ops/matmulVariants/tile';
import { tileSmall } from './ops/matmulVariants/tileSmall';
import { dispatchOf, type MatmulVariant } from './ops/matmulVariants/variant';

export const matmulVariants = {
  lane,
  tile,
  tileSmall,
  block64,
  block128,
  block128x64,
  subgroup,
  half,
} satisfies Record<string, MatmulVariant>;

export type MatmulVariantName = keyof typeof matmulVariants;
export const matmulVariantNames = Object.keys(matmulVariants) as readonly MatmulVariantName[];

function isMatmulVariant(name: string): name is MatmulVariantName {
  return Object.hasOwn(matmulVariants, name);
}

/** Throws `engine/no-variant`. */
export function variantOf({ matmulVariant: name }: Pick<KernelTarget, 'matmulVariant'>): MatmulVariant {
  if (isMatmulVariant(name)) return matmulVariants[name];
  throw new LabError('engine/no-variant', `No kernel for matrix products is called ${name}.`);
}

export function matmulDispatch(matmul: Matmul, target: KernelTarget): Dispatch {
  return dispatchOf(variantOf(target), matmul, target);
}

export function familyOf(target: KernelTarget): KernelFamily {
  return variantOf(target).family;
}

export function reductionLanes(target: KernelTarget): number {
  return kernelFamilies[familyOf(target)].reductionLanes;
}

export function vocabularyLanes(target: KernelTarget): number {
  return Math.min(kernelFamilies[familyOf(target)].vocabularyLanes, target.maxInvocationsPerWorkgroup);
}

export interface UnsupportedVariant {
  readonly variant: string;
  /** In words. */
  readonly lacks: readonly string[];
}

/** Supported, tried, and not to be used. */
export interface DroppedVariant {
  readonly variant: string;
  /** `wrong`: other numbers than plain loops; `failed`: did not compile or run. */
  readonly cause: 'wrong' | 'failed';
  /** In words: what was wrong, or why it did not run. */
  readonly reason: string;
}

/** Those whose needs this adapter does not meet. */
export function unsupportedVariants(
  report: Pick<DeviceReport, 'features' | 'limits'>,
  variants: Readonly<Record<string, MatmulVariant>> = matmulVariants,
): readonly UnsupportedVariant[] {
  return Object.entries(variants)
    .map(([variant, { needs }]) => ({ variant, lacks: lackingFor(needs, report) }))
    .filter(({ lacks }) => lacks.length > 0);
}

export function supportedVariants(
  report: Pick<DeviceReport, 'features' | 'limits'>,
  precision: Precision = 'f32',
): readonly MatmulVariantName[] {
  const unsupported = new Set(unsupportedVariants(report).map(({ variant }) => variant));
  return matmulVariantNames.filter((name) => matmulVariants[name].precision === precision && !unsupported.has(name));
}

/** Those made for this kind of adapter: software adapters take seconds to compile what is for GPUs. */
export function fittingVariants(
  report: Pick<DeviceReport, 'features' | 'limits' | 'isFallback'>,
): readonly MatmulVariantName[] {
  return supportedVariants(report).filter(
    (name) => kernelFamilies[matmulVariants[name].family].forSoftware === report.isFallback,
  );
}

/** A device's kernels with products of that precision. Throws `engine/no-f16` where no variant for it runs rightly there. */
export function withPrecision(
  {
    target,
    report,
    dropped,
  }: {
    readonly target: KernelTarget;
    readonly report: Pick<DeviceReport, 'features' | 'limits' | 'description'>;
    readonly dropped: readonly DroppedVariant[];
  },
  precision: Precision,
): KernelTarget {
  if (variantOf(target).precision === precision) return target;
  const matmulVariant = supportedVariants(report, precision).find(
    (name) => !dropped.some(({ variant }) => variant === name),
  );
  if (matmulVariant) return { ...target, matmulVariant };
  requireF32(precision, report.description);
  return target;
}

/** Until `tune` has measured: the first for this kind of adapter. */
export function defaultVariant(report: Pick<DeviceReport, 'features' | 'limits' | 'isFallback'>): MatmulVariantName {
  return fittingVariants(report)[0] ?? supportedVariants(report)[0]!;
}
