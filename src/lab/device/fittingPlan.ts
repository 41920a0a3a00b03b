/** What a training needs, known before anything is allocated. Bytes. */
import type { TrainMode } from '../training/trainSettings';

export interface FittingPlan {
  readonly mode: TrainMode;
  readonly totalBytes: number;
  readonly bytes: {
    readonly parameters: number;
    readonly gradients: number;
    readonly optimizer: number;
    readonly activations: number;
    readonly other: number;
  };
  readonly largestBinding: { readonly tensor: string; readonly bytes: number };
  readonly fits: boolean;
  readonly problems: readonly { readonly message: string; readonly hint: string }[];
}
