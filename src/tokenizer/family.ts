// The families of tokenizers and what a piece of their vocabularies stands for.
import { byteLevelToBytes } from './byteLevelAlphabet';
import { byteOfFallback } from './decoder/ByteFallback';

/** Only the two of BPE can get new pieces. */
export type TokenizerFamily = 'byte-level-bpe' | 'sentencepiece-bpe' | 'unigram' | 'wordpiece';

/** The bytes of text that a piece of the model stands for; "▁" is a space. */
export function pieceBytes(piece: string, family: TokenizerFamily): Uint8Array {
  if (family === 'byte-level-bpe') return byteLevelToBytes(piece) ?? new TextEncoder().encode(piece);
  if (family === 'wordpiece') return new TextEncoder().encode(piece.replace(/^##/u, ''));
  const byte = byteOfFallback(piece);
  return byte === null ? new TextEncoder().encode(piece.replaceAll('▁', ' ')) : Uint8Array.of(byte);
}
