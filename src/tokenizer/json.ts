// Reading untrusted JSON by field path. A value of the wrong shape is `tokenizer/invalid`, a value of the right shape that
// this codec cannot follow is `tokenizer/unsupported`; both name the field, so that nobody has to guess which one it was.
import { LabError } from '../error';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Sequences may nest; a file that nests deeper than this is hostile, not a tokenizer. */
const DEEPEST_PATH = 12;

/** @param field of tokenizer.json, or of another file as `file.json: field`. */
export function invalid(field: string, problem: string, details: JsonObject = {}): LabError {
  const [, file = 'tokenizer.json', path = field] = /^([a-z_]+\.json)(?:: ([^]*))?$/u.exec(field) ?? [];
  return new LabError(
    'tokenizer/invalid',
    path === field && file !== 'tokenizer.json' ? `${file} ${problem}.` : `${file}: \`${path}\` ${problem}.`,
    'The file is damaged or was edited by hand; take it from the model’s own repository again.',
    { field, ...details },
  );
}

/** @param hint what would go wrong; that of most stages. */
export function unsupported(field: string, problem: string, details: JsonObject = {}, hint = otherIds): LabError {
  return new LabError('tokenizer/unsupported', `tokenizer.json: \`${field}\` ${problem}.`, hint, { field, ...details });
}

const otherIds =
  'Ids would silently differ from the model’s own, so the lab does not go on. Byte-level BPE and SentencePiece-style BPE are supported.';

export function asObject(value: unknown, field: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(field, 'is not an object');
  if (field.split('[').length > DEEPEST_PATH)
    throw invalid(field.slice(0, 80), `nests deeper than ${DEEPEST_PATH} levels`);
  return value as JsonObject;
}

export function asArray(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(field, 'is not a list');
  return value;
}

export function asString(value: unknown, field: string): string {
  if (typeof value !== 'string') throw invalid(field, 'is not a string');
  return value;
}

export function asBoolean(value: unknown, field: string, absent: boolean): boolean {
  if (value === undefined || value === null) return absent;
  if (typeof value !== 'boolean') throw invalid(field, 'is not true or false');
  return value;
}

/** A token id or a count: an integer from 0 below 2^31, so that ids fit typed arrays. */
export function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}

export function asIndex(value: unknown, field: string): number {
  if (!isIndex(value)) {
    throw invalid(field, `is ${JSON.stringify(value)}, not an integer from 0 to 2147483647`);
  }
  return value;
}
