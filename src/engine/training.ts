/** What a training run is told and what it says back: plain values, shared by plan, optimizer and program. */
import { byteLength, type Tensor } from './graph';
import type { Precision } from './precision';

export interface ParameterGroup {
  /** Names of trainable parameters; every trainable parameter is in exactly one group. */
  readonly parameters: readonly string[];
  readonly weightDecay: number;
  /** Moments and step counts by row: a row without gradient is not touched at all. For vocabulary matrices. */
  readonly lazyRows?: boolean;
  /** Multiplies the group's learning rate; 1 by default. */
  readonly multiplier?: number;
}

export interface TrainingOptions {
  readonly groups: Readonly<Record<string, ParameterGroup>>;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Largest global gradient norm; 0 turns clipping off. */
  readonly clipNorm: number;
  /** Most micro-batches a step. */
  readonly microBatches: number;
  /** Read back after each micro-batch, for example the loss of every token. */
  readonly readback: readonly Tensor[];
  /** Refuse a plan that takes more than this in all. */
  readonly budgetBytes?: number;
  /** What programs that are open beside this one take, for the plan to count; none by default. */
  readonly besideBytes?: number;
  /**
   * Of multiplications in matrix products; f32 by default. f16 where the adapter has it, else `engine/no-f16`: how far a model's
   * losses are from those in f32 is for the caller to look at.
   */
  readonly precision?: Precision;
}

export interface StepReading {
  /** Counts from 1, and goes on after `restoreOptimizerState`. */
  readonly step: number;
  /** Before clipping. NaN when any gradient was not finite: then the step changed no parameter. */
  readonly gradientNorm: number;
  /** [microBatch][tensor], in the order of `TrainingOptions.readback`. */
  readonly readback: readonly (readonly Float32Array[])[];
  /** Wall time from the completion of the step before (or from the submission, if later) to this one's. */
  readonly milliseconds: number;
}

/** Steps whose readings may be on their way at once before `readings()` waits for them. */
export const ringSlots = 4;

/** Bytes read back in one step: the clip record (4 values) and the readback tensors of every micro-batch. */
export function readbackBytes(options: TrainingOptions): number {
  return clipRecordBytes + options.microBatches * microBatchBytes(options.readback);
}

export const clipRecordBytes = 16;

export function microBatchBytes(readback: readonly Tensor[]): number {
  return readback.reduce((sum, tensor) => sum + byteLength(tensor), 0);
}
