// Where in a record a field is: by its name, by a path such as `data.text` where it lies deeper (through the items of lists too),
// several joined, `instruction+input+output`, or under ids, `mapping.*.text`. A field whose own name holds a dot or a plus is taken before any path.
import { type DataRecord, isRecord, joinedParts, textOfValue, unwritten } from './valueText';

/** How the text of a record is had. */
export interface TextSource {
  readonly name: string;
  /** Empty where there is none. */
  textOf(record: DataRecord): string;
  /** Whether the record has the field, be it empty. */
  isIn(record: DataRecord): boolean;
}

/** In a path: every value of an object whose keys are ids. */
export const EACH = '*';

/** Undefined where there is no such field. */
export function valueAt(value: unknown, path: string): unknown {
  if (Array.isArray(value)) {
    const found = value.map((item) => valueAt(item, path)).filter((item) => item !== undefined);
    return found.length > 0 ? found : undefined;
  }
  if (!isRecord(value)) return undefined;
  if (Object.hasOwn(value, path)) return value[path];
  if (path.startsWith(`${EACH}.`)) return valueAt(Object.values(value), path.slice(EACH.length + 1));
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const name = path.slice(0, dot);
    if (!Object.hasOwn(value, name)) continue;
    const found = valueAt(value[name], path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A field, a path or several joined by `+`. */
export function sourceOf(name: string): TextSource {
  const parts = name.split('+');
  const joined = (record: DataRecord): readonly string[] => (valueAt(record, name) === undefined ? parts : [name]);
  if (parts.length === 1) {
    return {
      name,
      textOf: (record) => textOfField(valueAt(record, name)),
      isIn: (record) => valueAt(record, name) !== undefined,
    };
  }
  return {
    name,
    textOf: (record) => joinedParts(joined(record).map((part) => textOfField(valueAt(record, part)))),
    isIn: (record) => joined(record).some((part) => valueAt(record, part) !== undefined),
  };
}

/** That of a number is its digits: the answer to a question, or what was asked for by its name. */
export function textOfField(value: unknown): string {
  return typeof value === 'bigint' || Number.isFinite(value) ? String(value) : textOfValue(unwritten(value));
}
