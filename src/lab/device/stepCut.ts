/** How a step is cut, as plain values: what is chosen (stepChoice.ts), and what became of it (plannedStep.ts). */

export interface StepChoice {
  readonly microBatchRows: number;
  readonly chunkTokens: number;
  /** The first so many layers. */
  readonly recomputedLayers: number;
}

/** What gives way where memory is short. */
export type Adaptation = 'chunk' | 'microBatch' | 'recomputation';

/** How a step was cut, and what that costs. */
export interface StepCut extends StepChoice {
  readonly batchRows: number;
  readonly layers: number;
  /** What gave way for want of memory; empty where the step is cut as it is without a budget. */
  readonly adapted: readonly Adaptation[];
  /** Products computed twice, as a share of those of a step that computes none twice. */
  readonly moreArithmetic: number;
}
