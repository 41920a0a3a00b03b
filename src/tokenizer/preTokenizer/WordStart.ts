// Llama 2 and its kin name no pre-tokenizer: a document is one piece. But where no merge joins a character before "▁" with
// it, words cannot influence each other, and cutting before "▁" gives the same ids with a cache of words that works. The
// condition is checked on the model's merges; where it does not hold nothing is cut.
import type { Bpe } from '../model/Bpe';
import type { PreTokenizer } from './preTokenizer';
import { PreTokenizerSequence } from './PreTokenizerSequence';
import { Split } from './Split';

/** One word, its spaces before it. */
export const WORD = /▁*[^▁]+|▁+/gu;

export class WordStart {
  private constructor() {}

  static where(model: Bpe): WordStart | null {
    if (!model.vocabulary.has('▁')) return null;
    const pieceOf: string[] = [];
    for (const [piece, id] of model.vocabulary) pieceOf[id] = piece;
    const joinsWords = model.merges.some(
      ([left, right]) => !pieceOf[left]!.endsWith('▁') && pieceOf[right]!.startsWith('▁'),
    );
    return joinsWords ? null : new WordStart();
  }

  after(preTokenizer: PreTokenizer): PreTokenizer {
    return new PreTokenizerSequence([preTokenizer, new Split(WORD, 'Isolated', false)]);
  }
}
