// CSV, TSV and their like to documents: a row each, of which one column is the text.
import type { CutterOptions, LineCutter } from '../cutter';
import type { FileHead } from '../fileHead';
import { RecordTexts } from './recordTexts';
import { tableShape } from './tableDialect';
import { RowReader } from './tableRows';

/** @throws LabError corpus/bad-table and corpus/no-text-field while it reads. */
export function createTableCutter({ fileName, emit, textField }: CutterOptions, head: FileHead): LineCutter {
  const lines = head.isWhole || head.lines.length < 2 ? head.lines : head.lines.slice(0, -1);
  const shape = tableShape(fileName, lines);
  const { columns, delimiter } = shape;
  const texts = new RecordTexts({ name: fileName, ...BROKEN }, emit, textField);
  let isHeader = shape.hasHeader;
  let header: readonly string[] | undefined;
  const reader = new RowReader(shape, {
    row(cells, rowLine, isOdd) {
      const line = rowLine + shape.skipped;
      if (isHeader) {
        isHeader = false;
        header = cells;
        return;
      }
      // Of a file that was appended to another.
      if (header && cells.length === header.length && cells.every((cell, at) => cell === header![at])) return;
      const isLong = cells.length > columns.length && cells.slice(columns.length).some((cell) => cell.trim() !== '');
      if (isLong || isOdd) {
        texts.noteUnlike(cells.join(delimiter ?? ''), line);
      }
      texts.add(recordOf(cells, columns, delimiter), lengthOf(cells), line);
    },
    broken: (text, line) => texts.addBroken(text, line + shape.skipped),
  });
  let left = shape.skipped;
  return {
    takes: 'lines',
    get recordsWithoutText() {
      return texts.recordsWithoutText;
    },
    get fields() {
      return texts.fields;
    },
    get doubts() {
      return texts.doubts;
    },
    add(line) {
      if (left > 0) left--;
      else reader.add(line);
    },
    finish() {
      reader.finish();
      texts.finish();
    },
  };
}

const BROKEN = {
  brokenCode: 'corpus/bad-table',
  brokenHint: 'A quote is not closed or not escaped. Write it again with a program that quotes, or as JSON lines.',
};

function lengthOf(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + cell.length, 0);
}

/** What is too much for the columns belongs to the last: a text that was not quoted. */
function recordOf(
  cells: readonly string[],
  columns: readonly string[],
  delimiter: string | null,
): Record<string, string> {
  const record = Object.create(null) as Record<string, string>;
  const last = columns.length - 1;
  for (let at = 0; at < cells.length && at < last; at++) record[columns[at]!] = cells[at]!;
  if (cells.length <= columns.length) {
    if (cells.length === columns.length) record[columns[last]!] = cells[last]!;
    return record;
  }
  let end = cells.length;
  while (end > columns.length && cells[end - 1]!.trim() === '') end--;
  record[columns[last]!] = cells.slice(last, end).join(delimiter ?? '');
  return record;
}
