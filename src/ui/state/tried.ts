/** What base and trained arm wrote after a prompt. */
import type { Piece, RuntimeUsed } from '../../worker/index';

/** What one model wrote after a prompt. */
export interface Written {
  readonly pieces: readonly Piece[];
  readonly milliseconds: number;
  readonly done: boolean;
  /** Known once it is done. */
  readonly runtime?: RuntimeUsed;
}

export interface Tried {
  readonly prompt: string;
  /** It was a question, and what was written is the answer. */
  readonly chat: boolean;
  readonly written: Readonly<Record<'base' | 'grafted', Written>>;
  /** Tokens of what the graft wrote, and what the base vocabulary needs for the same text; null where there is no graft. */
  readonly tokens: { readonly grafted: number; readonly base: number } | null;
}
