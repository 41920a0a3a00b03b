// The families of tokenizers and what a piece of their vocabularies stands for.
import { byteLevelToBytes } from './byteLevelAlphabet';
import { byteOfFallback } from './decoder/ByteFallback';

/** Only the two of BPE can get new pieces. */
export type TokenizerFamily = 'byte-level-bpe' | 'sentencepiece-bpe' | 'unigram' | 'wordpiece';

/** Before WordPiece's pieces that do not begin a word. */
export const WORDPIECE_PREFIX = '##';

/** The bytes of text that a piece of the model stands for; "▁" is a space. */
export function pieceBytes(piece: string, family: TokenizerFamily): Uint8Array {
  if (family === 'byte-level-bpe') return byteLevelToBytes(piece) ?? new TextEncoder().encode(piece);
  if (family === 'wordpiece')
    return new TextEncoder().encode(piece.startsWith(WORDPIECE_PREFIX) ? piece.slice(WORDPIECE_PREFIX.length) : piece);
  const byte = byteOfFallback(piece);
  return byte === null ? new TextEncoder().encode(piece.replaceAll('▁', ' ')) : Uint8Array.of(byte);
}
