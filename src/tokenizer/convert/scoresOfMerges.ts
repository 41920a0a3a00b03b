import type { Tokenizer } from '../Tokenizer';

/**
 * By id: SentencePiece and llama.cpp merge whatever two neighbours make a piece, the best score first; a tokenizer.json lists its merges.
 * So a piece is scored by the place of the first merge that makes it, negated, and one that no merge makes below all of them.
 */
export function scoresOfMerges({ bpe: { merges } }: Tokenizer, rows: number): number[] {
  const scores = new Array<number>(rows).fill(-(merges.length + 1));
  for (let rank = merges.length - 1; rank >= 0; rank--) scores[merges[rank]![2]] = -rank;
  return scores;
}
