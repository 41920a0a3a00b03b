/** Where the time of a training step goes, as plain values. */
import type { EngineReport, OpKind, StepTimes } from '../../engine/index';
import type { TrainMode } from '../training/trainSettings';

/**
 * `copies`: weights in and gradients out, every step, where they are copied. `rest`: what the step takes beyond the sum of its
 * parts, such as waiting between them.
 */
export type StepPart = OpKind | 'optimizer' | 'copies' | 'rest';

export interface PartTime {
  readonly part: StepPart;
  readonly milliseconds: number;
  /** Of the sum of all parts; the shares add up to 1. */
  readonly share: number;
  /** Reached in its matrix products, their arithmetic over all the time of the part; absent where it has none. */
  readonly gigaflopsPerSecond?: number;
}

export interface ProfiledStep {
  readonly mode: TrainMode;
  readonly batchRows: number;
  readonly rowLength: number;
  readonly newTokens: number;
}

export interface StepProfile {
  readonly engine: Pick<EngineReport, 'kind' | 'description' | 'threads' | 'matmulVariant' | 'dropped'>;
  readonly step: ProfiledStep;
  readonly method: StepTimes['method'];
  /** The fastest of a few steps as they really run. */
  readonly stepMilliseconds: number;
  readonly tokensPerSecond: number;
  /** The dearest first, the rest last. Alone, parts may together take longer than the step; the rest is then 0. */
  readonly parts: readonly PartTime[];
  /** What a plain matrix product reaches on this engine. */
  readonly plainGigaflopsPerSecond: number;
  /** Share of the parts that are no matrix products. */
  readonly outsideProducts: number;
}
