/**
 * Text as coloured pieces: ids with the text they cover, and whether each is new. Pieces carry real text (a line end is
 * a line end); a part of a character is shown as that character with the numbers of its bytes, other bytes are spelled out.
 */
import type { Tokenizer } from '../../tokenizer/index';
import type { Piece } from './piece';
import { withSplitCharacters } from './splitCharacters';

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
  const texts = withSplitCharacters(bytesOf(tokenizer, ids), (at) => pieceText(tokenizer, ids[at]!));
  return Array.from(ids, (id, i) => ({
    id,
    text: texts[i]!,
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
  const texts = withSplitCharacters(bytesOf(tokenizer, ids), (at) => tokenizer.tokenText(ids[at]!));
  return ids.map((id, at) => ({ id, text: texts[at]! }));
}

function bytesOf(tokenizer: Tokenizer, ids: ArrayLike<number>): Uint8Array[] {
  return Array.from(ids, (id) => tokenizer.tokenBytes(id));
}
