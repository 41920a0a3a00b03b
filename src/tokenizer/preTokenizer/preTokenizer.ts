// What a pre-tokenizer of tokenizer.json is: it cuts pieces into smaller ones. Pieces stay readable text; the byte-level
// alphabet is applied by the model, so that no character is mapped twice.

export interface Piece {
  readonly text: string;
  /** Where the piece begins in the normalised text, in UTF-16 code units. */
  readonly start: number;
  /** Units at the head of `text` that a pre-tokenizer added (a prefix space) and that stand nowhere in the input. */
  readonly added: number;
}

export interface PreTokenizer {
  /** @param atTextStart whether the first piece begins the whole input rather than following a special token. */
  split(pieces: readonly Piece[], atTextStart: boolean): readonly Piece[];

  /** The texts alone of the pieces of a text that is one piece, for counting; null or absent: only `split` can tell. */
  texts?(text: string): readonly string[] | null;
}

/** Units [from, to) of a piece as a piece. */
export function pieceSlice(piece: Piece, from: number, to: number): Piece {
  return {
    text: piece.text.slice(from, to),
    start: piece.start + Math.max(0, from - piece.added),
    added: Math.max(0, piece.added - from),
  };
}
