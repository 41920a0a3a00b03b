// What a normalizer of tokenizer.json is: text to text, with the alignment kept.
import type { AlignedText } from './alignedText';

export interface Normalizer {
  normalize(input: AlignedText): AlignedText;
}
