// Characters that a model has no piece for. SentencePiece-style models spell them in bytes, put the unknown token in their
// place or drop them; a byte-level model may lack letters of its alphabet. Given a piece of their own they need no merge and
// no piece in between: for scripts that the model hardly knows they are the first thing to learn. What is lost counts as
// byte fallback would spell it, one token a byte, and all of its bytes are gained: without a piece there is no text at all.
import { BYTE_TO_CHARACTER } from '../byteLevelAlphabet';
import type { Segmentation } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import type { WordCounts } from './WordCounter';

export interface UnknownCharacter {
  /** As the vocabulary spells it: of byte-level models the letter of a byte. */
  readonly character: string;
  /** Weighted occurrences in the words. */
  readonly count: number;
  /** Tokens that each occurrence takes now. */
  readonly tokens: number;
  readonly isLost: boolean;
}

type Words = Pick<WordCounts, 'words' | 'counts'>;

/** What a piece of its own gains over all occurrences: tokens saved, or bytes written that were lost. */
export function gainOf({ count, tokens, isLost }: UnknownCharacter): number {
  return count * (isLost ? tokens : tokens - 1);
}

/** The largest gain first. */
export function unknownCharacters(tokenizer: Tokenizer, words: Words): UnknownCharacter[] {
  const found = tokenizer.family === 'byte-level-bpe' ? missingBytes(tokenizer, words) : missing(tokenizer, words);
  return found
    .filter((character) => gainOf(character) > 0)
    .sort((a, b) => gainOf(b) - gainOf(a) || (a.character < b.character ? -1 : 1));
}

function missing(tokenizer: Tokenizer, { words, counts }: Words): UnknownCharacter[] {
  if (tokenizer.family !== 'sentencepiece-bpe') return [];
  const { vocabulary } = tokenizer.model;
  const found = new Map<string, number>();
  words.forEach((word, index) => {
    for (const character of word) {
      if (!vocabulary.has(character)) found.set(character, (found.get(character) ?? 0) + counts[index]!);
    }
  });
  return [...found].map(([character, count]) => {
    const segmentation = tokenizer.model.segment(character);
    const isLost = segmentation.lost !== undefined;
    return { character, count, tokens: spelledTokens(character, segmentation), isLost };
  });
}

function missingBytes(tokenizer: Tokenizer, { words, counts }: Words): UnknownCharacter[] {
  const { symbols } = tokenizer.bpe;
  const found = new Float64Array(256);
  const isMissing = BYTE_TO_CHARACTER.map((_, byte) => symbols.idOfByte(byte) < 0);
  if (!isMissing.includes(true)) return [];
  words.forEach((word, index) => {
    for (const byte of encoder.encode(word)) if (isMissing[byte]) found[byte]! += counts[index]!;
  });
  return Array.from(found, (count, byte) => ({ character: BYTE_TO_CHARACTER[byte]!, count, tokens: 1, isLost: true }));
}

const encoder = new TextEncoder();

/** Tokens of a word if what is lost of it were spelled in bytes. */
export function spelledTokens(word: string, { ids, lost }: Segmentation): number {
  return ids.length + lostSurplus(word, lost);
}

/** Bytes of lost text over the tokens that stand in its place. */
export function lostSurplus(word: string, lost: Segmentation['lost']): number {
  if (lost === undefined) return 0;
  let surplus = 0;
  for (const { start, end, tokens } of lost) surplus += encoder.encode(word.slice(start, end)).length - tokens;
  return surplus;
}

/** Occurrences in the words of each character that is lost, in any family; of WordPiece those of the words that are lost. */
export function lostCharacters(tokenizer: Tokenizer, { words, counts }: Words): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  words.forEach((word, index) => {
    for (const { start, end } of tokenizer.model.segment(word).lost ?? []) {
      for (const character of word.slice(start, end))
        found.set(character, (found.get(character) ?? 0) + counts[index]!);
    }
  });
  return found;
}
