// Pre-tokenizers one after another, each on the pieces of the one before.
import type { Piece, PreTokenizer } from './preTokenizer';

export class PreTokenizerSequence implements PreTokenizer {
  constructor(readonly preTokenizers: readonly PreTokenizer[]) {}

  split(pieces: readonly Piece[], atTextStart: boolean): readonly Piece[] {
    return this.preTokenizers.reduce((found, preTokenizer) => preTokenizer.split(found, atTextStart), pieces);
  }
}
