/** What is wrong with a value by its schema, a line a field: where it stands, and what is expected there. */
import type { TSchema } from 'typebox';
import * as Value from 'typebox/value';
import { problemAt, type Bounds, type Expected, type SpecProblem } from './specReasons';

/** What is read of a JSON Schema. */
export interface SpecSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly anyOf?: readonly SpecSchema[];
  readonly properties?: Readonly<Record<string, SpecSchema>>;
  readonly patternProperties?: Readonly<Record<string, SpecSchema>>;
  readonly items?: SpecSchema;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
}

/** Empty where the schema's own library finds nothing. */
export function schemaProblems(schema: TSchema, value: unknown): SpecProblem[] {
  if (Value.Check(schema, value)) return [];
  const problems: SpecProblem[] = [];
  walk(schema as SpecSchema, value, '', problems);
  // The library has the last word: what it refuses and the walk does not know is refused all the same.
  if (problems.length === 0)
    problems.push(problemAt('', { code: 'does-not-fit', why: String(Value.Errors(schema, value)[0]?.message) }));
  return problems;
}

function walk(schema: SpecSchema, value: unknown, path: string, problems: SpecProblem[]): void {
  const refuse = (expected: readonly Expected[]) =>
    void problems.push(problemAt(path, { code: 'unexpected', found: shown(value), expected }));
  if (schema.anyOf) {
    const branch = schema.anyOf.find((one) => kindOf(value) === (one.type === undefined ? 'string' : one.type));
    if (branch) walk(branch, value, path, problems);
    else refuse(expectedOf(schema));
    return;
  }
  if (schema.const !== undefined) return void (value === schema.const || refuse(expectedOf(schema)));
  if (schema.enum) return void (schema.enum.includes(value) || refuse(expectedOf(schema)));
  if (schema.type === 'object') return walkObject(schema, value, path, problems);
  if (schema.type === 'array') {
    const { items, minItems: least, maxItems: most } = schema;
    if (!Array.isArray(value)) return refuse(expectedOf(schema));
    if (least !== undefined && value.length < least) return refuse([{ kind: 'list', least }]);
    if (most !== undefined && value.length > most) return refuse([{ kind: 'list', most }]);
    for (const [at, item] of value.entries()) walk(items!, item, `${path}[${at}]`, problems);
    return;
  }
  if (!fits(schema, value)) refuse(expectedOf(schema));
}

function walkObject(schema: SpecSchema, value: unknown, path: string, problems: SpecProblem[]): void {
  if (kindOf(value) !== 'object') {
    problems.push(problemAt(path, { code: 'unexpected', found: shown(value), expected: [{ kind: 'object' }] }));
    return;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const [[pattern, each] = []] = Object.entries(schema.patternProperties ?? {});
  const isName = (name: string) => pattern !== undefined && new RegExp(pattern).test(name);
  const known = Object.keys(schema.properties ?? {});
  for (const name of schema.required ?? []) {
    if (fields[name] !== undefined) continue;
    problems.push(problemAt(joined(path, name), { code: 'missing', expected: expectedOf(schema.properties![name]!) }));
  }
  if (Object.keys(fields).length < (schema.minProperties ?? 0)) {
    problems.push(problemAt(path, { code: 'empty', ...(each ? {} : { fields: known }) }));
  }
  for (const [name, field] of Object.entries(fields)) {
    const inner = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (inner) walk(inner, field, joined(path, name), problems);
    else if (each && isName(name)) walk(each, field, joined(path, name), problems);
    else if (each) problems.push(problemAt(joined(path, name), { code: 'arm-name' }));
    else problems.push(problemAt(joined(path, name), { code: 'unknown-field', fields: known }));
  }
}

function fits(schema: SpecSchema, value: unknown): boolean {
  if (schema.type === 'boolean') return typeof value === 'boolean';
  if (schema.type === 'string') {
    return (
      typeof value === 'string' &&
      value.length >= (schema.minLength ?? 0) &&
      value.length <= (schema.maxLength ?? Infinity)
    );
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema;
  const isWithin = value >= minimum && value <= maximum && value > exclusiveMinimum && value < exclusiveMaximum;
  return isWithin && (schema.type !== 'integer' || Number.isInteger(value));
}

function expectedOf(schema: SpecSchema): readonly Expected[] {
  if (schema.anyOf) return schema.anyOf.flatMap(expectedOf);
  if (schema.const !== undefined) return [{ kind: 'constant', value: JSON.stringify(schema.const) }];
  if (schema.enum) return [{ kind: 'choice', of: schema.enum.map(String) }];
  switch (schema.type) {
    case 'object':
      return [{ kind: 'object', ...(schema.properties ? { fields: Object.keys(schema.properties) } : {}) }];
    case 'array':
      return [{ kind: 'list' }];
    case 'boolean':
      return [{ kind: 'boolean' }];
    case 'string':
      return [{ kind: 'text', ...(schema.maxLength === undefined ? {} : { most: schema.maxLength }) }];
    default:
      return [{ kind: schema.type === 'integer' ? 'integer' : 'number', ...boundsOf(schema) }];
  }
}

function boundsOf({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: SpecSchema): Bounds {
  return {
    ...(minimum === undefined ? {} : { minimum }),
    ...(exclusiveMinimum === undefined ? {} : { exclusiveMinimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(exclusiveMaximum === undefined ? {} : { exclusiveMaximum }),
  };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A path in JavaScript's own spelling. */
export function joined(path: string, name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return path === '' ? name : `${path}.${name}`;
  return `${path}[${JSON.stringify(name)}]`;
}
