// Learned tokens applied, in their order, to the words of any text: what encoding with the first k of them gives.
import type { NewPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import type { WordCounts } from './WordCounter';
import { MergeLearner } from './MergeLearner';
import { segmentWords } from './segmentWords';
import { unknownCharacters } from './unknownCharacters';

export interface Replay {
  /** `[k]`: weighted tokens of the words with the first k pieces, a token for each byte that is lost; [0] is the tokenizer as it is. */
  readonly tokensAfter: Float64Array;
  /** How often each piece came to be, when its turn was. */
  readonly occurrences: Float64Array;
  /** Ids of a word with all pieces. */
  segmentation(word: number): readonly number[];
}

/** @param pieces merges and characters. */
export function replayMerges(tokenizer: Tokenizer, words: WordCounts, pieces: readonly NewPiece[]): Replay {
  const characters = pieces.filter((piece) => piece.kind === 'character');
  const symbols = characters.length > 0 ? tokenizer.extended(characters) : tokenizer;
  const segmented = segmentWords(symbols, words);
  const learner = new MergeLearner(segmented);
  const isNew = new Set(characters.map(({ piece }) => piece));
  const known = new Map(
    unknownCharacters(tokenizer, words)
      .filter(({ character }) => isNew.has(character))
      .map((found) => [found.character, found]),
  );
  let spelledInBytes = segmented.lostSurplus;
  for (const { count, tokens } of known.values()) spelledInBytes += count * (tokens - 1);
  const tokensAfter = new Float64Array(pieces.length + 1);
  const occurrences = new Float64Array(pieces.length);
  tokensAfter[0] = learner.tokens + spelledInBytes;
  pieces.forEach((piece, index) => {
    if (piece.kind === 'merge') {
      occurrences[index] = learner.mergePair(piece.left, piece.right, piece.id);
    } else {
      const { count, tokens } = known.get(piece.piece) ?? { count: 0, tokens: 1 };
      occurrences[index] = count;
      spelledInBytes -= count * (tokens - 1);
    }
    tokensAfter[index + 1] = learner.tokens + spelledInBytes;
  });
  return { tokensAfter, occurrences, segmentation: (word) => Array.from(learner.segmentation(word)) };
}
