// What learning a vocabulary answers, whichever way it was learned: the new tokens with their counts, and what they save.
import { pieceBytes } from '../family';
import type { NewPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import { visibleText } from '../visibleText';
import type { WordCounts } from './WordCounter';
import { documentsOfTokens } from './documentFrequency';
import type { Shortfall } from './turnedDown';

export type NewToken = NewPiece & {
  /** For people. */
  readonly text: string;
  readonly bytes: Uint8Array;
  /** What the old tokenizer makes of it: old ids. */
  readonly pieces: readonly number[];
  /** Weighted count when it was learned: pairs merged, or occurrences of the character or word. */
  readonly occurrencesAtMerge: number;
  /** Occurrences in the training text cut with all new tokens: those inside of longer new tokens no longer count. */
  readonly occurrences: number;
  /** Documents with at least one of those. */
  readonly documents: number;
  /** Of a merge, when it was learned: occurrences of the pair over those of its rarer half. */
  readonly pairShare?: number;
};

export interface RefusedWord {
  readonly text: string;
  readonly decoded: string;
}

export interface VocabularyExtension {
  readonly tokens: readonly NewToken[];
  /** Tokens of the training text, with the old tokenizer and with all new tokens; lost text counts as a token a byte. */
  readonly trainingTokens: { readonly before: number; readonly after: number };
  readonly bytes: number;
  readonly documents: number;
  /** Pieces that were frequent enough and not learned because no text would be cut into them. */
  readonly dead: readonly string[];
  /** Words that would save tokens and are not taken, because as added tokens they would be decoded as other text. */
  readonly refused: readonly RefusedWord[];
  /**
   * The first place where a text would come back changed from encoding and decoding: models that put a space before a text
   * (Llama 2) put one behind every added token too.
   */
  readonly changed: { readonly text: string; readonly decoded: string; readonly addsSpaces: boolean } | null;
  /** Why there are fewer tokens than were asked for; null where there are as many. */
  readonly shortfall: Shortfall | null;
}

/** Learned piece by piece, so that every prefix is a vocabulary of its own. */
export interface TracedExtension extends VocabularyExtension {
  /** `[k]`: tokens of the training text with the first k new tokens; [0] is the old tokenizer. */
  readonly tokensAfter: Float64Array;
}

export interface Learned {
  readonly pieces: readonly NewPiece[];
  readonly occurrences: ArrayLike<number>;
  readonly pairShares?: readonly number[];
  readonly tokensAfter: ArrayLike<number>;
  readonly shortfall: Shortfall | null;
  /** Ids of a word with all new pieces. */
  segmentation(word: number): readonly number[];
}

export function extensionOf(
  tokenizer: Tokenizer,
  words: WordCounts,
  { pieces, occurrences: atMerge, pairShares, tokensAfter, shortfall, segmentation }: Learned,
  dead: ReadonlySet<string>,
): TracedExtension {
  const isNew = new Set(pieces.map((piece) => piece.id));
  const newIdsOfWord = words.words.map((_, word) => segmentation(word).filter((id) => isNew.has(id)));
  const occurrences = new Map<number, number>();
  newIdsOfWord.forEach((ids, word) => {
    for (const id of ids) occurrences.set(id, (occurrences.get(id) ?? 0) + words.counts[word]!);
  });
  const documents = documentsOfTokens(words, (word) => newIdsOfWord[word]!);
  const piecesOf = oldPieces(tokenizer, pieces);
  const tokens = pieces.map((piece, index): NewToken => {
    const bytes = bytesOfPiece(piece, tokenizer);
    return {
      ...piece,
      text: visibleText(bytes),
      bytes,
      pieces: piecesOf.get(piece.id)!,
      occurrencesAtMerge: atMerge[index]!,
      occurrences: occurrences.get(piece.id) ?? 0,
      documents: documents.get(piece.id) ?? 0,
      ...(pairShares?.[index] !== undefined && { pairShare: pairShares[index] }),
    };
  });
  return {
    tokens,
    tokensAfter: Float64Array.from(tokensAfter),
    trainingTokens: { before: tokensAfter[0]!, after: tokensAfter[pieces.length]! },
    bytes: words.bytes,
    documents: words.documents,
    dead: [...dead],
    refused: [],
    changed: null,
    shortfall,
  };
}

export function bytesOfPiece({ kind, piece }: NewPiece, { family }: Tokenizer): Uint8Array {
  return kind === 'added' ? new TextEncoder().encode(piece) : pieceBytes(piece, family);
}

/** By new id, the old ids that its text was cut into. */
export function oldPieces(tokenizer: Tokenizer, pieces: readonly NewPiece[]): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, readonly number[]>();
  const of = (id: number): readonly number[] => found.get(id) ?? [id];
  for (const piece of pieces) {
    if (piece.kind === 'merge') found.set(piece.id, [...of(piece.left), ...of(piece.right)]);
    else if (piece.kind === 'character') found.set(piece.id, oldIdsOfCharacter(tokenizer, piece.piece));
    else found.set(piece.id, Array.from(tokenizer.encode(piece.piece).ids));
  }
  return found;
}

/** None where the old tokenizer dropped the character. */
function oldIdsOfCharacter(tokenizer: Tokenizer, character: string): readonly number[] {
  if (tokenizer.family !== 'byte-level-bpe') return tokenizer.model.segment(character).ids;
  const { unknownId } = tokenizer.bpe.symbols;
  return unknownId === null ? [] : [unknownId];
}
