// NFC, NFD, NFKC, NFKD. The platform normalises; the alignment comes from normalising runs that cannot interact: a
// character with the marks and Hangul vowels or finals after it. A run that changes is aligned as a whole, so that spans
// of "é" written with a combining accent cover both of its code points.
import { AlignedTextBuilder, type AlignedText } from './alignedText';
import type { Normalizer } from './normalizer';

const RUN = /[^\p{M}\u1160-\u11ff][\p{M}\u1160-\u11ff]*|[\p{M}\u1160-\u11ff]+/gu;

export class UnicodeForm implements Normalizer {
  constructor(readonly form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD') {}

  normalize(input: AlignedText): AlignedText {
    const whole = input.text.normalize(this.form);
    if (whole === input.text) return input;
    const builder = new AlignedTextBuilder(input);
    for (const match of input.text.matchAll(RUN)) {
      const [run] = match;
      const normal = run.normalize(this.form);
      if (normal === run) builder.keep(match.index, match.index + run.length);
      else builder.replace(normal, match.index, match.index + run.length);
    }
    const aligned = builder.finish();
    if (aligned.text === whole) return aligned;
    // Two runs did interact (scripts newer than the rule above): the text is right, the alignment coarse.
    const coarse = new AlignedTextBuilder(input);
    coarse.replace(whole, 0, input.text.length);
    return coarse.finish();
  }
}
