// The two families of BPE and what a piece of their vocabularies stands for.
import { byteLevelToBytes } from './byteLevelAlphabet';
import { byteOfFallback } from './decoder/ByteFallback';

export type TokenizerFamily = 'byte-level-bpe' | 'sentencepiece-bpe';

/** The bytes of text that a piece of the model stands for; "▁" is a space. */
export function pieceBytes(piece: string, family: TokenizerFamily): Uint8Array {
  if (family === 'byte-level-bpe') return byteLevelToBytes(piece) ?? new TextEncoder().encode(piece);
  const byte = byteOfFallback(piece);
  return byte === null ? new TextEncoder().encode(piece.replaceAll('▁', ' ')) : Uint8Array.of(byte);
}
