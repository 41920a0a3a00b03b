/**
 * Text as coloured pieces: ids with the text they cover, and whether each is new. Pieces carry real text (a line end is
 * a line end); only bytes that are no text by themselves are spelled out.
 */
import type { Tokenizer } from '../../tokenizer/index';
import type { Piece } from './piece';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function pieceText(tokenizer: Tokenizer, id: number): string {
  try {
    return strict.decode(tokenizer.tokenBytes(id) as Uint8Array<ArrayBuffer>);
  } catch {
    return tokenizer.tokenText(id);
  }
}

export function piecesOf(
  tokenizer: Tokenizer,
  text: string,
  firstNewId = Infinity,
  options: { readonly specialTokens?: boolean } = {},
): Piece[] {
  const { ids, starts, ends } = tokenizer.encode(text, { specialTokens: options.specialTokens ?? false });
  return Array.from(ids, (id, i) => ({
    id,
    text: pieceText(tokenizer, id),
    start: starts[i]!,
    end: ends[i]!,
    isNew: id >= firstNewId,
  }));
}

/** Ids with their texts, for a list. */
export function piecesShown(
  tokenizer: Tokenizer,
  ids: readonly number[],
): { readonly id: number; readonly text: string }[] {
  return ids.map((id) => ({ id, text: tokenizer.tokenText(id) }));
}
