// Replaces every match of a pattern. A fixed text of the same length, such as " " by "▁", keeps the alignment as it is.
import type { Pattern } from '../pattern/createPattern';
import { AlignedTextBuilder, type AlignedText } from './alignedText';
import type { Normalizer } from './normalizer';

export class Replace implements Normalizer {
  constructor(
    readonly pattern: Pattern,
    readonly content: string,
  ) {}

  normalize(input: AlignedText): AlignedText {
    const { text } = this.pattern;
    if (text !== null && !input.text.includes(text)) return input;
    if (text?.length === 1 && this.content.length === 1) {
      return { ...input, text: input.text.replaceAll(text, this.content) };
    }
    const builder = new AlignedTextBuilder(input);
    let at = 0;
    for (const match of input.text.matchAll(this.pattern.expression)) {
      const end = match.index + match[0].length;
      builder.keep(at, match.index);
      builder.replace(this.content, match.index, end);
      at = end;
    }
    builder.keep(at, input.text.length);
    return builder.finish();
  }
}
