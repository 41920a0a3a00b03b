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

const FIRST_TOKENS = 1024;
/** Arrays of a longer text are not kept for the next: 3 MiB. */
const KEPT_TOKENS = 2 ** 18;

/**
 * Grows in typed arrays: plain arrays of millions of numbers cost several times the memory. One builder serves text after text,
 * so that each allocates no more than its own tokens.
 */
export class EncodingBuilder {
  private ids = new Uint32Array(FIRST_TOKENS);
  private starts = new Uint32Array(FIRST_TOKENS);
  private ends = new Uint32Array(FIRST_TOKENS);
  private count = 0;

  /** Begins a text, whatever became of the last one. */
  begin(): this {
    this.count = 0;
    return this;
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
    const encoding = {
      ids: this.ids.slice(0, this.count),
      starts: this.starts.slice(0, this.count),
      ends: this.ends.slice(0, this.count),
    };
    if (this.ids.length > KEPT_TOKENS) {
      this.ids = new Uint32Array(FIRST_TOKENS);
      this.starts = new Uint32Array(FIRST_TOKENS);
      this.ends = new Uint32Array(FIRST_TOKENS);
    }
    return encoding;
  }
}

function doubled(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const wide = new Uint32Array(values.length * 2);
  wide.set(values);
  return wide;
}
