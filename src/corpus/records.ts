// Records with fields, of which one holds the text.
import { LabError } from '../error';
import type { FieldChoice } from './corpus';

export type DataRecord = Readonly<Record<string, unknown>>;

/** Names that text stands under in published data sets, in the order they are looked for. */
const TEXT_FIELDS = ['text', 'content', 'document', 'body', 'passage', 'sentence', 'smiles', 'sequence'];

/** A known name, or else the field with the longest text. */
export function likelyTextField(record: DataRecord): string | undefined {
  const known = TEXT_FIELDS.find((name) => typeof record[name] === 'string');
  if (known !== undefined) return known;
  return Object.entries(record)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

/** The fields of some records that hold text. */
export function fieldChoice(records: readonly DataRecord[], chosen: string | undefined): FieldChoice | undefined {
  if (chosen === undefined) return undefined;
  const found = new Set([chosen]);
  for (const record of records) {
    for (const [name, value] of Object.entries(record)) if (typeof value === 'string') found.add(name);
  }
  return { chosen, found: [...found].sort() };
}

export function textOf(record: DataRecord, field: string | undefined): string | null {
  const text = field === undefined ? undefined : record[field];
  return typeof text === 'string' && text !== '' ? text.replaceAll('\r\n', '\n') : null;
}

export function noTextField(file: string, records: number, without: number, field: string | undefined): LabError {
  const wanted = field === undefined ? 'a text field' : `the field \`${field}\``;
  return new LabError(
    'corpus/no-text-field',
    `${file}: ${without} of its first ${records} records have no text in ${wanted}.`,
    `Each record must have the text under one of ${TEXT_FIELDS.map((name) => `\`${name}\``).join(', ')}, or name the field.`,
    { file, records, without },
  );
}
