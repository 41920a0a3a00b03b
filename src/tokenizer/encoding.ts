// Ids with their spans in the input, and what of the input no id stands for.
import type { LostSpan } from './model/model';

/**
 * Token i covers UTF-16 units [starts[i], ends[i]) of the input. Spans follow each other without gaps; tokens that share
 * one character (its bytes) share its span, and so does a prefix that the tokenizer adds with the first character.
 */
export interface Encoding {
  readonly ids: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /**
   * Spans of the input that its model cannot write: covered by the unknown token or left out, ascending and apart. What a
   * normalizer changes (case, forms, control characters) is the tokenizer's own reading of a text and not lost in this
   * sense; nor is the unknown token's own name where the text spells it.
   */
  readonly lost: readonly LostSpan[];
}

const NOTHING_LOST: readonly LostSpan[] = [];
const encoder = new TextEncoder();

/** UTF-8 bytes of the text that was encoded which no id stands for. */
export function lostBytesOf(text: string, { lost }: Pick<Encoding, 'lost'>): number {
  let bytes = 0;
  for (const { start, end } of lost) bytes += encoder.encode(text.slice(start, end)).length;
  return bytes;
}

/**
 * Tokens of a text when lost text counts as byte fallback would spell it, one token a byte: an unknown token that stands
 * for a hundred characters is no compression. Equal to `ids.length` where nothing is lost.
 */
export function spelledTokensOf(text: string, encoding: Pick<Encoding, 'ids' | 'lost'>): number {
  const unknown = encoding.lost.reduce((sum, { tokens }) => sum + tokens, 0);
  return encoding.ids.length - unknown + lostBytesOf(text, encoding);
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
  private lost: LostSpan[] | null = null;

  /** Begins a text, whatever became of the last one. */
  begin(): this {
    this.count = 0;
    this.lost = null;
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

  /** Parts of one character that the normalizer took apart are lost once. */
  lose(start: number, end: number, tokens: number): void {
    this.lost ??= [];
    const from = Math.max(start, this.lost.at(-1)?.end ?? 0);
    if (end > from || tokens > 0) this.lost.push({ start: Math.min(from, end), end, tokens });
  }

  finish(): Encoding {
    const encoding = {
      ids: this.ids.slice(0, this.count),
      starts: this.starts.slice(0, this.count),
      ends: this.ends.slice(0, this.count),
      lost: this.lost ?? NOTHING_LOST,
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
