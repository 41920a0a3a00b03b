/** A way to a vocabulary, its rules, and which of its candidates are chosen. */
import type { GrammarName, LearnMethod } from '../../tokenizer/index';

/** A way to a vocabulary. */
export interface LearnWay {
  readonly method: LearnMethod;
  /** Of the atomic alphabet; absent: told from the texts. */
  readonly grammar?: GrammarName;
  /** Absent: the defaults. */
  readonly rules?: LearnRules;
}

/** What may become a token. */
export interface LearnRules {
  /** Occurrences in the training text. Default 2. */
  readonly minFrequency?: number;
  /** Documents it stands in. Default 2. */
  readonly minDocuments?: number;
  /** Characters. Default: no bound; 16 where tokenizer.json has no word boundary, as SentencePiece has it. */
  readonly maxPieceLength?: number;
  /** Digits are not merged unless this is set. */
  readonly mergeDigits?: boolean;
  /** Source of a regular expression that no new token may match. */
  readonly neverMerge?: string;
  /** Default `document`. */
  readonly unit?: 'document' | 'line';
}

/** Which tokens a vocabulary is made of. */
export interface VocabularyChoice extends LearnWay {
  /** The first so many candidates that are not turned down. */
  readonly newTokens: number;
  /** Pieces as tokenizer.json spells them. */
  readonly rejected: readonly string[];
  /** Texts. */
  readonly added: readonly string[];
  /** They take the rows of old tokens, of these; absent: they get rows of their own. */
  readonly replaces?: RemovalChoice;
}

/** Which old tokens go. */
export interface RemovalChoice {
  /** One that training and general text hold so often is kept. */
  readonly leastCount: number;
  /** How many, where no new tokens say it; absent: all that may go. */
  readonly tokens?: number;
  /** That go first, as tokenizer.json spells them. */
  readonly pieces: readonly string[];
}

export type CandidateFlag = 'part-of-character' | 'inside-another' | 'bound-pair' | 'few-documents' | 'near-duplicate';

export interface Candidate {
  readonly piece: string;
  readonly text: string;
  readonly pieces: readonly { readonly id: number; readonly text: string }[];
  readonly documents: number;
  /** When it was learned. */
  readonly occurrences: number;
  readonly flags: readonly CandidateFlag[];
}

export interface CandidateCounts {
  /** Indices of the candidates that are in, ascending. */
  readonly accepted: Uint32Array;
  /** Occurrences in the training text cut with the chosen tokens, by candidate; 0 for those that are out. */
  readonly exposures: Float64Array;
  readonly byHand: readonly { readonly text: string; readonly occurrences: number }[];
  readonly newTokens: number;
  /** Without links, the tokens that hardly stand alone. */
  readonly exposureP10: number;
  /** Lost text counts as a token a byte. */
  readonly heldOut: { readonly bytes: number; readonly tokensBefore: number; readonly tokensAfter: number };
}
