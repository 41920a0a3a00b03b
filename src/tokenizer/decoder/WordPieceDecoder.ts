// Pieces of words joined, words with a space between, and the spaces before punctuation taken out again.
import type { Decoder } from './decoder';

const CLEANED: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

export class WordPieceDecoder implements Decoder {
  constructor(
    readonly prefix: string,
    readonly cleansUp: boolean,
  ) {}

  decode(pieces: readonly string[]): readonly string[] {
    return pieces.map((piece, index) => {
      let text = piece;
      if (index > 0) text = piece.startsWith(this.prefix) ? piece.replace(this.prefix, '') : ` ${piece}`;
      return this.cleansUp ? CLEANED.reduce((clean, [from, to]) => clean.replaceAll(from, to), text) : text;
    });
  }
}
