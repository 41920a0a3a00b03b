/** What a kernel for matrix products is, and what every one of them is handed: strides as constants, operands as bindings. */
import { LabError } from '../../../error';
import type { AdapterNeeds } from '../../deviceReport';
import type { KernelFamily } from '../../kernelFamilies';
import type { Dispatch, KernelTarget } from '../../op';
import type { Precision } from '../../precision';
import { reads, writes } from '../dispatch';
import type { Matmul } from '../matmul';
import { storedAs } from '../storedAs';
import { epilogueBindings, epilogueConstants } from './epilogue';
import { matmulWork } from './work';

/** Sums of some dozen f32 terms are good to 1e-6; hardware sine, exponential and division to about 1e-5. */
export const f32Tolerance = 1e-4;

export interface MatmulVariant {
  /** Name of the kernel, which is the stem of its file in shaders/, and its WGSL. Variants may share one. */
  readonly shader: { readonly kernel: string; readonly source: string };
  /** Of the adapter; a variant whose needs are not met is never compiled there. */
  readonly needs: AdapterNeeds;
  /** Which attention and reductions go with it. */
  readonly family: KernelFamily;
  /** Only f32 is chosen without being asked for. */
  readonly precision: Precision;
  /**
   * How far the ops that multiply matrices may be from f64 references in the self-test and in tests, as a share of the largest
   * right value: what its arithmetic can promise, stated and not fitted.
   */
  readonly tolerance: number;
  /** Its own constants beside `matmulConstants`, and the grid of workgroups. */
  readonly shape: (
    matmul: Matmul,
    target: KernelTarget,
  ) => {
    readonly constants: Dispatch['constants'];
    /** Rows and columns of the product that one workgroup computes. */
    readonly tile: readonly [rows: number, columns: number];
  };
}

/** Throws `engine/too-many-workgroups`. */
export function dispatchOf(variant: MatmulVariant, matmul: Matmul, target: KernelTarget): Dispatch {
  const { constants, tile } = variant.shape(matmul, target);
  return {
    kernel: variant.shader.kernel,
    constants: { ...matmulConstants(matmul), ...constants },
    bindings: matmulBindings(matmul),
    workgroups: tileGrid(matmul, tile, target),
    work: matmulWork(matmul, tile),
  };
}

function matmulConstants(matmul: Matmul): Dispatch['constants'] {
  const { left, right, product, bias } = matmul;
  return {
    M: matmul.rows,
    N: matmul.columns,
    K: matmul.depth,
    LEFT_OFFSET: left.offset ?? 0,
    LEFT_ROW: left.across,
    LEFT_DEPTH: left.depth,
    RIGHT_COLUMN: right.across,
    RIGHT_DEPTH: right.depth,
    PRODUCT_OFFSET: product.offset ?? 0,
    PRODUCT_ROW: product.row,
    ...storedAs('RIGHT', right.tensor),
    BIAS: bias !== undefined,
    ...(bias ? storedAs('BIAS', bias) : {}),
    ...epilogueConstants(matmul),
  };
}

function matmulBindings(matmul: Matmul): Dispatch['bindings'] {
  const { left, right, product, bias } = matmul;
  return [
    reads(left.tensor, left.rows),
    reads(right.tensor, right.rows),
    writes(product.tensor, product.rows),
    ...(bias ? [reads(bias)] : []),
    ...epilogueBindings(matmul),
  ];
}

function tileGrid(
  matmul: Matmul,
  [tileRows, tileColumns]: readonly [number, number],
  target: KernelTarget,
): readonly [number, number, number] {
  const grid: [number, number, number] = [
    Math.ceil(matmul.columns / tileColumns),
    Math.ceil(matmul.rows / tileRows),
    1,
  ];
  if (Math.max(...grid) > target.maxWorkgroupsPerDimension) {
    throw new LabError(
      'engine/too-many-workgroups',
      `A product of ${matmul.rows} x ${matmul.columns} needs ${grid.join(' x ')} workgroups.`,
    );
  }
  return grid;
}
