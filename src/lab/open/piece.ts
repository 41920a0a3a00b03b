/** A piece of text as one token. */

/** A piece of text as one token, for coloured display. `start`/`end` are UTF-16 offsets in the text that was encoded. */
export interface Piece {
  readonly id: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isNew: boolean;
}
