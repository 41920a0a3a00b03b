// Joins everything, so that decoders after it see one text.
import type { Decoder } from './decoder';

export class Fuse implements Decoder {
  decode(pieces: readonly string[]): readonly string[] {
    return [pieces.join('')];
  }
}
