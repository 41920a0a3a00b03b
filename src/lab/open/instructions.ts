/** Conversations for instruction tuning, split into what is read and what answers are measured on. */
import type { Conversation, RecordFormName, Turn } from '../../corpus/index';

export interface Instructions {
  readonly train: readonly Conversation[];
  readonly heldOut: readonly Conversation[];
  readonly summary: InstructionSummary;
}

/** What was taken of the files. */
export interface InstructionSummary {
  readonly name: string;
  /** Records of each form. */
  readonly forms: Readonly<Partial<Record<RecordFormName, number>>>;
  readonly conversations: number;
  readonly heldOut: number;
  /** UTF-8 bytes of what is said in them, and of the answers alone. */
  readonly bytes: number;
  readonly answerBytes: number;
  readonly duplicates: number;
  readonly first: readonly Turn[];
  readonly source?: string;
  readonly licence?: string;
}
