// A file of a notation as the lab reads it: every document in the order of the file, what each is about, and what is said of it.
import { readFileSync } from 'node:fs';
import type { CorpusFileReport } from '../../../src/corpus/corpus';
import { cutFile, type CutOptions, newAccount } from '../../../src/corpus/cutFile';
import { memoryFile } from '../memoryFile';

export interface Reading extends Pick<CorpusFileReport, 'format' | 'doubts'> {
  readonly documents: readonly string[];
  /** Undefined for a document that is about nothing but itself. */
  readonly entities: readonly (string | undefined)[];
}

export async function readingOf(name: string, content: string, options?: CutOptions): Promise<Reading> {
  const account = newAccount();
  const [documents, entities]: [string[], (string | undefined)[]] = [[], []];
  for await (const batch of cutFile(memoryFile(name, content, 61), account, options)) {
    documents.push(...batch.texts);
    entities.push(...batch.entities);
  }
  const { format, doubts } = account;
  return { format, doubts, documents, entities };
}

/** A file of test/fixtures/corpus. */
export function fixture(path: string): string {
  return readFileSync(new URL(`../../fixtures/corpus/${path}`, import.meta.url), 'utf8');
}
