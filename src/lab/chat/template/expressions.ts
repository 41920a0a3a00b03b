/**
 * Expressions of a template as jinja2 computes them. The package's own interpreter is not used: it prints records as JSON, ignores
 * arguments of methods and keeps names from one turn of a loop to the next, mostly without an error (docs/decisions.md).
 */
import { isGroup } from './groups';
import type { Call, Node } from './nodes';
import { filters, itemsOf, tested } from './filters';
import { refusedByTemplate, templateFails, unsupported } from './refusal';
import type { Scope } from './scope';
import { textMethods } from './text';
import {
  Callable,
  characters,
  compared,
  contains,
  isDict,
  isEqual,
  isList,
  isTrue,
  kindOf,
  Lazy,
  Namespace,
  printed,
  Tuple,
  wholeNumber,
  type Value,
} from './values';

export function evaluated(node: Node, scope: Scope): Value {
  switch (node.type) {
    case 'IntegerLiteral':
      return wholeNumber(node.value);
    case 'StringLiteral':
      return node.value;
    case 'ArrayLiteral':
      return node.value.map((item) => evaluated(item, scope));
    case 'TupleLiteral':
      return new Tuple(node.value.map((item) => evaluated(item, scope)));
    case 'ObjectLiteral':
      return recordOf(node.value, scope);
    case 'Identifier':
      return named(node.value, scope);
    case 'MemberExpression':
      return member(node, scope);
    case 'CallExpression':
      return called(node, scope);
    case 'FilterExpression':
      return filtered(node, scope);
    case 'TestExpression':
      return tested(node.test.value, evaluated(node.operand, scope)) !== node.negate;
    case 'UnaryExpression':
      return unary(node.operator.value, evaluated(node.argument, scope));
    case 'BinaryExpression':
      return binary(node, scope);
    case 'Ternary':
      return evaluated(isTrue(evaluated(node.condition, scope)) ? node.trueExpr : node.falseExpr, scope);
    case 'SelectExpression':
      return isTrue(evaluated(node.test, scope)) ? evaluated(node.lhs, scope) : undefined;
    case 'FloatLiteral':
      throw unsupported(`the number ${node.value}`, 'is no whole number');
    default:
      throw unsupported(`\`${node.type}\``);
  }
}

function recordOf(entries: ReadonlyMap<Node, Node>, scope: Scope): Value {
  const record = new Map<string, Value>();
  for (const [key, value] of entries) {
    const name = evaluated(key, scope);
    if (typeof name !== 'string') throw unsupported(`a record with ${kindOf(name)} for a key`);
    record.set(name, evaluated(value, scope));
  }
  return record;
}

const globals: Readonly<Record<string, Value>> = {
  ...{ true: true, True: true, false: false, False: false, none: null, None: null },
  namespace: new Callable('namespace', (args, fields) => {
    if (args.length > 0) throw unsupported('`namespace` with other than keywords');
    return new Namespace(new Map(fields));
  }),
  range: new Callable('range', (args) => rangeOf(args)),
  raise_exception: new Callable('raise_exception', ([message]) => {
    throw refusedByTemplate(printed(message));
  }),
  strftime_now: new Callable('strftime_now', () => {
    throw unsupported('`strftime_now`', 'writes another text every day');
  }),
};

function named(name: string, scope: Scope): Value {
  if (['true', 'false', 'none', 'True', 'False', 'None'].includes(name)) return globals[name];
  return scope.has(name) || !Object.hasOwn(globals, name) ? scope.get(name) : globals[name];
}

function rangeOf(args: readonly Value[]): Value {
  const numbers = args.map((value) => {
    if (typeof value === 'number') return value;
    throw templateFails(`\`range\` was given ${kindOf(value)}`);
  });
  const [start, stop, step] = numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
  if (step === 0) throw templateFails('`range` with steps of 0');
  const count = Math.max(0, Math.ceil((stop - start) / step));
  // The bound of jinja2's sandbox.
  if (count > 100_000) throw templateFails('`range` is longer than 100000');
  return Array.from({ length: count }, (_, at) => start + at * step);
}

