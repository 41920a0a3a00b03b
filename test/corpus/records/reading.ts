// One file read by itself: what a table of cases compares.
import { readCorpus, type ReadCorpusOptions } from '../../../src/corpus/index';
import type { Doubt } from '../../../src/corpus/corpus';
import { memoryFile } from '../memoryFile';

export interface Reading {
  readonly format: string | null;
  readonly field: string | undefined;
  readonly found: readonly string[] | undefined;
  /** In their order by code units. */
  readonly texts: readonly string[];
  readonly withoutText: number;
  readonly doubts: readonly Doubt[];
}

export async function readingOf(
  name: string,
  content: string | Uint8Array,
  options: ReadCorpusOptions = {},
  chunkBytes = 1 << 16,
): Promise<Reading> {
  const corpus = await readCorpus([memoryFile(name, content, chunkBytes)], options);
  const [file] = corpus.files;
  return {
    format: file!.format,
    field: file!.fields?.chosen,
    found: file!.fields?.found,
    texts: [...corpus.train, ...corpus.heldOut].toSorted(),
    withoutText: file!.recordsWithoutText,
    doubts: file!.doubts,
  };
}

export const lines = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');
