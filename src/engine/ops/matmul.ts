/**
 * The matrix products of a linear layer, one form told from another by strides; kernels in matmulVariants/:
 *   forward         y = x W^T   left(i, k) = x[i, k]    right(k, j) = W[j, k]
 *   input gradient  dx = dy W   left(i, k) = dy[i, k]   right(k, j) = W[k, j]
 *   weight gradient dW += dy^T x  left(i, k) = dy[k, i] right(k, j) = x[k, j]
 */
import type { Tensor } from '../graph';
import type { Activation } from './activation';

export interface MatmulOperand {
  readonly tensor: Tensor;
  /** Elements between neighbours along the product's rows (left) or columns (right). */
  readonly across: number;
  /** Elements between neighbours along the summed dimension. */
  readonly depth: number;
  readonly offset?: number;
  readonly rows?: readonly [number, number];
  /** Of the loss: as small as the tokens of a step are many. */
  readonly isGradient?: boolean;
}

export interface Matmul {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly left: MatmulOperand;
  /** As it is stored. */
  readonly right: MatmulOperand;
  readonly product: {
    readonly tensor: Tensor;
    readonly row: number;
    readonly offset?: number;
    readonly rows?: readonly [number, number];
  };
  readonly bias?: Tensor | undefined;
  readonly accumulate?: boolean;
  /** Added to the product; its shape. Not with `accumulate`. */
  readonly addend?: Tensor;
  /** The product is activated, or goes through a gate that is. With `values` both are stored, else `product` holds them alone. */
  readonly activated?: { readonly activation: Activation; readonly gate?: Tensor; readonly values?: Tensor };
  /**
   * The product is the gradient of activated values, and `product` that of what was activated: `of`, which is the gate where there
   * was one, whose other operand has a gradient too.
   */
  readonly backward?: {
    readonly of: Tensor;
    readonly activation: Activation;
    readonly gated?: { readonly up: Tensor; readonly dUp: Tensor };
  };
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
    left: { tensor: dy, across: depth, depth: 1, isGradient: true },
    right: { tensor: weight, ...(layout === 'outIn' ? { across: 1, depth: columns } : { across: depth, depth: 1 }) },
    product: { tensor: dx, row: columns },
  };
}

/** dW [outer, inner] += dy^T x, summed over `depth` rows; for weights as [in, out] x and dy are exchanged. */
export function weightGradientMatmul(
  first: Tensor,
  second: Tensor,
  dWeight: Tensor,
  depth: number,
  layout: WeightLayout = 'outIn',
): Matmul {
  const [rows, columns] = dWeight.shape as [number, number];
  return {
    rows,
    columns,
    depth,
    left: { tensor: first, across: 1, depth: rows, isGradient: layout === 'outIn' },
    right: { tensor: second, across: 1, depth: columns, isGradient: layout === 'inOut' },
    product: { tensor: dWeight, row: columns },
    accumulate: true,
  };
}
