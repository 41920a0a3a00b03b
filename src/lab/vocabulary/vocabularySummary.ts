/** A built vocabulary in figures. */
import type { Shortfall } from '../../tokenizer/index';

export interface NewToken {
  readonly id: number;
  readonly text: string;
  /** The old pieces it replaces. */
  readonly pieces: readonly { readonly id: number; readonly text: string }[];
  readonly occurrences: number;
  readonly documents: number;
  /** Over all occurrences; what was lost counts as a token a byte. */
  readonly tokensSaved: number;
  /** Hardly stands alone, because longer ones took its occurrences: how rare it is says nothing of the vocabulary. */
  readonly isLink?: true;
}

/** The same text cut before and after. Tokens count lost text as byte fallback would spell it, a token a byte. */
export interface LengthChange {
  readonly bytes: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** Of `bytes`, those that no token stands for. */
  readonly lostBefore: number;
  readonly lostAfter: number;
}

/** The same text cut with and without removed tokens. Tokens count lost text as byte fallback would spell it. */
export interface RemovalPrice {
  readonly bytes: number;
  /** Of `bytes`, those that removed tokens stood for. */
  readonly finerBytes: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

export interface RemovedToken {
  /** In the model as it was opened. */
  readonly id: number;
  readonly text: string;
  /** In the held-out and general text that the price is measured on. */
  readonly times: number;
  /** Text around the first of them. */
  readonly example?: string;
}

/** Old tokens that went. */
export interface RemovalSummary {
  /** Their rows were taken by new tokens, or left out. */
  readonly kind: 'replace' | 'trim';
  readonly removed: number;
  /** How many might have gone. */
  readonly free: number;
  /** Used at least so often in training and general text, a token was kept. */
  readonly leastCount: number;
  readonly heldOut: RemovalPrice;
  readonly general: RemovalPrice;
  /** Some of them, the most used first. */
  readonly tokens: readonly RemovedToken[];
}

export interface VocabularySummary {
  readonly newTokens: readonly NewToken[];
  readonly dead: number;
  /** Words left out because as added tokens they would be decoded as other text. Absent: none. */
  readonly refused?: readonly string[];
  readonly firstNewId: number;
  readonly spareRowsUsed: number;
  readonly embeddingRowsBefore: number;
  readonly embeddingRowsAfter: number;
  readonly heldOut: LengthChange;
  readonly general: LengthChange;
  /** Of the new tokens, those that hardly stand alone, because longer ones took their occurrences. */
  readonly links: number;
  /** Why there are fewer than were asked for; null where there are as many. */
  readonly shortfall: Shortfall | null;
  /** By which llama.cpp's converter knows a byte-level pre-tokenizer; null for other models. */
  readonly llamaCppHash: { readonly before: string; readonly after: string } | null;
  /** Whether a `tokenizer.model` is written, from which llama.cpp's converter takes the scores of pieces; made where the base has none. */
  readonly hasTokenizerModel: boolean;
  /** Absent: every old token is kept. */
  readonly removal?: RemovalSummary;
  readonly milliseconds: number;
}
