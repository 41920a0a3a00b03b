// Finds added tokens in text: the leftmost match, of several there the longest. Alternatives sorted by length make a
// JavaScript regular expression do exactly that.
import { literal } from '../pattern/onigPattern';
import type { AddedToken } from './addedToken';

const ENDS_WITH_WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const STARTS_WITH_WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const SPACE_AT_END = /\p{White_Space}*$/u;
const SPACE_AT_START = /^\p{White_Space}*/u;

/** Either text between added tokens (`token` is null) or one of them, over units [from, to). */
export interface AddedSpan {
  readonly token: AddedToken | null;
  readonly from: number;
  readonly to: number;
}

export class AddedTokenMatcher {
  private readonly pattern: RegExp | null;
  private readonly byContent: ReadonlyMap<string, AddedToken>;

  /** @param contents each token with the text to look for, which a normalizer may have changed. */
  constructor(contents: readonly (readonly [content: string, token: AddedToken])[]) {
    const byLength = contents.filter(([content]) => content !== '').toSorted(([a], [b]) => b.length - a.length);
    this.byContent = new Map(byLength);
    const alternatives = byLength.map(([content]) => Array.from(content, literal).join(''));
    this.pattern = alternatives.length === 0 ? null : new RegExp(alternatives.join('|'), 'gu');
  }

  /** Cuts `text` into spans that cover it. */
  cut(text: string): readonly AddedSpan[] {
    if (text === '') return [];
    if (this.pattern === null) return [{ token: null, from: 0, to: text.length }];
    const spans: AddedSpan[] = [];
    let covered = 0;
    for (const match of text.matchAll(this.pattern)) {
      const token = this.byContent.get(match[0])!;
      let from = match.index;
      let to = from + match[0].length;
      if (from < covered || (token.singleWord && touchesWord(text, from, to))) continue;
      if (token.lstrip) from = Math.max(covered, from - SPACE_AT_END.exec(text.slice(covered, from))![0].length);
      if (token.rstrip) to += SPACE_AT_START.exec(text.slice(to))![0].length;
      if (from > covered) spans.push({ token: null, from: covered, to: from });
      spans.push({ token, from, to });
      covered = to;
    }
    if (covered < text.length) spans.push({ token: null, from: covered, to: text.length });
    return spans;
  }
}

function touchesWord(text: string, from: number, to: number): boolean {
  return ENDS_WITH_WORD.test(text.slice(Math.max(0, from - 2), from)) || STARTS_WITH_WORD.test(text.slice(to, to + 2));
}
