// Tokens that always keep their rows: without them some text could not be written, or would no longer mean what it does.
import type { Tokenizer } from '../Tokenizer';

const BYTE_PIECE = /^<0x[0-9A-F]{2}>$/;

/** Added and special tokens, the unknown token, bytes, what the tokenizer puts around texts, and characters that no bytes stand in for. */
export function keptIds(tokenizer: Tokenizer): Set<number> {
  const { unknown, bos, eos, padding } = tokenizer.special;
  const { vocabulary, symbols } = tokenizer.bpe;
  const kept = new Set<number>(tokenizer.addedTokens.map(({ id }) => id));
  for (const id of [unknown, bos, eos, padding, symbols.unknownId]) if (id !== null) kept.add(id);
  for (const id of tokenizer.encode('', { specialTokens: true }).ids) kept.add(id);
  // In byte-level models the characters of pieces are the bytes.
  const hasBytes =
    tokenizer.family === 'sentencepiece-bpe' &&
    Array.from({ length: 256 }).every((_, byte) => symbols.idOfByte(byte) >= 0);
  for (const [piece, id] of vocabulary) {
    const isCharacter = piece.length === 1 || (piece.length === 2 && piece.codePointAt(0)! > 0xffff);
    if (BYTE_PIECE.test(piece) || piece === '▁' || (isCharacter && !hasBytes)) kept.add(id);
  }
  return kept;
}
