// Normalizers one after another.
import type { AlignedText } from './alignedText';
import type { Normalizer } from './normalizer';

export class NormalizerSequence implements Normalizer {
  constructor(readonly normalizers: readonly Normalizer[]) {}

  normalize(input: AlignedText): AlignedText {
    return this.normalizers.reduce((text, normalizer) => normalizer.normalize(text), input);
  }
}
