/**
 * The optimizer's dispatches. They are no graph nodes: the optimizer program runs them once a step, after the
 * micro-batches. The clip factor goes from the norm's reduction to AdamW on the GPU; the host never waits for it.
 */
import { elementCount, type Tensor } from './graph';
import type { Dispatch, KernelTarget } from './op';
import { flatValues, invocationGrid, reads, shapeOf, updates, workgroupGrid, writes } from './ops/dispatch';
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

/** Partial sums a gradient gets in `partials`, whatever its size: 256 bytes, so that each slice is a binding. */
export const partialsPerGradient = 64;

export interface AdamwTensors {
  /** f32 [rows, width] or flat. */
  readonly weight: Tensor;
  /** Shape of the weight; cleared by the step. */
  readonly gradient: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
  readonly scalars: Tensor;
  /** See clipNames. Absent: gradients are taken as they are. */
  readonly clip?: Tensor;
  readonly target: KernelTarget;
  /** Rows without a gradient in this step keep weight, moments and step count to the bit. */
  readonly lazyRows?: boolean;
  /** u32 [rows], each row's own step count: with lazyRows. */
  readonly rowSteps?: Tensor;
}

export function adamwDispatches(tensors: AdamwTensors): readonly Dispatch[] {
  const { weight, gradient, firstMoment, secondMoment, scalars, clip, target, lazyRows, rowSteps } = tensors;
  const state = [updates(weight), updates(gradient), updates(firstMoment), updates(secondMoment), reads(scalars)];
  const clipping = clip ? [reads(clip)] : [];
  if (!lazyRows) {
    const constants = { ...flatValues(weight), CLIP: clip !== undefined };
    const workgroups = invocationGrid(constants.COUNT, target);
    return [{ kernel: 'adamw', constants, bindings: [...state, ...clipping], workgroups }];
  }
  if (!rowSteps) throw new Error(`${weight.name}: lazy rows need rowSteps`);
  const ROWS = shapeOf(weight, 0);
  const WIDTH = elementCount(weight.shape) / ROWS;
  return [
    {
      kernel: 'adamwRows',
      constants: { ROWS, WIDTH, LANES: reductionLanes(target), CLIP: clip !== undefined },
      bindings: [...state, updates(rowSteps), ...clipping],
      workgroups: workgroupGrid(ROWS, target),
    },
  ];
}

/** `partials` is f32 [partialsPerGradient * gradients.length]; `clip` as in clipNames. */
export function gradientNormDispatches(
  gradients: readonly Tensor[],
  partials: Tensor,
  clip: Tensor,
  target: KernelTarget,
): readonly Dispatch[] {
  const LANES = reductionLanes(target);
  const sums = gradients.map((gradient, index): Dispatch => {
    const values = flatValues(gradient);
    const slice = [index * partialsPerGradient, (index + 1) * partialsPerGradient] as const;
    const BLOCK = Math.ceil(values.COUNT / partialsPerGradient);
    return {
      kernel: 'squaredNorm',
      constants: { ...values, SCALAR: values.VALUE === 'f32', BLOCK, LANES },
      bindings: [reads(gradient), writes(partials, slice)],
      workgroups: [partialsPerGradient, 1, 1],
    };
  });
  return [
    ...sums,
    {
      kernel: 'clipFactor',
      constants: { COUNT: gradients.length * partialsPerGradient, LANES },
      bindings: [reads(partials), updates(clip)],
      workgroups: [1, 1, 1],
    },
  ];
}
