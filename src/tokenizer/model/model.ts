// What a model of tokenizer.json is to the codec: pieces of text to ids, and its vocabulary.

/** The ids of one piece with the piece's own UTF-16 spans. Bytes of one character carry the span of that character. */
export interface Segmentation {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export type Merge = readonly [left: number, right: number, result: number];

export interface Model {
  readonly vocabulary: ReadonlyMap<string, number>;
  segment(piece: string): Segmentation;
}

/** A piece that is added to a model, and the two pieces it is the merge of. */
export interface NewPiece {
  readonly id: number;
  /** As tokenizer.json spells it. */
  readonly piece: string;
  readonly left: number;
  readonly right: number;
}
