/** Sums over rows in a fixed order, for the gradients of biases and norm weights: one dispatch, a few columns a workgroup. */
import { elementCount, type Tensor } from '../graph';
import type { Dispatch, KernelTarget } from '../op';
import { reductionLanes } from '../variants';
import { reads, updates, workgroupGrid } from './dispatch';

const columnsPerWorkgroup = 8;

/**
 * gradient [width] += column sums of values [rows, width]; for the weight of a norm, of values times the hidden states as
 * that norm scaled (and, where it has a mean, centred) them.
 */
export function columnSumDispatch(
  values: Tensor,
  rows: number,
  gradient: Tensor,
  target: KernelTarget,
  norm?: { readonly hidden: Tensor; readonly scale: Tensor; readonly mean?: Tensor },
): Dispatch {
  const width = elementCount(gradient.shape);
  // Software adapters run barriers lane by lane; a GPU with few columns needs many rows at once.
  const rowLanes =
    reductionLanes(target) === columnsPerWorkgroup ? 1 : target.maxInvocationsPerWorkgroup >= 256 ? 32 : 8;
  return {
    kernel: 'columnSums',
    constants: {
      ROWS: rows,
      WIDTH: width,
      ROW_LANES: rowLanes,
      NORM: norm !== undefined,
      MEAN: norm?.mean !== undefined,
    },
    bindings: [
      reads(values),
      updates(gradient),
      ...(norm ? [reads(norm.hidden), reads(norm.scale)] : []),
      ...(norm?.mean ? [reads(norm.mean)] : []),
    ],
    workgroups: workgroupGrid(Math.ceil(width / columnsPerWorkgroup), target),
  };
}
