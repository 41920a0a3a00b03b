// Takes up to `start` characters off the head and up to `stop` off the tail where they equal `content`.
import type { Decoder } from './decoder';

export class Strip implements Decoder {
  constructor(
    readonly content: string,
    readonly start: number,
    readonly stop: number,
  ) {}

  decode(pieces: readonly string[]): readonly string[] {
    return pieces.map((piece) => {
      let from = 0;
      for (let taken = 0; taken < this.start && piece.startsWith(this.content, from); taken++)
        from += this.content.length;
      let to = piece.length;
      for (let taken = 0; taken < this.stop && to > from && piece.endsWith(this.content); taken++) {
        to -= this.content.length;
        piece = piece.slice(0, to);
      }
      return piece.slice(from, Math.max(from, to));
    });
  }
}
