// What every reader of a format is: lines in, documents out.

/** Receives a document, and what it is about where documents may be about the same. */
export type Emit = (document: string, entity?: string) => void;

export interface DocumentCutter {
  readonly recordsWithoutText: number;
  add(line: string): void;
  finish(): void;
}
