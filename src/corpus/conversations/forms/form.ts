// How a record holds conversations.
import type { Turn } from '../conversation';

export type RawRecord = Readonly<Record<string, unknown>>;

export interface RecordForm {
  /** Its fields in words, as errors list them. */
  readonly about: string;
  /** Whether a record is meant as one of this form; what is wrong in it then is said by `read`. */
  readonly fits: (record: RawRecord) => boolean;
  /** @throws RecordProblem */
  readonly read: (record: RawRecord) => readonly (readonly Turn[])[];
}
