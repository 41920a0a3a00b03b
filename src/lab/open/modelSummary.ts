/** An opened model in figures. */
import type { ModelNote } from './modelNotes';
import type { ReaderNote } from './readers';

export interface ModelSummary {
  readonly name: string;
  readonly source: 'bundled' | 'folder' | 'hub';
  readonly family: string;
  readonly parameters: number;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly contextLength: number;
  readonly tied: boolean;
  readonly dtype: string;
  readonly weightBytes: number;
  /** The four numbers that must never be mixed up. */
  readonly vocabSize: number;
  readonly tokenizerLength: number;
  readonly largestId: number;
  readonly embeddingRows: number;
  /** Tokens that an earlier graft put into it, of its new_tokens.json; absent: none, or the file cannot be read. */
  readonly earlierTokens?: number;
  readonly tokenizerFamily: string;
  /** Can this tokenizer be extended (byte-level BPE today)? If not, why. */
  readonly extendable: boolean;
  readonly notExtendableReason?: string;
  readonly licence?: string;
  /** Absent: nothing. */
  readonly notes?: readonly ModelNote[];
  /** What other programs make of it otherwise than the lab. Absent: nothing. */
  readonly readers?: readonly ReaderNote[];
}
