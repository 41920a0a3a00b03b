// Replaces every match of a pattern in each piece.
import type { Pattern } from '../pattern/createPattern';
import type { Decoder } from './decoder';

export class ReplaceDecoder implements Decoder {
  constructor(
    readonly pattern: Pattern,
    readonly content: string,
  ) {}

  decode(pieces: readonly string[]): readonly string[] {
    return pieces.map((piece) => piece.replaceAll(this.pattern.expression, () => this.content));
  }
}
