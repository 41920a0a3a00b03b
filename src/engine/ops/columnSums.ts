/**
 * Sums over rows in two deterministic stages, for the gradients of biases and norm weights: blocks of rows side by side,
 * then the blocks in order. Ops that use it keep an output `partials` of shape `columnPartialsShape`.
 */
import type { Tensor } from '../graph';
import type { Dispatch } from '../op';
import { reads, updates, writes } from './dispatch';

/** 64 blocks at most: enough to fill a GPU with a few columns, cheap to add up. */
export function columnPartialsShape(rows: number, width: number): readonly [number, number] {
  return [Math.min(64, Math.ceil(rows / 16)), width];
}

/**
 * gradient [width] += column sums of values [rows, width]; for the weight of a norm, of values times the hidden states as
 * that norm scaled (and, where it has a mean, centred) them.
 */
export function columnSumDispatches(
  values: Tensor,
  rows: number,
  partials: Tensor,
  gradient: Tensor,
  norm?: { readonly hidden: Tensor; readonly scale: Tensor; readonly mean?: Tensor },
): readonly Dispatch[] {
  const [blocks, width] = partials.shape as [number, number];
  return [
    {
      kernel: 'columnPartials',
      constants: {
        ROWS: rows,
        WIDTH: width,
        BLOCK_ROWS: Math.ceil(rows / blocks),
        NORM: norm !== undefined,
        MEAN: norm?.mean !== undefined,
      },
      bindings: [
        reads(values),
        ...(norm ? [reads(norm.hidden), reads(norm.scale)] : []),
        writes(partials),
        ...(norm?.mean ? [reads(norm.mean)] : []),
      ],
      workgroups: [Math.ceil(width / 64), blocks, 1],
    },
    {
      kernel: 'addPartials',
      constants: { BLOCKS: blocks, WIDTH: width },
      bindings: [reads(partials), updates(gradient)],
      workgroups: [Math.ceil(width / 64), 1, 1],
    },
  ];
}
