// SentencePiece's view of spaces: " " becomes "▁", words begin with it, and the first word may get one of its own.
import type { Piece, PreTokenizer } from './preTokenizer';
import { literalPattern } from '../pattern/onigPattern';
import { Split } from './Split';

export type PrependScheme = 'always' | 'first' | 'never';

export class Metaspace implements PreTokenizer {
  private readonly splitter: Split | null;

  constructor(
    readonly replacement: string,
    readonly prependScheme: PrependScheme,
    split: boolean,
  ) {
    this.splitter = split ? new Split(literalPattern(replacement), 'MergedWithNext', false) : null;
  }

  split(pieces: readonly Piece[], atTextStart: boolean): readonly Piece[] {
    const marked = pieces.map((piece): Piece => {
      const text = piece.text.replaceAll(' ', this.replacement);
      const prepends =
        this.prependScheme === 'always' || (this.prependScheme === 'first' && atTextStart && piece.start === 0);
      if (!prepends || text.startsWith(this.replacement)) return { ...piece, text };
      return { text: this.replacement + text, start: piece.start, added: piece.added + 1 };
    });
    return this.splitter === null ? marked : this.splitter.split(marked);
  }
}
