// Notations with symbols of their own: what one symbol (an atom) is, and how to tell that a text is written in one.

export interface Grammar {
  /** Matches one atom; global. What it leaves out is no part of the notation. */
  readonly atom: RegExp;
  /** Matches a word (text between white space) that is written in the notation and nothing else; anchored. */
  readonly word: RegExp;
  /** What is about the text rather than of it, such as the headers of FASTA and PGN: it holds no atoms; multiline, global. */
  readonly aside?: RegExp;
  /** What such a text cannot be without; so that words of the same letters are not taken for it. */
  readonly needs?: RegExp;
  /** Share of a text's characters, white space left out, that must stand in such words; null: never told from a text. */
  readonly leastShare: number | null;
  /** An atom becomes a token only together with the longer ones that begin with it: `\in` alone would be found in `\int`. */
  readonly withLonger?: true;
}

export interface Atom {
  readonly text: string;
  /** UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

export function atomsOf({ atom, aside }: Grammar, text: string): Atom[] {
  const notation = aside ? text.replace(aside, (about) => ' '.repeat(about.length)) : text;
  return Array.from(notation.matchAll(atom), (match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}
