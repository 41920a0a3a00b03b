// Finds added tokens in text: the leftmost match, of several there the longest. A regular expression finds where one may
// begin, a tree of characters which it is: Gemma 3 has 6,415, over which one expression of alternatives took half of all encoding.
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

/** By UTF-16 unit what may follow; `token` where a content ends here. */
interface Node {
  readonly next: Map<number, Node>;
  token: AddedToken | null;
}

export class AddedTokenMatcher {
  /** Units that a content begins with. */
  private readonly beginning: RegExp | null;
  private readonly root: Node = { next: new Map(), token: null };

  /** @param contents each token with the text to look for, which a normalizer may have changed. */
  constructor(contents: readonly (readonly [content: string, token: AddedToken])[]) {
    for (const [content, token] of contents) if (content !== '') this.add(content, token);
    const units = Array.from(this.root.next.keys(), (unit) => `\\u${unit.toString(16).padStart(4, '0')}`);
    this.beginning = units.length === 0 ? null : new RegExp(`[${units.join('')}]`, 'g');
  }

  /** Cuts `text` into spans that cover it. */
  cut(text: string): readonly AddedSpan[] {
    if (text === '') return [];
    const { beginning } = this;
    if (beginning === null) return [{ token: null, from: 0, to: text.length }];
    const spans: AddedSpan[] = [];
    let covered = 0;
    beginning.lastIndex = 0;
    for (let match = beginning.exec(text); match !== null; match = beginning.exec(text)) {
      let from = match.index;
      const found = this.longestAt(text, from);
      if (found === null) continue;
      const { token } = found;
      let { to } = found;
      beginning.lastIndex = to;
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

  private add(content: string, token: AddedToken): void {
    let node = this.root;
    for (let at = 0; at < content.length; at++) {
      const unit = content.charCodeAt(at);
      let next = node.next.get(unit);
      if (next === undefined) node.next.set(unit, (next = { next: new Map(), token: null }));
      node = next;
    }
    node.token = token;
  }

  private longestAt(text: string, from: number): { readonly token: AddedToken; readonly to: number } | null {
    let longest: { token: AddedToken; to: number } | null = null;
    let node = this.root.next.get(text.charCodeAt(from));
    for (let at = from + 1; node !== undefined; at++) {
      if (node.token !== null) longest = { token: node.token, to: at };
      node = at < text.length ? node.next.get(text.charCodeAt(at)) : undefined;
    }
    return longest;
  }
}

function touchesWord(text: string, from: number, to: number): boolean {
  return ENDS_WITH_WORD.test(text.slice(Math.max(0, from - 2), from)) || STARTS_WITH_WORD.test(text.slice(to, to + 2));
}
