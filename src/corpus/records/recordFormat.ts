// Whether a file is JSON or a table, told from its name and its beginning. What stands in it outweighs the name: a `.json` file of
// JSON lines is read as those, a `.jsonl` file that is a list as a list.
import type { FileHead } from '../fileHead';
import { partRank, STRONG_PARTS, textRank } from './fieldNames';
import { placeIn, valuesOf } from './jsonPlace';
import { RECORD_SEPARATOR } from './jsonLinesCutter';
import { parseJson } from './jsonText';
import { tableShape } from './tableDialect';
import { rowsOf } from './tableRows';

export type RecordFormat = 'json' | 'json-lines' | 'table';

/** Lines that are tried. */
const LINES = 50;
const MOST = 0.8;

/** Rows below which a file of no name is no table, and how many of them are alike. */
const FEWEST_ROWS = 3;
const ALIKE = 0.95;

/** Null where it is neither. */
export function recordFormat(fileName: string, head: FileHead): RecordFormat | null {
  const saysLines = /\.(?:jsonl|ndjson|jsonlines|jsonseq)$/iu.test(fileName);
  const saysJson = /\.(?:json|json5|geojson|ipynb)$/iu.test(fileName);
  if (/^\s*["{[]/u.test(head.text.replace(RECORD_SEPARATOR, '')) || saysLines || saysJson) {
    const format = jsonFormat(head, saysLines, saysJson);
    if (format) return format;
  }
  if (/\.(?:csv|tsv|tab|psv)$/iu.test(fileName)) return 'table';
  // Parquet itself is read before.
  const saysNothing = /(?:\.(?:txt|text|dat|parquet)|(?:^|\/)[^./]+)$/iu.test(fileName);
  return saysNothing && isNamedTable(fileName, head) ? 'table' : null;
}

/** Whether the rows are alike, under names of which one is that of a text. */
function isNamedTable(fileName: string, { lines }: FileHead): boolean {
  const first = lines.slice(0, LINES);
  const shape = tableShape(fileName, first);
  const { columns, hasHeader, skipped } = shape;
  if (!hasHeader || columns.length < 2 || !columns.some(holdsText)) return false;
  const { rows } = rowsOf(first.slice(skipped), shape);
  const alike = rows.filter((row) => row.length === columns.length).length;
  return rows.length > FEWEST_ROWS && alike >= ALIKE * (rows.length - 1);
}

function holdsText(name: string): boolean {
  return textRank(name) !== undefined || (partRank(name) ?? STRONG_PARTS) < STRONG_PARTS;
}

function jsonFormat(head: FileHead, saysLines: boolean, saysJson: boolean): 'json' | 'json-lines' | null {
  const share = shareOfLines(head);
  const found = valuesOf(head.text, head.isWhole);
  const place = placeIn(found, head.isWhole);
  const isNotEmpty = found.values.some((value) => typeof value === 'object' && Object.keys(value ?? {}).length > 0);
  if (place?.path && (saysJson || saysLines || found.broken === 0) && isNotEmpty) return 'json';
  if (share >= MOST) return saysLines || head.lines.length > 1 ? 'json-lines' : 'json';
  if (saysLines) return place && share * 2 < 1 && found.values.length > 0 ? 'json' : 'json-lines';
  if (place && found.broken === 0 && isNotEmpty) return 'json';
  return saysJson && /^\s*[{[]/u.test(head.text) ? 'json' : null;
}

/** The share of lines that are objects or lists. */
function shareOfLines({ lines, isWhole }: FileHead): number {
  const whole = isWhole || lines.length === 1 ? lines : lines.slice(0, -1);
  const filled = whole.filter((line) => !/^\s*(?:$|#|\/\/)/u.test(line)).slice(0, LINES);
  const values = filled.filter((line) => {
    const value = parseJson(line.replace(RECORD_SEPARATOR, ''));
    return typeof value === 'object' && value !== null;
  });
  return filled.length === 0 ? 0 : values.length / filled.length;
}
