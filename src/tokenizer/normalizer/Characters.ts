// Normalizers that treat every character by itself: Lowercase, StripAccents, and the steps of BertNormalizer.
import { AlignedTextBuilder, type AlignedText } from './alignedText';
import type { Normalizer } from './normalizer';

export class Characters implements Normalizer {
  /** @param changed what a character becomes. */
  constructor(readonly changed: (character: string) => string) {}

  normalize(input: AlignedText): AlignedText {
    const builder = new AlignedTextBuilder(input);
    let at = 0;
    for (const character of input.text) {
      const text = this.changed(character);
      const end = at + character.length;
      if (text === character) builder.keep(at, end);
      else if (text !== '') builder.replace(text, at, end);
      at = end;
    }
    return builder.finish();
  }
}

/** Without context: the Rust library knows no final sigma. */
export const lowercase = new Characters((character) => character.toLowerCase());

/** @param marks matches one character that goes. */
export const withoutMarks = (marks: RegExp): Characters =>
  new Characters((character) => (marks.test(character) ? '' : character));
