// Normalised text that remembers where each of its UTF-16 code units came from in the input. Most text is not changed at
// all; then `starts` is null and positions differ from the input's by `offset` only.

export interface AlignedText {
  readonly text: string;
  /** Where this text begins in the input. */
  readonly offset: number;
  /** Input position where unit i begins; null: `offset + i`. */
  readonly starts: Uint32Array | null;
  /** Input position where unit i ends; null: `offset + i + 1`. */
  readonly ends: Uint32Array | null;
}

export function unaligned(text: string, offset: number): AlignedText {
  return { text, offset, starts: null, ends: null };
}

/** The input span of units [from, to); an empty span lies where `from` begins. */
export function inputStart(aligned: AlignedText, from: number): number {
  if (aligned.starts === null) return aligned.offset + from;
  if (from < aligned.starts.length) return aligned.starts[from]!;
  return aligned.ends!.at(-1) ?? aligned.offset;
}

export function inputEnd(aligned: AlignedText, to: number): number {
  if (aligned.ends === null) return aligned.offset + to;
  return to > 0 ? aligned.ends[to - 1]! : inputStart(aligned, 0);
}

export function sliceAligned(aligned: AlignedText, from: number, to: number): AlignedText {
  return {
    text: aligned.text.slice(from, to),
    offset: inputStart(aligned, from),
    starts: aligned.starts?.subarray(from, to) ?? null,
    ends: aligned.ends?.subarray(from, to) ?? null,
  };
}

/** UTF-16 units of the first character of a text, which is not empty. */
export function firstCharacterLength(text: string): number {
  return text.codePointAt(0)! > 0xffff ? 2 : 1;
}

/** Builds an aligned text of parts, each of them aligned to one span of the text before. */
export class AlignedTextBuilder {
  private text = '';
  private starts: Uint32Array<ArrayBuffer>;
  private ends: Uint32Array<ArrayBuffer>;

  constructor(private readonly source: AlignedText) {
    this.starts = new Uint32Array(source.text.length + 16);
    this.ends = new Uint32Array(source.text.length + 16);
  }

  /** Units [from, to) unchanged. */
  keep(from: number, to: number): void {
    const { source } = this;
    const at = this.reserve(to - from);
    this.text += source.text.slice(from, to);
    if (source.starts !== null && source.ends !== null) {
      this.starts.set(source.starts.subarray(from, to), at);
      this.ends.set(source.ends.subarray(from, to), at);
      return;
    }
    for (let unit = from; unit < to; unit++) {
      this.starts[at + unit - from] = source.offset + unit;
      this.ends[at + unit - from] = source.offset + unit + 1;
    }
  }

  /** `text` in the place of units [from, to); every unit of it covers the whole span. */
  replace(text: string, from: number, to: number): void {
    const at = this.reserve(text.length);
    const start = inputStart(this.source, from);
    this.text += text;
    this.starts.fill(start, at, at + text.length);
    this.ends.fill(to > from ? inputEnd(this.source, to) : start, at, at + text.length);
  }

  finish(): AlignedText {
    const { length } = this.text;
    return {
      text: this.text,
      offset: this.source.offset,
      starts: this.starts.subarray(0, length),
      ends: this.ends.subarray(0, length),
    };
  }

  /** Makes room for `units` more and answers where they go. */
  private reserve(units: number): number {
    const at = this.text.length;
    if (at + units > this.starts.length) {
      this.starts = widened(this.starts, (at + units) * 2);
      this.ends = widened(this.ends, (at + units) * 2);
    }
    return at;
  }
}

function widened(values: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const wide = new Uint32Array(length);
  wide.set(values);
  return wide;
}
