// Lines to documents, line by line, so that a file never stands in memory twice.
import { LabError } from '../error';
import type { Doubt, DocumentFormat, FieldChoice } from './corpus';
import type { CutterOptions, DocumentCutter, Emit, LineCutter } from './cutter';
import { parsedObject } from './documentFormat';
import type { FileHead } from './fileHead';
import { AbcCutter, FastaCutter, FastqCutter, PgnCutter, SmilesCutter } from './notation/index';
import { type DataRecord, fieldChoice, likelyTextField, noTextField, textOf } from './records';
import { utf8Length } from './utf8Length';

/** Paragraphs and lines are gathered into documents of about this size: a few times a context of 512 tokens at most. */
export const DOCUMENT_BYTES = 2048;

/** A file that is one document is cut after so many bytes all the same. */
const LONGEST_FILE = 2 ** 24;

/** @param head the beginning of the file, which the cutter is given again. */
export async function createCutter(
  format: Exclude<DocumentFormat, 'parquet'>,
  { fileName, emit, textField }: CutterOptions,
  { lines: head }: FileHead,
): Promise<DocumentCutter> {
  switch (format) {
    case 'lines':
      return eachLine((line) => line.trim() !== '' && emit(line));
    case 'smiles':
      return new SmilesCutter(emit, head);
    case 'abc':
      return new AbcCutter(emit, head);
    case 'json':
      throw new LabError('corpus/not-text', `${fileName}: ${format} is not read yet.`);
    case 'fasta':
      return new FastaCutter(emit, head);
    case 'fastq':
      return new FastqCutter(emit);
    case 'pgn':
      return new PgnCutter(emit);
    case 'table':
      return (await import('./tableCutter')).createTableCutter(fileName, emit, textField);
    case 'json-lines':
      return new JsonLinesCutter(fileName, emit, textField);
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
    if (isFull || this.bytes >= this.documentBytes * 4) this.finish();
  }

  finish(): void {
    const document = this.lines.join('\n').trimEnd();
    this.lines = [];
    this.bytes = 0;
    if (document !== '') this.emit(document);
  }
}

/** A file where this share of the first records is broken is not JSON lines. */
const RECORDS_TO_JUDGE = 100;

class JsonLinesCutter implements LineCutter {
  readonly takes = 'lines';
  recordsWithoutText = 0;
  readonly doubts: readonly Doubt[] = [];
  private records = 0;
  private readonly sample: DataRecord[] = [];

  constructor(
    private readonly fileName: string,
    private readonly emit: Emit,
    private textField: string | undefined,
  ) {}

  get fields(): FieldChoice | undefined {
    return fieldChoice(this.sample, this.textField);
  }

  add(line: string): void {
    if (line.trim() === '') return;
    this.records++;
    const record = parsedObject(line);
    if (record !== null && this.sample.length < RECORDS_TO_JUDGE) this.sample.push(record);
    this.textField ??= record === null ? undefined : likelyTextField(record);
    const text = record === null ? null : textOf(record, this.textField);
    if (text === null) this.recordsWithoutText++;
    else this.emit(text);
    if (this.records === RECORDS_TO_JUDGE) this.judge();
  }

  finish(): void {
    if (this.records > 0 && this.records < RECORDS_TO_JUDGE) this.judge();
  }

  private judge(): void {
    if (this.recordsWithoutText * 2 < this.records) return;
    throw noTextField(this.fileName, this.records, this.recordsWithoutText, this.textField);
  }
}
