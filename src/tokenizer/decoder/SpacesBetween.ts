// What the Rust library does where tokenizer.json has no decoder: the pieces as they are spelled, a space between them.
import type { Decoder } from './decoder';

export class SpacesBetween implements Decoder {
  decode(pieces: readonly string[]): readonly string[] {
    return [pieces.join(' ')];
  }
}
