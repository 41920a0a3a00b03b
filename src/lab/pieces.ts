/** Text as coloured pieces: ids with the text they cover, and whether each is new. */
import type { Tokenizer } from '../tokenizer/index';
import type { Piece } from './results';

export function piecesOf(
  tokenizer: Tokenizer,
  text: string,
  options: { readonly specialTokens?: boolean; readonly firstNewId?: number } = {},
): Piece[] {
  const { ids, starts, ends } = tokenizer.encode(text, { specialTokens: options.specialTokens ?? false });
  const firstNewId = options.firstNewId ?? Infinity;
  return Array.from(ids, (id, i) => ({
    id,
    text: tokenizer.tokenText(id),
    start: starts[i]!,
    end: ends[i]!,
    isNew: id >= firstNewId,
  }));
}
