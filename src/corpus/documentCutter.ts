// Lines to documents, line by line, so that a file never stands in memory twice.
import { LabError } from '../error';
import type { DocumentFormat } from './corpus';
import { parsedObject } from './documentFormat';
import { utf8Length } from './utf8Length';

/** Paragraphs and lines are gathered into documents of about this size: a few times a context of 512 tokens at most. */
export const DOCUMENT_BYTES = 2048;

export interface DocumentCutter {
  readonly recordsWithoutText: number;
  add(line: string): void;
  finish(): void;
}

/** @param emit receives each document. @param textField of JSON lines; found out from the first record when undefined. */
export function createCutter(
  format: DocumentFormat,
  fileName: string,
  emit: (document: string) => void,
  textField?: string,
): DocumentCutter {
  switch (format) {
    case 'lines':
      return { recordsWithoutText: 0, add: (line) => line.trim() !== '' && emit(line), finish: () => undefined };
    case 'json-lines':
      return new JsonLinesCutter(fileName, emit, textField);
    case 'file':
      return new GroupCutter(emit, Infinity, false);
    case 'line-groups':
      return new GroupCutter(emit, DOCUMENT_BYTES, false);
    case 'paragraphs':
      return new GroupCutter(emit, DOCUMENT_BYTES, true);
  }
}

/** Whole lines, or whole paragraphs, until a document is large enough. */
class GroupCutter implements DocumentCutter {
  readonly recordsWithoutText = 0;
  private lines: string[] = [];
  private bytes = 0;

  constructor(
    private readonly emit: (document: string) => void,
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

/** Names that text stands under in published data sets, in the order they are looked for. */
const TEXT_FIELDS = ['text', 'content', 'document', 'body', 'passage', 'sentence', 'smiles', 'sequence'];
/** A file where this share of the first records is broken is not JSON lines. */
const RECORDS_TO_JUDGE = 100;

class JsonLinesCutter implements DocumentCutter {
  recordsWithoutText = 0;
  private records = 0;

  constructor(
    private readonly fileName: string,
    private readonly emit: (document: string) => void,
    private textField: string | undefined,
  ) {}

  add(line: string): void {
    if (line.trim() === '') return;
    this.records++;
    const record = parsedObject(line);
    this.textField ??= record === null ? undefined : likelyTextField(record);
    const text = record === null || this.textField === undefined ? undefined : record[this.textField];
    if (typeof text === 'string') this.emit(text.replaceAll('\r\n', '\n'));
    else this.recordsWithoutText++;
    if (this.records === RECORDS_TO_JUDGE) this.judge();
  }

  finish(): void {
    if (this.records > 0 && this.records < RECORDS_TO_JUDGE) this.judge();
  }

  private judge(): void {
    if (this.recordsWithoutText * 2 < this.records) return;
    const field = this.textField === undefined ? 'a text field' : `the field \`${this.textField}\``;
    throw new LabError(
      'corpus/no-text-field',
      `${this.fileName}: ${this.recordsWithoutText} of its first ${this.records} lines are not JSON objects with ${field}.`,
      `Each line must be an object with the text under one of ${TEXT_FIELDS.map((name) => `\`${name}\``).join(', ')}, or name the field.`,
      { file: this.fileName, records: this.records, without: this.recordsWithoutText },
    );
  }
}

/** A known name, or else the field with the longest text. */
function likelyTextField(record: Readonly<Record<string, unknown>>): string | undefined {
  const known = TEXT_FIELDS.find((name) => typeof record[name] === 'string');
  if (known !== undefined) return known;
  return Object.entries(record)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
}
