// How to cut a file of text into documents, told from its name and its first lines together. A notation is told by its own
// reader, which bears odd lines; the more of them, the surer the name must say it. Of the rest, lines that hold no spaces (entries,
// verses in scripts without spaces) are documents of their own. Otherwise blank lines mean paragraphs; without them long lines (a
// record or paragraph each) are documents, and short ones are wrapped prose and are grouped.
import type { DocumentFormat } from './corpus';
import type { FileHead } from './fileHead';
import { isMediaWiki } from './mediaWikiCutter';
import { isAbc, isFasta, isFastq, isPgn, isSmiles } from './notation/index';
import { recordFormat } from './records/recordFormat';

const BLANK_SHARE = 0.02;
const ENTRY_SHARE = 0.8;
const LONG_LINE = 160;

const named = {
  smiles: /\.(?:smi|smiles|cxsmiles|rsmi|ism|can)$/iu,
  fasta: /\.(?:fa|fas|fsa|fasta|fna|faa|ffn|frn|mpfa|pep|pir|a2m|a3m|afa)$/iu,
  fastq: /\.(?:fq|fastq)$/iu,
  pgn: /\.pgn$/iu,
  abc: /\.abc$/iu,
} as const;

type Notation = keyof typeof named;

export function detectFormat(fileName: string, head: FileHead): Exclude<DocumentFormat, 'parquet'> {
  // The last line may be cut off.
  const lines = head.isWhole || head.lines.length === 1 ? head.lines : head.lines.slice(0, -1);
  const filled = lines.filter((line) => line.trim() !== '');
  if (filled.length === 0) return 'paragraphs';
  if (isMediaWiki(head)) return 'mediawiki';
  return recordFormat(fileName, head) ?? notationOf(fileName, lines, filled) ?? proseFormat(lines, filled);
}

/** A file that is named for a notation needs less evidence than one that is not. */
function notationOf(fileName: string, lines: readonly string[], filled: readonly string[]): Notation | undefined {
  const looksLike: Readonly<Record<Notation, (isNamed: boolean) => boolean>> = {
    fastq: (isNamed) => isFastq(filled, isNamed),
    fasta: (isNamed) => isFasta(filled, isNamed),
    pgn: (isNamed) => isPgn(lines, isNamed),
    abc: (isNamed) => isAbc(filled, isNamed),
    smiles: (isNamed) => isSmiles(filled, isNamed),
  };
  const all = Object.keys(looksLike) as Notation[];
  return (
    all.find((notation) => named[notation].test(fileName) && looksLike[notation](true)) ??
    all.find((notation) => looksLike[notation](false))
  );
}

function proseFormat(lines: readonly string[], filled: readonly string[]): 'lines' | 'paragraphs' | 'line-groups' {
  const entries = filled.filter((line) => !/\s/u.test(line.trim())).length;
  if (entries / filled.length >= ENTRY_SHARE) return 'lines';
  if (lines.length > 1 && (lines.length - filled.length) / lines.length >= BLANK_SHARE) return 'paragraphs';
  const lengths = filled.map((line) => line.length).toSorted((a, b) => a - b);
  return lengths[lengths.length >> 1]! >= LONG_LINE ? 'lines' : 'line-groups';
}
