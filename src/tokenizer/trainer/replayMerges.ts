// Learned merges applied, in their order, to other words than they were learned on.
import type { NewPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import type { WordCounts } from './countWords';
import { MergeLearner } from './MergeLearner';
import { segmentWords } from './segmentWords';

/** `[k]`: weighted tokens of the words with the first k pieces; [0] is the tokenizer as it is. */
export function replayMerges(
  tokenizer: Tokenizer,
  words: WordCounts,
  pieces: readonly Pick<NewPiece, 'id' | 'left' | 'right'>[],
): Float64Array {
  const learner = new MergeLearner(segmentWords(tokenizer, words));
  const tokens = new Float64Array(pieces.length + 1);
  tokens[0] = learner.tokens;
  pieces.forEach(({ id, left, right }, index) => {
    learner.mergePair(left, right, id);
    tokens[index + 1] = learner.tokens;
  });
  return tokens;
}
