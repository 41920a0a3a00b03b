// Ids with their spans in the input.

/**
 * Token i covers UTF-16 units [starts[i], ends[i]) of the input. Spans follow each other without gaps; tokens that share
 * one character (its bytes) share its span, and so does a prefix that the tokenizer adds with the first character.
 */
export interface Encoding {
  readonly ids: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Grows in typed arrays: plain arrays of millions of numbers cost several times the memory. */
export class EncodingBuilder {
  private ids: Uint32Array<ArrayBuffer>;
  private starts: Uint32Array<ArrayBuffer>;
  private ends: Uint32Array<ArrayBuffer>;
  private count = 0;

  constructor(expectedTokens: number) {
    const length = Math.max(16, expectedTokens);
    this.ids = new Uint32Array(length);
    this.starts = new Uint32Array(length);
    this.ends = new Uint32Array(length);
  }

  push(id: number, start: number, end: number): void {
    if (this.count === this.ids.length) {
      this.ids = doubled(this.ids);
      this.starts = doubled(this.starts);
      this.ends = doubled(this.ends);
    }
    this.ids[this.count] = id;
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }

  finish(): Encoding {
    return {
      ids: this.ids.slice(0, this.count),
      starts: this.starts.slice(0, this.count),
      ends: this.ends.slice(0, this.count),
    };
  }
}

function doubled(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const wide = new Uint32Array(values.length * 2);
  wide.set(values);
  return wide;
}
