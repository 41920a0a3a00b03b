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
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  constructor(private readonly source: AlignedText) {}

  /** Units [from, to) unchanged. */
  keep(from: number, to: number): void {
    this.text += this.source.text.slice(from, to);
    for (let at = from; at < to; at++) {
      this.starts.push(inputStart(this.source, at));
      this.ends.push(inputEnd(this.source, at + 1));
    }
  }

  /** `text` in the place of units [from, to); every unit of it covers the whole span. */
  replace(text: string, from: number, to: number): void {
    const start = inputStart(this.source, from);
    const end = to > from ? inputEnd(this.source, to) : start;
    this.text += text;
    for (let at = 0; at < text.length; at++) {
      this.starts.push(start);
      this.ends.push(end);
    }
  }

  finish(): AlignedText {
    return {
      text: this.text,
      offset: this.source.offset,
      starts: Uint32Array.from(this.starts),
      ends: Uint32Array.from(this.ends),
    };
  }
}
