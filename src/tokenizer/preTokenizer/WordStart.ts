// Llama 2 and its kin name no pre-tokenizer: a document is one piece. But a token can only grow over the boundary between a
// character and the "▁" behind it by a merge whose left half ends with that character and whose right half begins with "▁".
// Where no merge does, words cannot influence each other, and cutting there gives the same ids with a cache of words that
// works. Of Gemma 3's 514,906 merges one joins so (">" and "▁</"): its words are cut everywhere but behind ">".
import type { Bpe } from '../model/Bpe';
import { literal } from '../pattern/onigPattern';
import type { PreTokenizer } from './preTokenizer';
import { PreTokenizerSequence } from './PreTokenizerSequence';
import { Split } from './Split';

/** One word, its spaces before it. */
export const WORD = /▁*[^▁]+|▁+/gu;

/** Of more characters that join, nothing is cut: the pieces would hardly repeat. */
const MOST_JOINING = 64;

export class WordStart {
  private constructor(private readonly word: RegExp) {}

  static where(model: Bpe): WordStart | null {
    if (!model.vocabulary.has('▁')) return null;
    const joining = joiningCharacters(model);
    if (joining.length > MOST_JOINING) return null;
    if (joining.length === 0) return new WordStart(WORD);
    const behind = `(?<=${joining.map((character) => literal(character)).join('|')})`;
    return new WordStart(new RegExp(`▁*[^▁]+(?:${behind}▁+[^▁]*)*|▁+`, 'gu'));
  }

  after(preTokenizer: PreTokenizer): PreTokenizer {
    return new PreTokenizerSequence([preTokenizer, new Split(this.word, 'Isolated', false)]);
  }
}

/** Characters that a merge may join with a "▁" behind them. */
function joiningCharacters({ vocabulary, merges }: Bpe): string[] {
  const pieceOf: string[] = [];
  for (const [piece, id] of vocabulary) pieceOf[id] = piece;
  const found = new Set<string>();
  for (const [left, right] of merges) {
    if (pieceOf[right]!.charCodeAt(0) !== SPACE) continue;
    const piece = pieceOf[left]!;
    if (piece.charCodeAt(piece.length - 1) !== SPACE) found.add(Array.from(piece).at(-1)!);
  }
  return [...found];
}

/** "▁". */
const SPACE = 0x2581;
