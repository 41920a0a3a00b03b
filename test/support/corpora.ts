/**
 * Texts of many kinds that the repository holds, for tests that want real ones: the page's samples, the extracts under
 * test/fixtures (README.md there has their sources), and what a seed makes where no licence allows a copy.
 */
import { readFileSync } from 'node:fs';
import { seededRandom } from '../../src/random';
import { latexSections } from './latexSections';

const files = {
  molecules: 'public/samples/molecules.smi',
  poems: 'public/samples/tang-poems.txt',
  english: 'public/samples/general-english.txt',
  genome: 'test/fixtures/corpora/phage-lambda.fasta',
  chess: 'test/fixtures/corpora/chess-openings.pgn',
  plays: 'test/fixtures/corpora/chinese-poetry.txt',
  documentation: 'test/fixtures/corpora/programming-python-docs.txt',
} as const;

export type CorpusName = keyof typeof files | 'law' | 'mathematics';

export const corpusNames: readonly CorpusName[] = [
  ...(Object.keys(files) as (keyof typeof files)[]),
  'law',
  'mathematics',
];

/** A corpus as it would come from a disk. */
export function corpusFile(name: CorpusName): { readonly name: string; readonly text: string } {
  if (name === 'mathematics') return { name: 'mathematics.tex', text: latexSections(200) };
  if (name === 'law') {
    const records = readFileSync('public/samples/licences.jsonl', 'utf8').trimEnd().split('\n');
    const texts = records.map((line) => (JSON.parse(line) as { readonly text: string }).text);
    return { name: 'licences.txt', text: texts.join('\n\n') };
  }
  return { name: files[name].split('/').at(-1)!, text: readFileSync(files[name], 'utf8') };
}

export const corpusText = (name: CorpusName): string => corpusFile(name).text;

/** The first lines that are not empty. */
export function corpusLines(name: CorpusName, count: number): string[] {
  return corpusText(name)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, count);
}

/** Scraps of all corpora, one behind the other: the seams between scripts and notations that no corpus has. */
export function splicedText(length: number, seed = 3): string {
  const random = seededRandom(seed);
  const texts = corpusNames.map(corpusText);
  const scraps: string[] = [];
  for (let at = 0; at < length; at += scraps.at(-1)!.length) {
    const text = texts[Math.floor(random() * texts.length)]!;
    const start = Math.floor(random() * (text.length - 200));
    scraps.push(text.slice(start, start + 1 + Math.floor(random() ** 3 * 150)));
  }
  return scraps.join('');
}
