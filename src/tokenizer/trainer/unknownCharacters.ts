// Characters that a SentencePiece-style model spells in bytes. Given a piece of their own they need no merge and no piece
// in between, and save all of their bytes but one: for scripts that the model hardly knows they are the first thing to learn.
import type { Tokenizer } from '../Tokenizer';
import type { WordCounts } from './WordCounter';

export interface UnknownCharacter {
  readonly character: string;
  /** Weighted occurrences in the words. */
  readonly count: number;
  /** Tokens that each occurrence takes now. */
  readonly tokens: number;
}

/** The most tokens first. Empty for byte-level models, which have no characters. */
export function unknownCharacters(tokenizer: Tokenizer, { words, counts }: WordCounts): UnknownCharacter[] {
  if (tokenizer.family !== 'sentencepiece-bpe') return [];
  const { vocabulary } = tokenizer.model;
  const found = new Map<string, number>();
  words.forEach((word, index) => {
    for (const character of word) {
      if (!vocabulary.has(character)) found.set(character, (found.get(character) ?? 0) + counts[index]!);
    }
  });
  return [...found]
    .map(([character, count]) => ({ character, count, tokens: tokenizer.model.segment(character).ids.length }))
    .filter(({ tokens }) => tokens > 1)
    .sort((a, b) => b.count * (b.tokens - 1) - a.count * (a.tokens - 1) || (a.character < b.character ? -1 : 1));
}
