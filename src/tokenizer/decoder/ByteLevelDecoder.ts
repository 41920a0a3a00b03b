// The byte-level alphabet back to bytes, and those to text; bytes that are no UTF-8 become U+FFFD.
import { byteLevelToBytes } from '../byteLevelAlphabet';
import type { Decoder } from './decoder';

export class ByteLevelDecoder implements Decoder {
  private readonly encoder = new TextEncoder();
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  decode(pieces: readonly string[]): readonly string[] {
    // A piece with a character outside the alphabet, such as an added token with a space, is text already.
    const parts = pieces.map((piece) => byteLevelToBytes(piece) ?? this.encoder.encode(piece));
    const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return [this.decoder.decode(bytes)];
  }
}
