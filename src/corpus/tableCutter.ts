// CSV and TSV by Papa Parse, which finds the delimiter and follows quotes over line ends.
import Papa from 'papaparse';
import { LabError } from '../error';
import type { Doubt, FieldChoice } from './corpus';
import type { Emit, LineCutter } from './cutter';
import { type DataRecord, fieldChoice, likelyTextField, noTextField, textOf } from './records';

/** Characters that are parsed at once: whole rows, as many as fit. */
const CHUNK = 2 ** 20;

/** Rows that end within a quote are gathered until it is closed; a table is never in memory as a whole. */
export function createTableCutter(fileName: string, emit: Emit, textField?: string): LineCutter {
  let header: string | undefined;
  let delimiter = '';
  let field: string | undefined;
  let rows = 0;
  let lines: string[] = [];
  let length = 0;
  let isInQuote = false;
  const cutter = {
    takes: 'lines' as const,
    recordsWithoutText: 0,
    doubts: [] as readonly Doubt[],
    fields: undefined as FieldChoice | undefined,
    add(line: string): void {
      lines.push(line);
      length += line.length + 1;
      if (countOf(line, '"') % 2 === 1) isInQuote = !isInQuote;
      if (length > CHUNK && !isInQuote) parse();
      if (length > LONGEST_ROW) throw unclosedQuote(fileName, rows + 1);
    },
    finish(): void {
      parse();
      if (cutter.recordsWithoutText * 2 >= rows) throw noTextField(fileName, rows, cutter.recordsWithoutText, field);
    },
  };
  const parse = (): void => {
    const text = [...(header === undefined ? [] : [header]), ...lines].join('\n');
    const config = { header: true, skipEmptyLines: true, delimiter } as const;
    const { data, errors, meta } = Papa.parse<DataRecord>(text, config);
    const quotes = errors.find((error) => error.type === 'Quotes');
    if (quotes) throw unclosedQuote(fileName, rows + (quotes.row ?? 0) + 1);
    if (header === undefined) {
      delimiter = meta.delimiter;
      header = Papa.unparse([meta.fields ?? []], { delimiter });
      const texts = longestOf(data, meta.fields ?? []);
      field = textField ?? likelyTextField(texts);
      cutter.fields = fieldChoice([texts], field);
    }
    for (const record of data) {
      const found = textOf(record, field);
      if (found === null) cutter.recordsWithoutText++;
      else emit(found);
    }
    rows += data.length;
    lines = [];
    length = 0;
  };
  return cutter;
}

/** Characters of a row; more is a quote that was never closed. */
const LONGEST_ROW = 2 ** 26;

function countOf(line: string, character: string): number {
  let count = 0;
  for (let at = line.indexOf(character); at >= 0; at = line.indexOf(character, at + 1)) count++;
  return count;
}

function unclosedQuote(fileName: string, row: number): LabError {
  return new LabError(
    'corpus/bad-table',
    `${fileName}: row ${row} has a quote that is not closed or not escaped.`,
    'Write the file again with a program that quotes CSV, or save it as JSON lines.',
    { file: fileName, row },
  );
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
