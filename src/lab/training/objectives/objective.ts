/** What a stage learns of its text. Every objective lays the text out in the same rows; the loss is cross-entropy against its targets. */
import type { PackedRow } from '../../../corpus/index';

export interface Objective {
  /** Its words on model cards and in the specification's schema. */
  readonly about: string;
  /** The id that each of the row's ids should predict, or `ignoredTarget`; as many as the row has ids. */
  readonly targets: (row: PackedRow) => Uint32Array;
  /** Whether the old cut of the same text teaches as well. */
  readonly isTaught?: true;
}
