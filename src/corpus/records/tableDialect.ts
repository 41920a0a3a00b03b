// How a table was written, told from its first lines: what parts its cells, whether it quotes them, where it begins, and whether its
// first row names the columns. What makes every row alike is right; the file's name decides between equals.
import { isFieldName } from './fieldNames';
import { type Likeness, likenessOf } from './likeness';
import { rowsOf, type TableDialect } from './tableRows';

export interface TableShape extends TableDialect {
  /** Lines before the table: blank ones, comments, a title. */
  readonly skipped: number;
  readonly columns: readonly string[];
  readonly hasHeader: boolean;
}

const LINES = 300;
const DELIMITERS = [',', '\t', ';', '|', '\u0001'];

/** Rows alike, of all, below which a delimiter is none. */
const ALIKE = 0.6;

/** Rows below which an unclosed quote is damage, and no sign of a table that does not quote. */
const ROWS_TO_TELL = 5;

/** Rows that a title and its like may take before the table. */
const LONGEST_TITLE = 6;

type Rows = readonly (readonly string[])[];

/** @param lines the first of the file. */
export function tableShape(fileName: string, lines: readonly string[]): TableShape {
  const comments = commentsOf(lines);
  const asked = /^sep=(.)$/iu.exec(lines[comments] ?? '')?.[1];
  const start = comments + (asked === undefined ? 0 : 1);
  const head = lines.slice(start, start + LINES);
  const delimiter = asked ?? delimiterOf(fileName, head);
  const dialect = dialectOf(head, delimiter);
  const { rows } = rowsOf(head, dialect);
  const width = commonWidth(rows);
  const title = rows.slice(0, LONGEST_TITLE).findIndex((row) => row.length >= Math.min(2, width));
  const table = rows.slice(Math.max(0, title));
  const hasHeader = namesColumns(table);
  return {
    ...dialect,
    comments: lines.slice(0, comments).some((line) => line.startsWith('#')) && head[0]?.startsWith('#') === false,
    skipped: start + linesBefore(head, Math.max(0, title)),
    hasHeader,
    columns: columnsOf(hasHeader ? table[0]! : [], table, width),
  };
}

