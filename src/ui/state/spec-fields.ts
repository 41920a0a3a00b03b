/**
 * Fields of a specification by their path: their value, the value with one of them changed, and what the schema says of them.
 * Pure; what is wrong with a value is the lab's to say.
 */
import type { SpecSchema } from '../../worker/index';

export type FieldPath = readonly (string | number)[];

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

export function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), value);
}

/** @param next undefined: the field goes. What is missing on the way to it is made. */
export function withValue(value: unknown, [name, ...rest]: FieldPath, next: unknown): unknown {
  if (name === undefined) return next;
  const before = isFields(value) ? value : {};
  const inner = withValue(before[name], rest, next);
  if (Array.isArray(value) || (typeof name === 'number' && !isFields(value))) {
    const list = Array.isArray(value) ? [...(value as unknown[])] : [];
    list[name as number] = inner;
    return list;
  }
  if (inner !== undefined) return { ...before, [name]: inner };
  return Object.fromEntries(Object.entries(before).filter(([each]) => each !== name));
}

/** What the schema expects there; of a choice between a word and an object, the branch that has the next name. */
export function schemaAt(schema: SpecSchema, path: FieldPath): SpecSchema | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return schema;
  for (const branch of schema.anyOf ?? [schema]) {
    const [each] = Object.values(branch.patternProperties ?? {});
    const inner = typeof name === 'number' ? branch.items : (branch.properties?.[name] ?? each);
    if (inner) return schemaAt(inner, rest);
  }
  return undefined;
}

/** What was typed, as the schema wants it; what is no such value stays text, and the lab says what is expected. */
export function typedValue({ type, items }: SpecSchema, text: string): unknown {
  const plain = text.trim();
  if (plain === '') return undefined;
  if (type === 'array' && items?.type === 'string') return text.split('\n').filter(Boolean);
  if (type === 'boolean') return plain === 'true';
  if (type === 'array')
    return plain
      .split(/[,，\s]+/)
      .filter(Boolean)
      .map((each) => typedValue(items ?? {}, each));
  if (type !== 'integer' && type !== 'number') return text;
  const number = Number(plain.replaceAll(',', ''));
  return Number.isNaN(number) ? plain : number;
}

/** As problems name it: `arms["old vocabulary"].stages[0].batch.rows`. */
export const pathText = (path: FieldPath): string =>
  path.reduce<string>((text, name) => {
    if (typeof name === 'number') return `${text}[${name}]`;
    if (!/^[A-Za-z_]\w*$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
