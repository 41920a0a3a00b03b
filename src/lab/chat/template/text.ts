/** Python's methods of text: white space and case are Python's, not JavaScript's. */
import { templateFails, unsupported } from './refusal';
import { characters, iterated, kindOf, Tuple, type Value } from './values';

/** What str.isspace() takes. */
const SPACES = new Set(
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

export function stripped(text: string, side: 'both' | 'left' | 'right', of: Value = null): string {
  const given = of === null || of === undefined ? SPACES : new Set(characters(textOf(of, 'strip')));
  const signs = characters(text);
  let [start, end] = [0, signs.length];
  if (side !== 'right') while (start < end && given.has(signs[start]!)) start++;
  if (side !== 'left') while (end > start && given.has(signs[end - 1]!)) end--;
  return signs.slice(start, end).join('');
}

type Method = (text: string, args: readonly Value[]) => Value;

/** By name; keyword arguments are refused. */
export const textMethods: Readonly<Record<string, Method>> = {
  strip: (text, [of]) => stripped(text, 'both', of),
  lstrip: (text, [of]) => stripped(text, 'left', of),
  rstrip: (text, [of]) => stripped(text, 'right', of),
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  startswith: (text, [of]) => anyOf(of, 'startswith', (part) => text.startsWith(part)),
  endswith: (text, [of]) => anyOf(of, 'endswith', (part) => text.endsWith(part)),
  split: (text, [by, most]) => split(text, by, most),
  replace: (text, [from, to, count]) => replaced(text, textOf(from, 'replace'), textOf(to, 'replace'), count),
  find: (text, [part]) => {
    const at = text.indexOf(textOf(part, 'find'));
    return at < 0 ? at : characters(text.slice(0, at)).length;
  },
  count: (text, [part]) => {
    const found = textOf(part, 'count');
    if (found === '') throw unsupported('`.count("")`');
    return text.split(found).length - 1;
  },
  join: (text, [parts]) =>
    iterated(parts)
      .map((part) => textOf(part, 'join'))
      .join(text),
  removeprefix: (text, [part]) => cut(text, textOf(part, 'removeprefix'), true),
  removesuffix: (text, [part]) => cut(text, textOf(part, 'removesuffix'), false),
};

export function textOf(value: Value, method: string): string {
  if (typeof value === 'string') return value;
  throw templateFails(`\`.${method}()\` was given ${kindOf(value)} instead of text`);
}

function anyOf(parts: Value, method: string, test: (part: string) => boolean): boolean {
  return parts instanceof Tuple ? parts.items.some((part) => test(textOf(part, method))) : test(textOf(parts, method));
}

function cut(text: string, part: string, isPrefix: boolean): string {
  if (part === '' || !(isPrefix ? text.startsWith(part) : text.endsWith(part))) return text;
  return isPrefix ? text.slice(part.length) : text.slice(0, -part.length);
}

function split(text: string, by: Value, most: Value): Value {
  if (most !== undefined && typeof most !== 'number')
    throw templateFails('`.split()` was given a count that is no number');
  if (by === undefined || by === null) {
    if (most !== undefined) throw unsupported('`.split()` at white space with a count');
    return splitAtSpaces(text);
  }
  const separator = textOf(by, 'split');
  if (separator === '') throw templateFails('`.split("")`');
  const parts = text.split(separator);
  if (most === undefined || most < 0 || parts.length <= most + 1) return parts;
  return [...parts.slice(0, most), parts.slice(most).join(separator)];
}

function splitAtSpaces(text: string): string[] {
  const words: string[] = [];
  let word = '';
  for (const sign of [...characters(text), ' ']) {
    if (!SPACES.has(sign)) word += sign;
    else if (word !== '') {
      words.push(word);
      word = '';
    }
  }
  return words;
}

export function replaced(text: string, from: string, to: string, count: Value = undefined): string {
  if (from === '') throw unsupported('`.replace("", …)`');
  if (count === undefined || count === null) return text.replaceAll(from, () => to);
  if (typeof count !== 'number') throw templateFails('`.replace()` was given a count that is no number');
  const parts = text.split(from);
  if (count < 0 || parts.length <= count + 1) return parts.join(to);
  return parts.slice(0, count + 1).join(to) + from + parts.slice(count + 1).join(from);
}
