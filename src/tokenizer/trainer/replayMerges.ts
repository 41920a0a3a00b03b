// Learned tokens applied, in their order, to other words than they were learned on.
import type { NewPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import type { WordCounts } from './countWords';
import { MergeLearner } from './MergeLearner';
import { segmentWords } from './segmentWords';
import { unknownCharacters } from './unknownCharacters';

/** `[k]`: weighted tokens of the words with the first k pieces (merges and characters); [0] is the tokenizer as it is. */
export function replayMerges(tokenizer: Tokenizer, words: WordCounts, pieces: readonly NewPiece[]): Float64Array {
  const characters = pieces.filter((piece) => piece.kind === 'character');
  const learner = new MergeLearner(
    segmentWords(characters.length > 0 ? tokenizer.extended(characters) : tokenizer, words),
  );
  const saves = new Map<string, number>();
  let spelledInBytes = 0;
  const isNew = new Set(characters.map(({ piece }) => piece));
  for (const { character, count, tokens } of unknownCharacters(tokenizer, words)) {
    if (!isNew.has(character)) continue;
    saves.set(character, count * (tokens - 1));
    spelledInBytes += count * (tokens - 1);
  }
  const tokens = new Float64Array(pieces.length + 1);
  tokens[0] = learner.tokens + spelledInBytes;
  pieces.forEach((piece, index) => {
    if (piece.kind === 'merge') learner.mergePair(piece.left, piece.right, piece.id);
    else spelledInBytes -= saves.get(piece.piece) ?? 0;
    tokens[index + 1] = learner.tokens + spelledInBytes;
  });
  return tokens;
}
