// What a model of tokenizer.json is to the codec: pieces of text to ids, and its vocabulary.

/** The ids of one piece with the piece's own UTF-16 spans. Bytes of one character carry the span of that character. */
export interface Segmentation {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** What of the piece no token stands for, ascending; absent where all of it is written. */
  readonly lost?: readonly LostSpan[];
}

/** UTF-16 units [start, end) that cannot be had back from the ids. */
export interface LostSpan {
  readonly start: number;
  readonly end: number;
  /** Tokens that stand in its place: a fused unknown token for the whole span, 0 where nothing does. */
  readonly tokens: number;
}

export type Merge = readonly [left: number, right: number, result: number];

export interface Model {
  readonly vocabulary: ReadonlyMap<string, number>;
  segment(piece: string): Segmentation;
}

/** A token that a tokenizer is to get. */
export type NewPiece = MergedPiece | CharacterPiece | AddedPiece;

interface PieceBase {
  readonly id: number;
  /** As tokenizer.json spells it. */
  readonly piece: string;
}

/** Vocabulary with a merge: the piece is `left` and `right` joined, after all merges there are. */
export interface MergedPiece extends PieceBase {
  readonly kind: 'merge';
  readonly left: number;
  readonly right: number;
}

/** A character that a SentencePiece-style model lacked: vocabulary from which merging starts, without a merge. */
export interface CharacterPiece extends PieceBase {
  readonly kind: 'character';
}

/** An added token: found in the text before the pre-tokenizer cuts it. */
export interface AddedPiece extends PieceBase {
  readonly kind: 'added';
}
