/** The last run as the private file system keeps it. */
import type { Prediction } from '../diagnosis/diagnosis';
import type { Comparison } from '../scoring/comparison';
import type { TrainSettings } from '../training/trainSettings';

/** Everything needed to run an experiment again; `experiment.json` in the download. */
export interface Experiment {
  readonly version: 1;
  readonly model: { readonly name: string; readonly source: string };
  readonly corpus: {
    readonly name: string;
    readonly source?: string;
    readonly licence?: string;
    readonly documents: number;
    readonly bytes: number;
  };
  readonly newTokens: number;
  readonly settings: TrainSettings;
  readonly prediction?: Prediction;
}

/** The last run, kept in the origin-private file system so that a second visit can offer it. */
export interface SavedRun {
  readonly id: string;
  readonly savedAt: string;
  readonly title: string;
  readonly finished: boolean;
  readonly experiment: Experiment;
  readonly comparison?: Comparison;
  /** Absent where text is lost. */
  readonly finalBitsPerByte?: number;
  readonly baseBitsPerByte?: number;
  readonly bytes: number;
}
