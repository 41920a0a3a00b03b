// How to cut a plain-text file into documents, told from its first lines. Lines that hold no spaces (molecules, sequences,
// verses in scripts without spaces) are documents of their own. Otherwise blank lines mean paragraphs; without them long
// lines (a record or paragraph each) are documents, and short ones are wrapped prose and are grouped.
import { detectGrammar } from '../tokenizer/index';
import type { DocumentFormat } from './corpus';
import type { FileHead } from './fileHead';
import { recordFormat } from './records/recordFormat';

const BLANK_SHARE = 0.02;
const ENTRY_SHARE = 0.8;
const LONG_LINE = 160;

export function detectFormat(fileName: string, head: FileHead): Exclude<DocumentFormat, 'parquet'> {
  const { lines } = head;
  const filled = lines.filter((line) => line.trim() !== '');
  if (filled.length === 0) return 'paragraphs';
  const records = recordFormat(fileName, head);
  if (records) return records;
  if (isFasta(filled)) return 'fasta';
  if (/^\[\w+ "[^"]*"\]$/u.test(filled[0]!)) return 'pgn';
  if (
    filled.every((line) => line.trim().split(/\s+/u).length <= 2) &&
    detectGrammar(firstWords(filled))?.name === 'smiles'
  )
    return 'smiles';
  const entries = filled.filter((line) => !/\s/u.test(line.trim())).length;
  if (entries / filled.length >= ENTRY_SHARE) return 'lines';
  if (lines.length > 1 && (lines.length - filled.length) / lines.length >= BLANK_SHARE) return 'paragraphs';
  const lengths = filled.map((line) => line.length).toSorted((a, b) => a - b);
  return lengths[lengths.length >> 1]! >= LONG_LINE ? 'lines' : 'line-groups';
}

function isFasta(filled: readonly string[]): boolean {
  const sequences = filled.filter((line) => !line.startsWith('>') && !line.startsWith(';'));
  return (
    filled[0]!.startsWith('>') && sequences.length > 0 && sequences.every((line) => /^[A-Za-z*-]+\s*$/u.test(line))
  );
}

const firstWords = (lines: readonly string[]): string[] => lines.map((line) => line.trim().split(/\s/u, 1)[0]!);
