// "▁" back to a space; in the first piece it is the dummy prefix and goes.
import type { Decoder } from './decoder';

export class MetaspaceDecoder implements Decoder {
  constructor(
    readonly replacement: string,
    readonly hasPrefix: boolean,
  ) {}

  decode(pieces: readonly string[]): readonly string[] {
    return pieces.map((piece, index) => piece.replaceAll(this.replacement, index === 0 && this.hasPrefix ? '' : ' '));
  }
}
