// Lists of one length whose places hold different things are rows of a table, as `json.dump(rows)` writes one; lists of texts are
// texts in pieces.
import { evidenceOf } from './fieldEvidence';
import { isFieldName } from './fieldNames';
import type { DataRecord } from './valueText';

export interface ListRows {
  readonly columns: readonly string[];
  readonly hasHeader: boolean;
}

/** Null where the lists are no rows. */
export function listRows(lists: readonly (readonly unknown[])[]): ListRows | null {
  const [first] = lists;
  if (!first || first.length < 2 || lists.some((list) => list.length !== first.length)) return null;
  const hasHeader = lists.length > 1 && first.every((cell) => typeof cell === 'string') && first.some(isFieldName);
  const columns = first.map((cell, at) => (hasHeader ? String(cell) : `column ${at + 1}`));
  const fields = evidenceOf(lists.slice(hasHeader ? 1 : 0).map((list) => recordOf(columns, list)));
  const areTexts =
    fields.length === columns.length && fields.every(({ likeness }) => /^(?:text|word|empty)$/u.test(likeness));
  return areTexts && !hasHeader ? null : { columns, hasHeader };
}

export function recordOf(columns: readonly string[], list: readonly unknown[]): DataRecord {
  return Object.fromEntries(columns.map((name, at) => [name, list[at]]));
}