/** Methods of records by their names in Python, which a dot finds before a key. */
const recordMethods: Readonly<Record<string, (record: ReadonlyMap<string, Value>, args: readonly Value[]) => Value>> = {
  get: (record, [key, other = null]) => (typeof key === 'string' && record.has(key) ? record.get(key) : other),
  items: (record) => new Lazy(itemsOf(record)),
  keys: (record) => new Lazy([...record.keys()]),
  values: (record) => new Lazy([...record.values()]),
};
const otherRecordMethods = ['clear', 'copy', 'fromkeys', 'pop', 'popitem', 'setdefault', 'update'];
const loopFields = ['index', 'index0', 'first', 'last', 'length', 'revindex', 'revindex0', 'previtem', 'nextitem'];

function member(node: Extract<Node, { type: 'MemberExpression' }>, scope: Scope): Value {
  const object = evaluated(node.object, scope);
  const { property } = node;
  if (node.computed && property.type === 'SliceExpression') return sliced(object, property, scope);
  const key = node.computed || property.type !== 'Identifier' ? evaluated(property, scope) : property.value;
  if (object === undefined) throw templateFails(`\`${printed(key)}\` of an undefined value`);
  return node.computed || typeof key === 'number' ? item(object, key) : attribute(object, String(key));
}

/** `object[key]`: an entry first, then an attribute. */
function item(object: Value, key: Value): Value {
  if (typeof key === 'number') {
    const places = object instanceof Tuple ? object.items : typeof object === 'string' ? characters(object) : object;
    return isList(places) ? places.at(key) : undefined;
  }
  if (typeof key !== 'string') throw unsupported(`${kindOf(key)} as a key`);
  if (isDict(object) && object.has(key)) return object.get(key);
  return attribute(object, key);
}

/** `object.name`: an attribute first, then an entry. */
function attribute(object: Value, name: string): Value {
  if (name.startsWith('__')) throw unsupported(`\`.${name}\``);
  if (object instanceof Namespace) return object.fields.get(name);
  if (object instanceof Loop) return loopField(object, name);
  if (isDict(object)) {
    const method = Object.hasOwn(recordMethods, name) ? recordMethods[name] : undefined;
    if (method) return new Callable(name, (args) => method(object, args));
    if (otherRecordMethods.includes(name)) throw unsupported(`\`.${name}\` of a record`);
    return object.get(name);
  }
  if (typeof object === 'string') {
    const method = Object.hasOwn(textMethods, name) ? textMethods[name] : undefined;
    if (!method) throw unsupported(`\`.${name}\` of text`);
    return new Callable(name, (args, keywords) => {
      if (keywords.size > 0) throw unsupported(`\`.${name}()\` with keywords`);
      return method(object, args);
    });
  }
  throw unsupported(`\`.${name}\` of ${kindOf(object)}`);
}

/** `loop`, which has fields and is no record. */
export class Loop extends Map<string, Value> {}

function loopField(loop: Loop, name: string): Value {
  if (!loopFields.includes(name)) throw unsupported(`\`loop.${name}\``);
  return loop.get(name);
}

function sliced(object: Value, slice: Extract<Node, { type: 'SliceExpression' }>, scope: Scope): Value {
  const bound = (node: Node | undefined): number | null => {
    const value = node === undefined ? null : evaluated(node, scope);
    if (value === null || typeof value === 'number') return value;
    throw templateFails(`a slice by ${kindOf(value)}`);
  };
  const items = typeof object === 'string' ? characters(object) : object instanceof Tuple ? object.items : object;
  if (!isList(items)) throw templateFails(`a slice of ${kindOf(object)}`);
  const step = bound(slice.step) ?? 1;
  if (step === 0) throw templateFails('a slice with steps of 0');
  const clamped = (at: number | null, otherwise: number) => {
    if (at === null) return otherwise;
    const from = at < 0 ? at + items.length : at;
    return step > 0 ? Math.min(Math.max(from, 0), items.length) : Math.min(Math.max(from, -1), items.length - 1);
  };
  const start = clamped(bound(slice.start), step > 0 ? 0 : items.length - 1);
  const stop = clamped(bound(slice.stop), step > 0 ? items.length : -1);
  const taken: Value[] = [];
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) taken.push(items[at]);
  if (typeof object === 'string') return taken.join('');
  return object instanceof Tuple ? new Tuple(taken) : taken;
}

