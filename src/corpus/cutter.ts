// What every reader of a format is: lines in, documents out.

import type { FieldChoice } from './corpus';

/** Receives a document, and what it is about where documents may be about the same. */
export type Emit = (document: string, entity?: string) => void;

export interface DocumentCutter {
  readonly recordsWithoutText: number;
  /** Of records, once one was read. */
  readonly fields?: FieldChoice | undefined;
  add(line: string): void;
  finish(): void;
}

/** What reading records tells beside their texts. */
export interface RecordsAccount {
  recordsWithoutText: number;
  fields: FieldChoice | undefined;
}
