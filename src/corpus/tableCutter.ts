// CSV and TSV by Papa Parse, which finds the delimiter and follows quotes over line ends.
import Papa from 'papaparse';
import { LabError } from '../error';
import type { FieldChoice } from './corpus';
import type { DocumentCutter, Emit } from './cutter';
import { type DataRecord, fieldChoice, likelyTextField, noTextField, textOf } from './records';

export function createTableCutter(fileName: string, emit: Emit, textField?: string): DocumentCutter {
  const lines: string[] = [];
  const cutter = {
    recordsWithoutText: 0,
    fields: undefined as FieldChoice | undefined,
    add: (line: string): void => void lines.push(line),
    finish(): void {
      const { data, errors, meta } = Papa.parse<DataRecord>(lines.join('\n'), { header: true, skipEmptyLines: true });
      const quotes = errors.find((error) => error.type === 'Quotes');
      if (quotes) {
        throw new LabError(
          'corpus/bad-table',
          `${fileName}: row ${(quotes.row ?? 0) + 1} has a quote that is not closed or not escaped.`,
          'Write the file again with a program that quotes CSV, or save it as JSON lines.',
          { file: fileName, row: quotes.row ?? 0 },
        );
      }
      const texts = longestOf(data, meta.fields ?? []);
      const field = textField ?? likelyTextField(texts);
      cutter.fields = fieldChoice([texts], field);
      for (const record of data) {
        const text = textOf(record, field);
        if (text === null) cutter.recordsWithoutText++;
        else emit(text);
      }
      if (cutter.recordsWithoutText * 2 >= data.length) {
        throw noTextField(fileName, data.length, cutter.recordsWithoutText, field);
      }
    },
  };
  return cutter;
}

/** Rows that the choice of the text column looks at. */
const SAMPLE = 100;

/** A record of the longest text of each column; columns of numbers are left out. */
function longestOf(data: readonly DataRecord[], fields: readonly string[]): DataRecord {
  const longest: Record<string, string> = {};
  for (const field of fields) {
    const texts = data.slice(0, SAMPLE).map((record) => String(record[field] ?? ''));
    if (texts.every((text) => text.trim() === '' || !Number.isNaN(Number(text)))) continue;
    longest[field] = texts.reduce((best, text) => (text.length > best.length ? text : best), '');
  }
  return longest;
}
