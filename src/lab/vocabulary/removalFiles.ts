/**
 * The list of old tokens that went, beside the model. Of a replacement `replaced_tokens.json` says which new token lies where which old one
 * was; `new_tokens.json`, which other readers take for rows that were added, is not written then. Of trimming, `removed_tokens.json`.
 */
import type { Tokenizer } from '../../tokenizer/index';
import type { RowOrder } from '../open/openModel';
import { piecesShown } from '../open/pieces';
import type { NewToken } from './vocabularySummary';

export function replacedTokensFile(before: Tokenizer, newTokens: readonly NewToken[]): Record<string, string> {
  const replaced = newTokens.map((token) => ({ ...token, was: before.tokenText(token.id) }));
  return { 'replaced_tokens.json': lines(replaced) };
}

/** @param without the tokenizer that is left, whose ids `pieces` has. */
export function removedTokensFile(
  before: Tokenizer,
  without: Tokenizer,
  { rows, rowsBefore }: RowOrder,
): Record<string, string> {
  const kept = new Set(rows);
  const ids = Array.from({ length: Math.min(rowsBefore, before.largestId + 1) }, (_, id) => id);
  const removed = ids
    .filter((id) => !kept.has(id))
    .map((id) => {
      return { id, text: before.tokenText(id), pieces: piecesShown(without, cutWithout(before, without, id)) };
    });
  return { 'removed_tokens.json': lines(removed) };
}

/** What its spelling is merged to without it; parts of characters have no text to be encoded. */
function cutWithout(before: Tokenizer, { family, bpe }: Tokenizer, id: number): readonly number[] {
  if (family !== 'byte-level-bpe') return bpe.segment(before.piece(id)).ids;
  return bpe.mergeIds(Array.from(before.tokenBytes(id), (byte) => bpe.symbols.idOfByte(byte)));
}

const lines = (values: readonly object[]): string =>
  `[\n${values.map((value) => JSON.stringify(value)).join(',\n')}\n]\n`;
