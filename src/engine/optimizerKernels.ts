/**
 * The optimizer's dispatches. They are no graph nodes: the optimizer program runs them once a step, after the
 * micro-batches. The clip factor goes from the norm's reduction to AdamW on the GPU; the host never waits for it.
 */
import { byteLength, elementCount, type Tensor } from './graph';
import type { Dispatch, KernelTarget } from './op';
import { reads, shapeOf, updates, workgroupGrid, writes } from './ops/dispatch';
import { reductionLanes } from './variants';

/** f32 values of a group's `scalars`, in this order. The bias corrections are 1 - beta^step, made by the host in f64. */
export const scalarNames = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'biasCorrection1',
  'biasCorrection2',
] as const;

/** f32 values of the `clip` buffer: the host writes the first, the norm's reduction the other two. */
export const clipNames = ['largestNorm', 'factor', 'norm'] as const;

/** Values, four at a time, that a workgroup of AdamW moves. */
const quadsPerWorkgroup = 512;

/** Many tensors moved by one dispatch, all tensors here but the table whole buffers of f32. */
export interface AdamwPass {
  readonly weights: Tensor;
  /** Cleared by the step. */
  readonly gradients: Tensor;
  readonly firstMoments: Tensor;
  readonly secondMoments: Tensor;
  /** Of all groups. */
  readonly scalars: Tensor;
  readonly table: Tensor;
  /** What the table holds: passTable's rows. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** In all. */
  readonly values: number;
}

/** Where a tensor of a pass lies, in bytes from the beginning of each buffer; multiples of 16, what is behind it up to there zero. */
export interface PassEntry {
  /** Values. */
  readonly count: number;
  readonly weight: number;
  readonly gradient: number;
  readonly moment: number;
  /** Of its group. */
  readonly scalars: number;
}

const tableRow = 6;

/** As shaders/adamw.wgsl reads it: first workgroup; weight, gradient and moments in quads; quads; scalars in values. */
export function passTable(entries: readonly PassEntry[]): Uint32Array<ArrayBuffer> {
  let workgroup = 0;
  return Uint32Array.from(
    entries.flatMap(({ count, weight, gradient, moment, scalars }) => {
      const quads = Math.ceil(count / 4);
      const row = [workgroup, weight / 16, gradient / 16, moment / 16, quads, scalars / 4];
      workgroup += Math.ceil(quads / quadsPerWorkgroup);
      return row;
    }),
  );
}

export function adamwDispatch(pass: AdamwPass, clip: Tensor, target: KernelTarget): Dispatch {
  const { weights, gradients, firstMoments, secondMoments, scalars, table, rows, values } = pass;
  const [first, , , , quads] = rows.slice(-tableRow) as unknown as [number, number, number, number, number];
  const moved = [weights, gradients, firstMoments, secondMoments];
  return {
    kernel: 'adamw',
    constants: { TENSORS: rows.length / tableRow, ROW: tableRow, QUADS: quadsPerWorkgroup },
    bindings: [...moved.map((tensor) => updates(tensor)), ...[scalars, clip, table].map((tensor) => reads(tensor))],
    workgroups: workgroupGrid(first + Math.ceil(quads / quadsPerWorkgroup), target),
    work: { reads: 16 * values + byteLength(table), writes: 16 * values },
  };
}

export interface AdamwRowsTensors {
  /** f32 [rows, width]. */
  readonly weight: Tensor;
  /** Shape of the weight; cleared by the step. */
  readonly gradient: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
  readonly scalars: Tensor;
  /** See clipNames. */
  readonly clip: Tensor;
  /** u32 [rows], each row's own step count. */
  readonly rowSteps: Tensor;
}

/** Rows without a gradient in this step keep weight, moments and step count to the bit. */
export function adamwRowsDispatch(tensors: AdamwRowsTensors, target: KernelTarget): Dispatch {
  const { weight, gradient, firstMoment, secondMoment, scalars, clip, rowSteps } = tensors;
  const ROWS = shapeOf(weight, 0);
  const WIDTH = elementCount(weight.shape) / ROWS;
  const moved = [weight, gradient, firstMoment, secondMoment].map((tensor) => updates(tensor));
  return {
    kernel: 'adamwRows',
    constants: { ROWS, WIDTH, LANES: reductionLanes(target) },
    bindings: [...moved, reads(scalars), updates(rowSteps), reads(clip)],
    workgroups: workgroupGrid(ROWS, target),
  };
}

/** Partial sums for so many bytes of gradients: a multiple of 64, so that each slice is a binding. */
export function partialBlocks(bytes: number): number {
  return 64 * Math.min(16, Math.ceil(bytes / 2 ** 22));
}

/** f32 [count], of which a multiple of four is bound, -> partials [slice]. */
export function squaredNormDispatch(
  gradients: Tensor,
  partials: Tensor,
  slice: readonly [start: number, end: number],
  target: KernelTarget,
): Dispatch {
  const blocks = slice[1] - slice[0];
  const COUNT = Math.ceil(elementCount(gradients.shape) / 4);
  return {
    kernel: 'squaredNorm',
    constants: { COUNT, BLOCK: Math.ceil(COUNT / blocks), LANES: reductionLanes(target) },
    bindings: [reads(gradients), writes(partials, slice)],
    workgroups: [blocks, 1, 1],
  };
}

/** `clip` as in clipNames, of all of `partials`. */
export function clipFactorDispatch(partials: Tensor, clip: Tensor, target: KernelTarget): Dispatch {
  return {
    kernel: 'clipFactor',
    constants: { COUNT: elementCount(partials.shape), LANES: reductionLanes(target) },
    bindings: [reads(partials), updates(clip)],
    workgroups: [1, 1, 1],
  };
}
