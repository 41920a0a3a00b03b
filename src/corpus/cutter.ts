// What every reader of a format is: lines or text in, documents out, and an account of what was taken and what is doubtful.

import type { Doubt, FieldChoice } from './corpus';

/** Receives a document, and what it is about where documents may be about the same. */
export type Emit = (document: string, entity?: string) => void;

/** What reading tells beside the texts; whole once the reading is. */
export interface CutterAccount {
  readonly recordsWithoutText: number;
  /** Of records, once one was read. */
  readonly fields?: FieldChoice | undefined;
  readonly doubts: readonly Doubt[];
}

/** The same while it is read. */
export interface RecordsAccount extends CutterAccount {
  recordsWithoutText: number;
  fields: FieldChoice | undefined;
  doubts: readonly Doubt[];
}

/** Takes a file line by line, without line ends. */
export interface LineCutter extends CutterAccount {
  readonly takes: 'lines';
  add(line: string): void;
  /** Where lines that come together are read faster than one by one. */
  addAll?(lines: readonly string[]): void;
  finish(): void;
}

/** Takes a file as text in chunks that are cut anywhere: of formats whose documents do not end with lines. */
export interface TextCutter extends CutterAccount {
  readonly takes: 'text';
  add(chunk: string): void;
  finish(): void;
}

export type DocumentCutter = LineCutter | TextCutter;

export interface CutterOptions {
  readonly fileName: string;
  readonly emit: Emit;
  /** Of records: the field that holds the text, a path such as `data.text` where it lies deeper. Undefined: told from the records. */
  readonly textField?: string | undefined;
}
