/**
 * What a training step multiplies in. f16 is coarser, and faster on many GPUs, so that it is a choice of the experiment
 * and never more than a wish: an engine without it, or a model that fails the check, is trained in f32, and its run says so.
 * Evaluations are f32 always. These are the values; choosePrecision.ts finds them.
 */
import { precisions, type Precision } from '../../engine/index';

/** Each with what it does, as flags and the schema say it. */
export const stepPrecisions = {
  f32: { about: 'in single precision' },
  f16: {
    about: 'operands in half precision where the adapter has it and the model passes a check before its first step',
  },
} as const satisfies Record<Precision, { readonly about: string }>;

export const stepPrecisionNames = precisions;

/** f16 beside f32, in one micro-batch of the run's own text with the weights as they are. */
export interface PrecisionCheck {
  /** Difference of the losses' sum as a share of that in f32; null where it is no number. */
  readonly loss: number | null;
  /** Norm of the difference as a share of the norm in f32, of the parameter where it is largest; null likewise. */
  readonly gradient: number | null;
  readonly parameter: string;
  readonly passed: boolean;
}

/** What a run's steps multiply in that asked for f16. */
export interface StepPrecision {
  readonly precision: Precision;
  /** Absent where the engine has no f16. */
  readonly check?: PrecisionCheck;
}

/** Above these a model is trained in f32 (docs/decisions.md has what was measured). */
export const precisionTolerances = { loss: 1e-3, gradient: 0.05 };
