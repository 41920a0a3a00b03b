/** Values of a template with Python's meaning: what is true, equal, ordered, iterated and printed. `undefined` is jinja2's Undefined. */
import { templateFails, unsupported } from './refusal';

export type Value =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Value[]
  | Tuple
  | Lazy
  | ReadonlyMap<string, Value>
  | Namespace
  | Callable;

export class Tuple {
  constructor(readonly items: readonly Value[]) {}
}

/** What Python gives as a generator or view: it can be gone through, and has no length or places. */
export class Lazy {
  constructor(readonly items: readonly Value[]) {}
}

export class Namespace {
  constructor(readonly fields: Map<string, Value>) {}
}

export class Callable {
  constructor(
    readonly name: string,
    readonly call: (args: readonly Value[], named: ReadonlyMap<string, Value>) => Value,
  ) {}
}

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isDict = (value: Value): value is ReadonlyMap<string, Value> => value instanceof Map;
const isNumeric = (value: Value): value is number | boolean => typeof value === 'number' || typeof value === 'boolean';

/** Python counts and cuts by characters, not by UTF-16 units. */
export const characters = (text: string): string[] => Array.from(text);

export function kindOf(value: Value): string {
  if (value === null) return 'none';
  if (isList(value)) return 'a list';
  if (isDict(value)) return 'a record';
  if (value instanceof Tuple) return 'a tuple';
  if (value instanceof Lazy) return 'a generator';
  if (value instanceof Namespace) return 'a namespace';
  if (value instanceof Callable) return `\`${value.name}\``;
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'a number';
  return typeof value === 'boolean' ? 'true or false' : 'an undefined value';
}

export function isTrue(value: Value): boolean {
  if (isList(value)) return value.length > 0;
  if (isDict(value)) return value.size > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  return Boolean(value);
}

/** What `{{ value }}` prints. */
export function printed(value: Value): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(wholeNumber(value));
  throw unsupported(`${kindOf(value)} printed as text`, "has Python's own form");
}

export function wholeNumber(value: number): number {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? 0 : value;
  throw unsupported(`the number ${value}`, 'is not a whole number that is exact here');
}

export function isEqual(left: Value, right: Value): boolean {
  if (isNumeric(left) && isNumeric(right)) return Number(left) === Number(right);
  if (isList(left) && isList(right)) return areEqual(left, right);
  if (left instanceof Tuple && right instanceof Tuple) return areEqual(left.items, right.items);
  if (isDict(left) && isDict(right)) {
    return (
      left.size === right.size && [...left].every(([key, value]) => right.has(key) && isEqual(value, right.get(key)))
    );
  }
  return left === right;
}

function areEqual(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((value, at) => isEqual(value, right[at]));
}

/** Below zero where `left` comes first. */
export function compared(left: Value, right: Value, operator: string): number {
  if (isNumeric(left) && isNumeric(right)) return Number(left) - Number(right);
  if (typeof left === 'string' && typeof right === 'string') {
    const [a, b] = [characters(left), characters(right)];
    const at = a.findIndex((character, index) => character !== b[index]);
    if (at < 0) return a.length - b.length;
    return b[at] === undefined ? 1 : a[at]!.codePointAt(0)! - b[at].codePointAt(0)!;
  }
  throw templateFails(`\`${operator}\` between ${kindOf(left)} and ${kindOf(right)}`);
}

export function iterated(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (value instanceof Tuple || value instanceof Lazy) return value.items;
  if (isDict(value)) return [...value.keys()];
  if (typeof value === 'string') return characters(value);
  if (value === undefined) return [];
  throw templateFails(`${kindOf(value)} cannot be gone through`);
}

export function lengthOf(value: Value): number {
  if (value instanceof Lazy) throw templateFails('the length of a generator');
  if (value === undefined) return 0;
  return isDict(value) ? value.size : iterated(value).length;
}

export function contains(container: Value, item: Value): boolean {
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item);
    throw templateFails(`${kindOf(item)} looked for in text`);
  }
  if (isDict(container)) return typeof item === 'string' && container.has(item);
  return iterated(container).some((each) => isEqual(each, item));
}

/** As json.dumps(…, ensure_ascii=False) writes it. @param indent spaces a level, or null. */
export function json(value: Value, indent: number | null = null, depth = 0): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return String(wholeNumber(value));
  if (typeof value === 'string') return jsonText(value);
  const [open, inner, close] =
    indent === null
      ? ['', ', ', '']
      : ['\n', `,\n${' '.repeat(indent * (depth + 1))}`, `\n${' '.repeat(indent * depth)}`];
  const lead = indent === null ? '' : open + ' '.repeat(indent * (depth + 1));
  const around = (from: string, parts: readonly string[], to: string) =>
    parts.length === 0 ? from + to : from + lead + parts.join(inner) + close + to;
  if (isList(value))
    return around(
      '[',
      value.map((each) => json(each, indent, depth + 1)),
      ']',
    );
  if (value instanceof Tuple) return json(value.items, indent, depth);
  if (isDict(value)) {
    return around(
      '{',
      [...value].map(([key, each]) => `${jsonText(key)}: ${json(each, indent, depth + 1)}`),
      '}',
    );
  }
  throw templateFails(`${kindOf(value)} is no JSON`);
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function jsonText(text: string): string {
  if (LONE_SURROGATE.test(text)) throw unsupported('half a character in JSON');
  return JSON.stringify(text);
}

/** A plain value of JavaScript. */
export function valueOf(plain: unknown): Value {
  if (Array.isArray(plain)) return plain.map(valueOf);
  if (typeof plain === 'object' && plain !== null) {
    return new Map(Object.entries(plain).map(([key, value]) => [key, valueOf(value)]));
  }
  return plain as Value;
}
