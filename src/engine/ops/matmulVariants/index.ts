/**
 * The kernels for matrix products. They differ in speed by adapter, never in what they compute: `KernelTarget.matmulVariant`
 * names the one in use, tuning picks it, the self-test checks it. A new one is a file here and a row.
 */
import { LabError } from '../../../error';
import { lackingFor, type DeviceReport } from '../../deviceReport';
import type { Dispatch, KernelTarget } from '../../op';
import type { Matmul } from '../matmul';
import { lane } from './lane';
import { tile } from './tile';
import { tileSmall } from './tileSmall';
import { dispatchOf, type MatmulVariant } from './variant';

export const matmulVariants = { lane, tile, tileSmall } satisfies Record<string, MatmulVariant>;

export type MatmulVariantName = keyof typeof matmulVariants;
export const matmulVariantNames = Object.keys(matmulVariants) as readonly MatmulVariantName[];

function isMatmulVariant(name: string): name is MatmulVariantName {
  return Object.hasOwn(matmulVariants, name);
}

export function matmulDispatch(matmul: Matmul, target: KernelTarget): Dispatch {
  return dispatchOf(variantOf(target), matmul, target);
}

/** Workgroup memory is emulated there, and few lanes are best. */
export function isSoftware(target: KernelTarget): boolean {
  return variantOf(target).forSoftware;
}

/** Lanes that reduce a row; a power of two. Software adapters run barriers lane by lane. */
export function reductionLanes(target: KernelTarget): number {
  return isSoftware(target) ? 8 : 64;
}

function variantOf({ matmulVariant: name }: KernelTarget): MatmulVariant {
  if (isMatmulVariant(name)) return matmulVariants[name];
  throw new LabError('engine/no-variant', `No kernel for matrix products is called ${name}.`);
}

export interface UnsupportedVariant {
  readonly variant: string;
  /** In words. */
  readonly lacks: readonly string[];
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

export function supportedVariants(report: Pick<DeviceReport, 'features' | 'limits'>): readonly MatmulVariantName[] {
  const unsupported = new Set(unsupportedVariants(report).map(({ variant }) => variant));
  return matmulVariantNames.filter((name) => !unsupported.has(name));
}

/** Until `tune` has measured: the first for this kind of adapter. */
export function defaultVariant(report: Pick<DeviceReport, 'features' | 'limits' | 'isFallback'>): MatmulVariantName {
  const supported = supportedVariants(report);
  return supported.find((name) => matmulVariants[name].forSoftware === report.isFallback) ?? supported[0]!;
}