function called(node: Call, scope: Scope): Value {
  if (isGroup(node)) return evaluated(node.args[0]!, scope);
  const callee = evaluated(node.callee, scope);
  if (callee === undefined) throw templateFails('something undefined is called');
  if (!(callee instanceof Callable)) throw templateFails(`${kindOf(callee)} is called`);
  const [args, keywords] = argumentsOf(node.args, scope);
  return callee.call(args, keywords);
}

function argumentsOf(nodes: readonly Node[], scope: Scope): [Value[], Map<string, Value>] {
  const args: Value[] = [];
  const keywords = new Map<string, Value>();
  for (const node of nodes) {
    if (node.type === 'SpreadExpression' || node.type === 'KeywordSpreadExpression') throw unsupported('`*` arguments');
    if (node.type === 'KeywordArgumentExpression') keywords.set(node.key.value, evaluated(node.value, scope));
    else args.push(evaluated(node, scope));
  }
  return [args, keywords];
}

function filtered({ operand, filter }: Extract<Node, { type: 'FilterExpression' }>, scope: Scope): Value {
  const name = filter.type === 'Identifier' ? filter : filter.callee;
  const key = name.type === 'Identifier' ? name.value : '';
  const apply = Object.hasOwn(filters, key) ? filters[key] : undefined;
  if (!apply) throw unsupported(`the filter \`${key}\``);
  const [args, keywords] =
    filter.type === 'Identifier' ? [[], new Map<string, Value>()] : argumentsOf(filter.args, scope);
  return apply(evaluated(operand, scope), args, keywords);
}

function unary(operator: string, value: Value): Value {
  if (operator === 'not') return !isTrue(value);
  if (typeof value !== 'number') throw templateFails(`\`${operator}\` before ${kindOf(value)}`);
  return operator === '-' ? wholeNumber(-value) : value;
}

const comparisons: Readonly<Record<string, (left: Value, right: Value) => boolean>> = {
  '==': isEqual,
  '!=': (left, right) => !isEqual(left, right),
  '<': (left, right) => compared(left, right, '<') < 0,
  '>': (left, right) => compared(left, right, '>') > 0,
  '<=': (left, right) => compared(left, right, '<=') <= 0,
  '>=': (left, right) => compared(left, right, '>=') >= 0,
  in: (left, right) => contains(right, left),
  'not in': (left, right) => !contains(right, left),
};

const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '//': (left, right) => Math.floor(left / right),
  '%': (left, right) => left - right * Math.floor(left / right),
};

function binary(
  { operator: { value: operator }, left, right }: Extract<Node, { type: 'BinaryExpression' }>,
  scope: Scope,
): Value {
  // jinja2 joins before it adds, the parser from the left.
  if (operator === '~' && left.type === 'BinaryExpression' && ['+', '-'].includes(left.operator.value)) {
    return binary(
      { ...left, right: { type: 'BinaryExpression', operator: { value: '~' }, left: left.right, right } },
      scope,
    );
  }
  const first = evaluated(left, scope);
  if (operator === 'and') return isTrue(first) ? evaluated(right, scope) : first;
  if (operator === 'or') return isTrue(first) ? first : evaluated(right, scope);
  const second = evaluated(right, scope);
  const isCompared = Object.hasOwn(comparisons, operator);
  // The parser reads `a < b < c` from the left, Python as a chain.
  if (isCompared && left.type === 'BinaryExpression' && Object.hasOwn(comparisons, left.operator.value)) {
    throw unsupported('several comparisons in a row');
  }
  if (isCompared) return comparisons[operator]!(first, second);
  if (operator === '~') return printed(first) + printed(second);
  if (operator === '+' && typeof first === 'string' && typeof second === 'string') return first + second;
  if (operator === '+' && isList(first) && isList(second)) return [...first, ...second];
  if (typeof first === 'number' && typeof second === 'number' && Object.hasOwn(arithmetic, operator)) {
    if (second === 0 && (operator === '//' || operator === '%')) throw templateFails('division by zero');
    return wholeNumber(arithmetic[operator]!(first, second));
  }
  const what = `\`${operator}\` between ${kindOf(first)} and ${kindOf(second)}`;
  throw ['+', '-', '*', '/', '//', '%', '**'].includes(operator) &&
    (typeof first === 'number') === (typeof second === 'number')
    ? unsupported(what)
    : templateFails(what);
}
