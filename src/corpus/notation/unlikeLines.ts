// Lines that are not what a format says, counted and the first of them named, so that a reader can leave them out and still say so.
import { namedLines, type Doubt } from '../corpus';

/** UTF-16 units shown of the first. */
const EXCERPT = 80;

export class UnlikeLines {
  private count = 0;
  private readonly lines: number[] = [];
  private first: { readonly line: number; readonly excerpt: string } | undefined;

  /** @param number of the line in its file, from 1. */
  add(line: string, number: number): void {
    this.count++;
    if (this.lines.length < namedLines) this.lines.push(number);
    this.first ??= {
      line: number,
      excerpt: line
        .trim()
        .slice(0, EXCERPT)
        .replace(/\p{Cs}$/u, ''),
    };
  }

  /** @param of the lines that were looked at. */
  doubts(of: number): readonly Doubt[] {
    const { count, first, lines } = this;
    return first ? [{ kind: 'unlike-format', count, of, ...first, ...(count > 1 ? { lines } : {}) }] : [];
  }
}
