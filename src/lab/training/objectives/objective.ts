/** What a stage learns of what it reads; the loss is cross-entropy against its targets. */
import type { PackedRow } from '../../../corpus/index';

export interface Objective {
  /** Its words on model cards and in the specification's schema. */
  readonly about: string;
  /** The corpus, in rows that documents run through; or the instructions, each conversation whole in its row. */
  readonly reads: 'text' | 'instructions';
  /** The id that each of the row's ids should predict, or `ignoredTarget`; as many as the row has ids. */
  readonly targets: (row: PackedRow) => Uint32Array;
  /** Whether the old cut of the same text teaches as well. */
  readonly isTaught?: true;
}
