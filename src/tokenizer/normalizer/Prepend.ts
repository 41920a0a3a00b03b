// Puts a text before every non-empty segment: SentencePiece's dummy prefix. The prefix shares the span of
// the first character, as in the Rust library.
import { AlignedTextBuilder, type AlignedText, firstCharacterLength } from './alignedText';
import type { Normalizer } from './normalizer';

export class Prepend implements Normalizer {
  constructor(readonly prefix: string) {}

  normalize(input: AlignedText): AlignedText {
    if (input.text === '') return input;
    const builder = new AlignedTextBuilder(input);
    builder.replace(this.prefix, 0, firstCharacterLength(input.text));
    builder.keep(0, input.text.length);
    return builder.finish();
  }
}
