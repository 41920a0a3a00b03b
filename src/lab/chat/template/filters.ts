/** jinja2's filters and tests that chat templates use, as jinja2 3.1 has them; `tojson` as transformers replaces it. */
import { templateFails, unsupported } from './refusal';
import { replaced, stripped, textOf } from './text';
import {
  Callable,
  contains,
  isDict,
  isEqual,
  isList,
  isTrue,
  iterated,
  json,
  kindOf,
  Lazy,
  lengthOf,
  Namespace,
  printed,
  Tuple,
  wholeNumber,
  type Value,
} from './values';

type Named = ReadonlyMap<string, Value>;
type Filter = (value: Value, args: readonly Value[], named: Named) => Value;

const length: Filter = (value) => lengthOf(value);
const byDefault: Filter = (value, [given = '', boolean], named) => {
  const alsoFalse = boolean ?? named.get('boolean');
  return value === undefined || (isTrue(alsoFalse) && !isTrue(value)) ? (named.get('default_value') ?? given) : value;
};

export const filters: Readonly<Record<string, Filter>> = {
  trim: (value, [of], named) => stripped(printed(value), 'both', of ?? named.get('chars')),
  upper: (value) => printed(value).toUpperCase(),
  lower: (value) => printed(value).toLowerCase(),
  string: (value) => printed(value),
  replace: (value, [from, to, count]) =>
    replaced(printed(value), textOf(from, 'replace'), textOf(to, 'replace'), count),
  ...{ length, count: length, default: byDefault, d: byDefault },
  list: (value) => [...iterated(value)],
  first: (value) => iterated(value)[0],
  last: (value) => {
    if (value instanceof Lazy) throw templateFails('`|last` of a generator');
    return iterated(value).at(-1);
  },
  reverse: (value) =>
    typeof value === 'string' ? iterated(value).toReversed().join('') : new Lazy(iterated(value).toReversed()),
  items: (value) => new Lazy(value === undefined ? [] : itemsOf(value)),
  join: (value, [by = ''], named) => {
    if (named.size > 0) throw unsupported('`|join` with keywords');
    return iterated(value).map(printed).join(printed(by));
  },
  int: (value) => {
    if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
    if (typeof value === 'string' && /^[+-]?\d{1,15}$/.test(stripped(value, 'both'))) return wholeNumber(Number(value));
    throw unsupported(`\`|int\` of ${kindOf(value)} that is no whole number`);
  },
  map: (value, args, named) => {
    const attribute = named.get('attribute');
    if (args.length > 0 || named.size !== 1 || typeof attribute !== 'string' || attribute.includes('.')) {
      throw unsupported('`|map` other than with `attribute=` and one name');
    }
    return new Lazy(iterated(value).map((item) => fieldOf(item, attribute)));
  },
  selectattr: (value, args) => new Lazy(iterated(value).filter((item) => hasAttribute(item, args))),
  rejectattr: (value, args) => new Lazy(iterated(value).filter((item) => !hasAttribute(item, args))),
  tojson: (value, args, named) => {
    const indent = named.get('indent') ?? null;
    const isAscii = named.get('ensure_ascii') ?? false;
    const others = [...named.keys()].filter((key) => key !== 'indent' && key !== 'ensure_ascii');
    if (args.length > 0 || others.length > 0 || isAscii !== false || (indent !== null && typeof indent !== 'number')) {
      throw unsupported('`|tojson` other than with `indent=` or `ensure_ascii=false`');
    }
    return json(value, indent);
  },
};

export function itemsOf(value: Value): Value[] {
  if (!isDict(value)) throw templateFails(`the items of ${kindOf(value)}`);
  return [...value].map((pair) => new Tuple(pair));
}

function fieldOf(item: Value, attribute: string): Value {
  if (isDict(item)) return item.get(attribute);
  if (item instanceof Namespace) return item.fields.get(attribute);
  if (item === undefined) throw templateFails(`\`${attribute}\` of an undefined value`);
  return undefined;
}

function hasAttribute(item: Value, [attribute, test, other]: readonly Value[]): boolean {
  if (typeof attribute !== 'string' || attribute.includes('.')) throw unsupported('`selectattr` by more than one name');
  const value = fieldOf(item, attribute);
  if (test === undefined) return isTrue(value);
  const named = pairTests[String(test)];
  return named ? named(value, other) : tested(String(test), value);
}

const pairTests: Readonly<Record<string, (value: Value, other: Value) => boolean>> = {
  ...{ equalto: isEqual, eq: isEqual, '==': isEqual },
  ...{ ne: (value, other) => !isEqual(value, other), '!=': (value, other) => !isEqual(value, other) },
  in: (value, other) => contains(other, value),
};

const isWhole = (value: Value): value is number => typeof value === 'number';

const tests: Readonly<Record<string, (value: Value) => boolean>> = {
  defined: (value) => value !== undefined,
  undefined: (value) => value === undefined,
  none: (value) => value === null,
  string: (value) => typeof value === 'string',
  mapping: isDict,
  sequence: (value) =>
    typeof value === 'string' || value === undefined || isList(value) || isDict(value) || value instanceof Tuple,
  iterable: (value) =>
    value === undefined ||
    typeof value === 'string' ||
    (typeof value === 'object' && value !== null && !(value instanceof Namespace) && !(value instanceof Callable)),
  number: (value) => isWhole(value) || typeof value === 'boolean',
  integer: isWhole,
  float: () => false,
  boolean: (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  callable: (value) => value instanceof Callable,
  odd: (value) => Math.abs(wholeOf(value, 'odd') % 2) === 1,
  even: (value) => wholeOf(value, 'even') % 2 === 0,
};

function wholeOf(value: Value, test: string): number {
  if (isWhole(value)) return value;
  throw unsupported(`\`is ${test}\` of ${kindOf(value)}`);
}

export function tested(name: string, value: Value): boolean {
  const test = Object.hasOwn(tests, name) ? tests[name] : undefined;
  if (!test) throw unsupported(`the test \`is ${name}\``);
  return test(value);
}
