/**
 * Parentheses, which the parser forgets, though `(a == b) != c` is something else than `a == b != c`: each pair that only groups is
 * handed to the parser as a call of a name that no template can write.
 */
import { tokenize } from '@huggingface/jinja';
import type { Call } from './nodes';

type Token = ReturnType<typeof tokenize>[number];

const GROUP = '( )';
/** Behind any other name a parenthesis is a call. */
const WORDS = new Set(['if', 'elif', 'else', 'and', 'or', 'not', 'in', 'is', 'for', 'set']);

export const isGroup = ({ callee }: Call): boolean => callee.type === 'Identifier' && callee.value === GROUP;

export function withGroups(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token, at) =>
    token.type === 'OpenParen' && !isCall(tokens[at - 1]) && !isTuple(tokens, at)
      ? [{ type: 'Identifier', value: GROUP }, token]
      : [token],
  );
}

function isCall(before: Token | undefined): boolean {
  if (before?.type === 'Identifier') return !WORDS.has(before.value);
  return before !== undefined && ['CloseParen', 'CloseSquareBracket', 'StringLiteral'].includes(before.type);
}

/** Whether a comma stands in it, outside of further brackets; an empty one is a tuple as well. */
function isTuple(tokens: readonly Token[], open: number): boolean {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const { type } = tokens[at]!;
    if (/^Open(?:Paren|SquareBracket|CurlyBracket)$/.test(type)) depth++;
    if (/^Close(?:Paren|SquareBracket|CurlyBracket)$/.test(type)) depth--;
    if (depth === 0) return at === open + 1;
    if (depth === 1 && type === 'Comma') return true;
  }
  return true;
}