/** Lines that hold no row: blank ones, and remarks before one that is none, but for a header with a `#`. */
function commentsOf(lines: readonly string[]): number {
  const first = lines.findIndex((line) => !/^(?:\s*$|#|\/\/|%)/u.test(line));
  if (first <= 0) return Math.max(0, first);
  const last = lines[first - 1]!;
  const isHeader = (delimiter: string): boolean => {
    const names = last.split(delimiter);
    return names.length > 1 && names.length === lines[first]!.split(delimiter).length && names.every(isShort);
  };
  const isNamed = (row: string): boolean => DELIMITERS.some((delimiter) => row.split(delimiter).some(isFieldName));
  return /^#\w/u.test(last) && DELIMITERS.some(isHeader) && !isNamed(lines[first]!) ? first - 1 : first;
}

/** How many lines the first rows take that hold anything; titles are not quoted over lines. */
function linesBefore(lines: readonly string[], rows: number): number {
  let left = rows;
  const at = lines.findIndex((line) => line.trim() !== '' && left-- === 0);
  return Math.max(0, at);
}

function delimiterOf(fileName: string, lines: readonly string[]): string | null {
  const isTabbed = /\.(?:tsv|tab)$/iu.test(fileName);
  const scored = DELIMITERS.map((delimiter) => ({ delimiter, score: scoreOf(lines, delimiter, isTabbed) }));
  const [best] = scored.toSorted((a, b) => b.score - a.score);
  return best!.score >= ALIKE ? best!.delimiter : null;
}

function scoreOf(lines: readonly string[], delimiter: string, isTabbed: boolean): number {
  const { rows } = rowsOf(lines, dialectOf(lines, delimiter));
  const [first] = rows;
  if (!first) return 0;
  const width = commonWidth(rows);
  const alike = width > 1 ? shareOf(rows, (row) => row.length === width) : 0;
  // A text that was not quoted goes on over the last column.
  const isHeader = first.length > 1 && first.every(isShort);
  const reaching = isHeader ? 0.9 * shareOf(rows, (row) => row.length >= first.length) : 0;
  const base = Math.max(alike, reaching);
  if (base === 0) return 0;
  const prose = shareOf(rows, (row) => row.slice(1).some((cell) => /^ \p{L}/u.test(cell)));
  // One column of sentences, which happen to have as many commas.
  if (first.length === 1 && (prose > 0.5 || isFieldName(first[0]!))) return 0;
  return base + (first.length === width ? 0.3 : 0) + (isTabbed && delimiter === '\t' ? 0.3 : 0) - 0.3 * prose;
}

function dialectOf(lines: readonly string[], delimiter: string | null): TableDialect {
  const backslashed = countIn(lines, /[^\\]\\"(?!$)/u);
  const backslashes = backslashed > 0 && backslashed > countIn(lines, /[^,;\t|"]""[^,;\t|"]/u);
  const quoting: TableDialect = { delimiter, quotes: true, backslashes, comments: false };
  const plain: TableDialect = { ...quoting, quotes: false, backslashes: false };
  const cells = lines.flatMap((line) => (delimiter === null ? [line] : line.split(delimiter)));
  const opening = cells.filter((cell) => /^ *"/u.test(cell));
  // Tables of tabs seldom quote: a quote there is a quote of the text until cells show otherwise.
  if (opening.length === 0) return delimiter === '\t' ? plain : quoting;
  const quoted = rowsOf(lines, quoting);
  const raw = rowsOf(lines, plain).rows;
  if (delimiter !== '\t' && raw.length < ROWS_TO_TELL) return quoting;
  const areSound = quoted.broken + quoted.odd === 0 && isEven(quoted.rows);
  // Where most rows quote, cells go over lines; the few rows of a table that does not quote may pair their quotes by chance.
  const mostQuote = quoted.rows.length === raw.length || opening.length * 2 >= quoted.rows.length;
  if (areSound && (mostQuote || strangers(quoted.rows) < strangers(raw))) return quoting;
  // Every line is a row by itself: what opens a quote and does not close it is text.
  if (isEven(raw)) return plain;
  const isAlike = (rows: Rows): number => shareOf(rows, (row) => row.length === commonWidth(rows));
  return quoted.broken * 5 > opening.length && isAlike(raw) >= isAlike(quoted.rows) ? plain : quoting;
}

/** Whether all rows have the same number of cells, and more than one. */
function isEven(rows: Rows): boolean {
  const width = commonWidth(rows);
  return width > 1 && rows.every((row) => row.length === width);
}

/** Cells that are unlike their column, where it is not of text: pieces of a cell that went over lines stand where they do not belong. */
function strangers(rows: Rows): number {
  const columns = Array.from({ length: commonWidth(rows) }, (_, at) => rows.slice(1).map((row) => row[at] ?? ''));
  return columns.reduce((sum, cells) => {
    const likeness = cells.length > 0 ? commonLikeness(cells) : 'text';
    return likeness === 'text' ? sum : sum + cells.filter((cell) => likenessOf(cell) !== likeness).length;
  }, 0);
}

function countIn(lines: readonly string[], pattern: RegExp): number {
  return lines.filter((line) => pattern.test(line)).length;
}

function shareOf(rows: Rows, holds: (row: readonly string[]) => boolean): number {
  return rows.length === 0 ? 0 : rows.filter(holds).length / rows.length;
}

function commonWidth(rows: Rows): number {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || b - a)[0]?.[0] ?? 0;
}

/** As a name is: of a few words. */
function isShort(cell: string): boolean {
  const name = cell.trim();
  return name.length <= 40 && name.split(/\s+/u).length <= 4 && !/[.!?]\s|[.!?]$/u.test(name);
}

/** Whether the first row names the columns: it has known names, or is unlike what stands below it. */
function namesColumns(table: Rows): boolean {
  const [first, ...data] = table;
  if (!first || first.every((cell) => cell.trim() === '')) return false;
  let score = 0;
  for (const [column, cell] of first.entries()) {
    const below = data.map((row) => row[column] ?? '').filter((text) => text.trim() !== '');
    if (isFieldName(cell) && isShort(cell) && !below.includes(cell)) score += 2;
    score += differs(cell, below);
  }
  return score > 0 || (score === 0 && first.every(isShort));
}

/** 1 where a cell is unlike those below it, -1 where it is one of them. */
function differs(cell: string, below: readonly string[]): number {
  if (below.length === 0 || cell.trim() === '') return 0;
  const likeness = commonLikeness(below);
  if (likeness === 'word') return below.includes(cell) ? -1 : 0;
  if (likeness !== 'text') return likenessOf(cell) === likeness ? -1 : 1;
  const lengths = below.map(({ length }) => length).sort((a, b) => a - b);
  const isName = isShort(cell) && cell.length * 2 < lengths[lengths.length >> 1]!;
  if (below.includes(cell)) return -1;
  return isName ? 1 : likenessOf(cell) === 'text' && !isShort(cell) ? -1 : 0;
}

function commonLikeness(cells: readonly string[]): Likeness {
  const counts = new Map<Likeness, number>();
  for (const cell of cells) counts.set(likenessOf(cell), (counts.get(likenessOf(cell)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]![0];
}

/** Every column with a name of its own; a second of one name is `name.1`, as pandas calls it. */
function columnsOf(header: readonly string[], table: Rows, width: number): string[] {
  const given = header.map((cell, at) => (at === 0 ? cell.replace(/^#/u, '') : cell).trim());
  const data = table.slice(1);
  // Row names have no name, as R writes them.
  if (given.length > 0 && given.length === width - 1 && data.some((row) => (row[width - 1] ?? '') !== ''))
    given.unshift('');
  const seen = new Map<string, number>();
  return Array.from({ length: Math.max(given.length, header.length > 0 ? 0 : width) }, (_, at) => {
    const name = given[at] === undefined || given[at] === '' ? `column ${at + 1}` : given[at];
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}.${times}`;
  });
}
