// One entry of `added_tokens`.

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Left out when decoding with `skipSpecial`. */
  readonly special: boolean;
  /** Matches only between characters that are no word characters. */
  readonly singleWord: boolean;
  /** Takes white space before it along. */
  readonly lstrip: boolean;
  /** Takes white space after it along. */
  readonly rstrip: boolean;
  /** Matches in normalised text instead of the input. */
  readonly normalized: boolean;
}

/** An added token that nothing happens to but being found. */
export function plainAddedToken(id: number, content: string): AddedToken {
  return { id, content, special: false, singleWord: false, lstrip: false, rstrip: false, normalized: false };
}
