// Pre-tokenizers one after another, each on the pieces of the one before.
import type { Piece, PreTokenizer } from './preTokenizer';

export class PreTokenizerSequence implements PreTokenizer {
  constructor(readonly preTokenizers: readonly PreTokenizer[]) {}

  split(pieces: readonly Piece[], atTextStart: boolean): readonly Piece[] {
    return this.preTokenizers.reduce((found, preTokenizer) => preTokenizer.split(found, atTextStart), pieces);
  }

  texts(text: string): readonly string[] | null {
    let texts: readonly string[] = [text];
    for (const preTokenizer of this.preTokenizers) {
      const next: string[] = [];
      for (const part of texts) {
        const parts = preTokenizer.texts?.(part) ?? null;
        if (parts === null) return null;
        for (const each of parts) next.push(each);
      }
      texts = next;
    }
    return texts;
  }
}
