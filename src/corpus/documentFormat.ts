// How to cut a plain-text file into documents, told from its first lines. Lines that hold no spaces (molecules, sequences,
// verses in scripts without spaces) are documents of their own. Otherwise blank lines mean paragraphs; without them long
// lines (a record or paragraph each) are documents, and short ones are wrapped prose and are grouped.
import type { DocumentFormat } from './corpus';

/** Lines that the decision looks at. */
export const SAMPLE_LINES = 2000;

const BLANK_SHARE = 0.02;
const ENTRY_SHARE = 0.8;
const LONG_LINE = 160;

export function detectFormat(fileName: string, lines: readonly string[]): DocumentFormat {
  const filled = lines.filter((line) => line.trim() !== '');
  if (filled.length === 0) return 'paragraphs';
  if (isJsonLines(fileName, filled)) return 'json-lines';
  const entries = filled.filter((line) => !/\s/u.test(line.trim())).length;
  if (entries / filled.length >= ENTRY_SHARE) return 'lines';
  if (lines.length > 1 && (lines.length - filled.length) / lines.length >= BLANK_SHARE) return 'paragraphs';
  const lengths = filled.map((line) => line.length).toSorted((a, b) => a - b);
  return lengths[lengths.length >> 1]! >= LONG_LINE ? 'lines' : 'line-groups';
}

function isJsonLines(fileName: string, filled: readonly string[]): boolean {
  if (/\.(?:jsonl|ndjson|jsonlines)$/iu.test(fileName)) return true;
  return filled.slice(0, 3).every((line) => parsedObject(line) !== null);
}

export function parsedObject(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.trimStart().startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
