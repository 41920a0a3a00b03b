// Decoders one after another.
import type { Decoder } from './decoder';

export class DecoderSequence implements Decoder {
  constructor(readonly decoders: readonly Decoder[]) {}

  decode(pieces: readonly string[]): readonly string[] {
    return this.decoders.reduce((texts, decoder) => decoder.decode(texts), pieces);
  }
}
