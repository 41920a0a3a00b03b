// Lines to documents, line by line, so that a file never stands in memory twice.
import type { Doubt, DocumentFormat } from './corpus';
import type { CutterOptions, DocumentCutter, Emit, LineCutter } from './cutter';
import type { FileHead } from './fileHead';
import { MediaWikiCutter } from './mediaWikiCutter';
import { AbcCutter, FastaCutter, FastqCutter, PgnCutter, SmilesCutter } from './notation/index';
import { createJsonCutter } from './records/jsonCutter';
import { createJsonLinesCutter } from './records/jsonLinesCutter';
import { createTableCutter } from './records/tableCutter';
import { utf8Length } from './utf8Length';

/** Paragraphs and lines are gathered into documents of about this size: a few times a context of 512 tokens at most. */
export const DOCUMENT_BYTES = 2048;
/** Times that at most, where no paragraph ends. */
export const LONGEST_GATHERED = 4;

/** A file that is one document is cut after so many bytes all the same. */
const LONGEST_FILE = 2 ** 24;

/** @param head the beginning of the file, which the cutter is given again. */
export async function createCutter(
  format: Exclude<DocumentFormat, 'parquet'>,
  options: CutterOptions,
  head: FileHead,
): Promise<DocumentCutter> {
  const { emit } = options;
  switch (format) {
    case 'lines':
      return eachLine((line) => line.trim() !== '' && emit(line));
    case 'smiles':
      return new SmilesCutter(emit, head.lines);
    case 'abc':
      return new AbcCutter(emit, head.lines);
    case 'fasta':
      return new FastaCutter(emit, head.lines);
    case 'fastq':
      return new FastqCutter(emit);
    case 'pgn':
      return new PgnCutter(emit);
    case 'mediawiki':
      return new MediaWikiCutter(emit);
    case 'table':
      return createTableCutter(options, head);
    case 'json':
      return createJsonCutter(options, head);
    case 'json-lines':
      return createJsonLinesCutter(options);
    case 'file':
      return new GroupCutter(emit, LONGEST_FILE, false);
    case 'line-groups':
      return new GroupCutter(emit, DOCUMENT_BYTES, false);
    case 'paragraphs':
      return new GroupCutter(emit, DOCUMENT_BYTES, true);
  }
}

function eachLine(add: (line: string) => void): LineCutter {
  return { takes: 'lines', recordsWithoutText: 0, doubts: [], add, finish: () => undefined };
}

/** Whole lines, or whole paragraphs, until a document is large enough. */
class GroupCutter implements LineCutter {
  readonly takes = 'lines';
  readonly recordsWithoutText = 0;
  readonly doubts: readonly Doubt[] = [];
  private lines: string[] = [];
  private bytes = 0;

  constructor(
    private readonly emit: Emit,
    private readonly documentBytes: number,
    private readonly byParagraph: boolean,
  ) {}

  add(line: string): void {
    const isBlank = line.trim() === '';
    if (this.lines.length === 0 && isBlank) return;
    this.lines.push(line);
    this.bytes += utf8Length(line) + 1;
    // A text whose blank lines stop (a table, a list of entries) must still be cut somewhere.
    const isFull = this.bytes >= this.documentBytes && (!this.byParagraph || isBlank);
    if (isFull || this.bytes >= this.documentBytes * LONGEST_GATHERED) this.finish();
  }

  finish(): void {
    const document = this.lines.join('\n').trimEnd();
    this.lines = [];
    this.bytes = 0;
    if (document !== '') this.emit(document);
  }
}
