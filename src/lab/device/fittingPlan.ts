/** What a training needs, known before anything is allocated. Bytes. */
import type { FrozenPlan } from './frozenWeights';
import type { TrainMode } from '../training/trainSettings';
import type { StepCut } from './stepCut';
import type { StepPrecision } from './stepPrecision';

export interface FittingPlan {
  readonly mode: TrainMode;
  readonly totalBytes: number;
  readonly bytes: {
    readonly parameters: number;
    readonly gradients: number;
    readonly optimizer: number;
    readonly activations: number;
    /** What is open beside the training to score held-out text; absent in runs that an earlier build saved. */
    readonly evaluation?: number;
    readonly other: number;
  };
  /** Where frozen matrices are held otherwise than as they are stored. */
  readonly frozen?: FrozenPlan;
  /** Absent in runs that an earlier build saved. */
  readonly cut?: StepCut;
  /** Of a run that asked for f16. */
  readonly precision?: StepPrecision;
  readonly largestBinding: { readonly tensor: string; readonly bytes: number };
  readonly fits: boolean;
  readonly problems: readonly { readonly message: string; readonly hint: string }[];
}
