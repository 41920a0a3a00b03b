// What is wrong with one record: the field, what stands there, and what is expected.

export class RecordProblem extends Error {
  constructor(
    readonly field: string,
    readonly found: string,
    readonly expected: string,
  ) {
    super(`\`${field}\` is ${found}; expected is ${expected}`);
  }
}

/** Of a value in an error, short. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

/** @throws RecordProblem unless it is text with something to read in it. */
export function textAt(record: Readonly<Record<string, unknown>>, field: string, name = field): string {
  const value = record[field];
  if (typeof value !== 'string') throw new RecordProblem(name, shown(value), 'text');
  if (value.trim() === '') throw new RecordProblem(name, 'empty', 'text');
  return value;
}
