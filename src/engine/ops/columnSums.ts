/** Sums over rows in a fixed order, for the gradients of biases and norm weights: one dispatch, a few columns a workgroup. */
import { elementCount, type Tensor } from '../graph';
import { kernelFamilies } from '../kernelFamilies';
import type { Dispatch, KernelTarget } from '../op';
import { familyOf } from '../variants';
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
  const most = kernelFamilies[familyOf(target)].forSoftware ? columnsPerWorkgroup : 256;
  const rowLanes = Math.floor(Math.min(most, target.maxInvocationsPerWorkgroup) / columnsPerWorkgroup);
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
