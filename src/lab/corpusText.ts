/** The texts an experiment works on, already split by document, and what the page says about them. */
import type { CorpusSummary } from './results';

export interface CorpusText {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
  /** General text in another style, never trained on: what the model may forget. */
  readonly general: readonly string[];
  readonly summary: CorpusSummary;
}

/** General text is measured on at most this many bytes; more does not change a ratio of thousands of tokens. */
export const countedBytes = 256 * 1024;
