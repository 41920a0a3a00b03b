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

export const sentence = (at: number): string => `Sentence number ${at} says something about it.`;
export const long = (at: number): string => Array.from({ length: 9 }, (_, part) => sentence(at * 100 + part)).join(' ');
export const hex = (at: number): string =>
  Math.imul(at + 1, 0x9e3779b1)
    .toString(16)
    .replace('-', 'f')
    .padStart(8, '0')
    .repeat(4);
export const url = (at: number): string =>
  `https://example.org/articles/with/a/rather/long/address/${at}.html?from=here&to=there`;
export const many = (of: (at: number) => unknown, count = 60): unknown[] =>
  Array.from({ length: count }, (_, at) => of(at));
