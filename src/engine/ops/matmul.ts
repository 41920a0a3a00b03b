/**
 * The matrix products of a linear layer, one kernel a variant for all three forms, told apart by strides:
 *   forward         y = x W^T   left(i, k) = x[i, k]    right(k, j) = W[j, k]
 *   input gradient  dx = dy W   left(i, k) = dy[i, k]   right(k, j) = W[k, j]
 *   weight gradient dW += dy^T x  left(i, k) = dy[k, i] right(k, j) = x[k, j]
 * `target.matmulVariant` names the kernel; kernels differ in speed by adapter, never in what they compute.
 */
import type { Tensor } from '../graph';
import type { Dispatch, KernelTarget } from '../op';
import { LabError } from '../../error';
import { reads, writes } from './dispatch';

/**
 * Candidates for `KernelTarget.matmulVariant`: `lane` for software adapters; for GPUs `tile` (8 x 8 an invocation) and
 * `tileSmall` (4 x 4, four times the invocations a tile, where 8 x 8 needs too many registers).
 */
export const matmulVariants = ['lane', 'tile', 'tileSmall'] as const;

export interface MatmulOperand {
  readonly tensor: Tensor;
  /** Elements between neighbours along the product's rows (left) or columns (right). */
  readonly across: number;
  /** Elements between neighbours along the summed dimension. */
  readonly depth: number;
  readonly offset?: number;
  readonly rows?: readonly [number, number];
}

export interface Matmul {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly left: MatmulOperand;
  /** f32 or packed bf16. */
  readonly right: MatmulOperand;
  readonly product: {
    readonly tensor: Tensor;
    readonly row: number;
    readonly offset?: number;
    readonly rows?: readonly [number, number];
  };
  readonly bias?: Tensor | undefined;
  readonly accumulate?: boolean;
}

/** How a weight matrix lies: [out, in] (torch.nn.Linear), or [in, out] (GPT-2's Conv1D). */
export type WeightLayout = 'outIn' | 'inOut';

/** Tensors of [rows, inner] and [columns, inner] (or [inner, columns]); y [rows, columns] = x W^T (or x W). */
export function forwardMatmul(
  x: Tensor,
  weight: Tensor,
  y: Tensor,
  rows: number,
  bias?: Tensor,
  layout: WeightLayout = 'outIn',
): Matmul {
  const [first, second] = weight.shape as [number, number];
  const [columns, depth] = layout === 'outIn' ? [first, second] : [second, first];
  return {
    rows,
    columns,
    depth,
    left: { tensor: x, across: depth, depth: 1 },
    right: { tensor: weight, ...(layout === 'outIn' ? { across: depth, depth: 1 } : { across: 1, depth: columns }) },
    product: { tensor: y, row: columns },
    bias,
  };
}

/** dx [rows, inner] = dy W (or dy W^T for [in, out]). */
export function inputGradientMatmul(
  dy: Tensor,
  weight: Tensor,
  dx: Tensor,
  rows: number,
  layout: WeightLayout = 'outIn',
): Matmul {
  const [first, second] = weight.shape as [number, number];
  const [depth, columns] = layout === 'outIn' ? [first, second] : [second, first];
  return {
    rows,
    columns,
    depth,
    left: { tensor: dy, across: depth, depth: 1 },
    right: { tensor: weight, ...(layout === 'outIn' ? { across: 1, depth: columns } : { across: depth, depth: 1 }) },
    product: { tensor: dx, row: columns },
  };
}

/** dW [outer, inner] += dy^T x, summed over `depth` rows. */
export function weightGradientMatmul(dy: Tensor, x: Tensor, dWeight: Tensor, depth: number): Matmul {
  const [rows, columns] = dWeight.shape as [number, number];
  return {
    rows,
    columns,
    depth,
    left: { tensor: dy, across: 1, depth: rows },
    right: { tensor: x, across: 1, depth: columns },
    product: { tensor: dWeight, row: columns },
    accumulate: true,
  };
}

export function matmulDispatch(matmul: Matmul, target: KernelTarget): Dispatch {
  switch (target.matmulVariant) {
    case 'tile':
      return tileDispatch(matmul, 8, target);
    case 'tileSmall':
      return tileDispatch(matmul, 4, target);
    default:
      return laneDispatch(matmul, target);
  }
}

/** `thread` rows and columns an invocation. */
function tileDispatch(matmul: Matmul, thread: number, target: KernelTarget): Dispatch {
  return {
    kernel: 'matmulTile',
    constants: { ...commonConstants(matmul), THREAD: thread },
    bindings: matmulBindings(matmul),
    workgroups: tileGrid(matmul, 64, 64, target),
  };
}

function laneDispatch(matmul: Matmul, target: KernelTarget): Dispatch {
  // 8 x 8 ran as fast as 16 x 8 on lavapipe and compiles in half the time.
  const ROW_TILE = Math.min(8, matmul.rows);
  const LANES = 8;
  const COLUMN_TILE = 8;
  return {
    kernel: 'matmulLane',
    constants: { ...commonConstants(matmul), ROW_TILE, LANES, COLUMN_TILE },
    bindings: matmulBindings(matmul),
    workgroups: tileGrid(matmul, ROW_TILE, LANES * COLUMN_TILE, target),
  };
}

function commonConstants(matmul: Matmul): Record<string, number | boolean> {
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
    BF16: right.tensor.type === 'bf16',
    BIAS: bias !== undefined,
    BIAS_BF16: bias?.type === 'bf16',
    ACCUMULATE: matmul.accumulate ?? false,
  };
}

function matmulBindings({ left, right, product, bias }: Matmul): Dispatch['bindings'] {
  return [
    reads(left.tensor, left.rows),
    reads(right.tensor, right.rows),
    writes(product.tensor, product.rows),
    ...(bias ? [reads(bias)] : []),
  ];
}

function tileGrid(
  matmul: Matmul,
  tileRows: number,
  tileColumns: number,
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
