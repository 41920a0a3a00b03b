/** What is wrong with a value by its schema, a line a field: where it stands, and what is expected there. */
import type { TSchema } from 'typebox';
import * as Value from 'typebox/value';

export interface SpecProblem {
  /** `arms["continued"].stages[0].batch.rows`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

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
    problems.push({ path: '', message: `does not fit: ${Value.Errors(schema, value)[0]?.message}` });
  return problems;
}

function walk(schema: SpecSchema, value: unknown, path: string, problems: SpecProblem[]): void {
  const refuse = (expected: string) =>
    void problems.push({ path, message: `is ${shown(value)}; expected is ${expected}` });
  if (schema.anyOf) {
    const branch = schema.anyOf.find((one) => kindOf(value) === (one.type === undefined ? 'string' : one.type));
    if (branch) walk(branch, value, path, problems);
    else refuse(expectedOf(schema));
    return;
  }
  if (schema.const !== undefined) return void (value === schema.const || refuse(JSON.stringify(schema.const)));
  if (schema.enum) return void (schema.enum.includes(value) || refuse(expectedOf(schema)));
  if (schema.type === 'object') return walkObject(schema, value, path, problems);
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return refuse('a list');
    if (value.length < (schema.minItems ?? 0)) return refuse(`a list of at least ${schema.minItems}`);
    if (value.length > (schema.maxItems ?? Infinity)) return refuse(`a list of at most ${schema.maxItems}`);
    for (const [at, item] of value.entries()) walk(schema.items!, item, `${path}[${at}]`, problems);
    return;
  }
  if (!fits(schema, value)) refuse(expectedOf(schema));
}

function walkObject(schema: SpecSchema, value: unknown, path: string, problems: SpecProblem[]): void {
  if (kindOf(value) !== 'object') {
    problems.push({ path, message: `is ${shown(value)}; expected is an object` });
    return;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const [[pattern, each] = []] = Object.entries(schema.patternProperties ?? {});
  const isName = (name: string) => pattern !== undefined && new RegExp(pattern).test(name);
  const known = Object.keys(schema.properties ?? {});
  for (const name of schema.required ?? []) {
    if (fields[name] === undefined) {
      problems.push({
        path: joined(path, name),
        message: `is missing; expected is ${expectedOf(schema.properties![name]!)}`,
      });
    }
  }
  if (Object.keys(fields).length < (schema.minProperties ?? 0)) {
    problems.push({
      path,
      message: `is empty; expected is ${each ? 'at least one by name' : `one of ${known.join(', ')}`}`,
    });
  }
  for (const [name, field] of Object.entries(fields)) {
    const inner = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (inner) walk(inner, field, joined(path, name), problems);
    else if (each && isName(name)) walk(each, field, joined(path, name), problems);
    else if (each) problems.push({ path: joined(path, name), message: 'needs a name of one line, 1 to 80 characters' });
    else problems.push({ path: joined(path, name), message: `is no field here; there are ${known.join(', ')}` });
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

function expectedOf(schema: SpecSchema): string {
  if (schema.anyOf) return schema.anyOf.map(expectedOf).join(', or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return `one of ${schema.enum.join(', ')}`;
  if (schema.type === 'object')
    return `an object${schema.properties ? ` with ${Object.keys(schema.properties).join(', ')}` : ''}`;
  if (schema.type === 'array') return 'a list';
  if (schema.type === 'boolean') return 'true or false';
  if (schema.type === 'string')
    return schema.maxLength === undefined ? 'text' : `text of at most ${schema.maxLength} characters`;
  const bounds = [
    ...(schema.minimum === undefined ? [] : [`at least ${schema.minimum}`]),
    ...(schema.exclusiveMinimum === undefined ? [] : [`above ${schema.exclusiveMinimum}`]),
    ...(schema.maximum === undefined ? [] : [`at most ${schema.maximum}`]),
    ...(schema.exclusiveMaximum === undefined ? [] : [`below ${schema.exclusiveMaximum}`]),
  ];
  return [schema.type === 'integer' ? 'a whole number' : 'a number', bounds.join(' and ')].filter(Boolean).join(' ');
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
