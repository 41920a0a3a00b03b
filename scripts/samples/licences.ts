// Sample "licences": legal prose, the texts of the SPDX licence list. Many licences share paragraphs word for word; each
// paragraph is kept where it first stands, so that no held-out paragraph was trained on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentHash } from '../../src/corpus/index';
import { withNpmPackage } from './npmPackage';
import type { MadeSample } from './sample';

const PACKAGE = 'spdx-license-list@6.12.0';
const LARGEST = 1_300_000;
const SHORTEST_TEXT = 400;
/** The commonest four words are over a tenth of English legal prose and next to nothing of other languages. */
const ENGLISH_SHARE = 0.06;

interface Licence {
  readonly name: string;
  readonly licenseText: string;
}

export function makeLicences(): MadeSample {
  const licences = withNpmPackage(
    PACKAGE,
    (folder) => JSON.parse(readFileSync(join(folder, 'spdx-full.json'), 'utf8')) as Record<string, Licence>,
  );
  const seen = new Set<string>();
  const lines: string[] = [];
  let bytes = 0;
  // By hash, so that the size limit does not leave the list at the letter L.
  const order = Object.keys(licences).toSorted((a, b) => documentHash(a) - documentHash(b));
  for (const id of order) {
    const { name, licenseText } = licences[id]!;
    const fresh = paragraphs(licenseText).filter((paragraph) => {
      const key = paragraph.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ');
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
    const text = fresh.join('\n\n');
    if (text.length < SHORTEST_TEXT || !isEnglish(text)) continue;
    const line = JSON.stringify({ id, name, text });
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > LARGEST) break;
    lines.push(line);
  }
  return {
    id: 'licences',
    kind: 'vertical',
    title: 'Software licences',
    file: 'licences.jsonl',
    text: `${lines.join('\n')}\n`,
    source: `Licence texts of the SPDX licence list, from the npm package ${PACKAGE}; repeated paragraphs left out, lines unwrapped.`,
    licence: 'CC0-1.0 for the list; each text may be copied verbatim',
  };
}

/** Some licences of the list are written in French, German or Spanish. */
function isEnglish(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const common = words.filter((word) => word === 'the' || word === 'of' || word === 'and' || word === 'or');
  return common.length / words.length >= ENGLISH_SHARE;
}

/** Paragraphs with their hard line breaks undone; items of lists stay on lines of their own. */
function paragraphs(text: string): string[] {
  return text
    .replaceAll(/\r\n?/gu, '\n')
    .split(/\n[ \t]*\n/u)
    .map((block) =>
      block
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .reduce(
          (joined, line) => joined + (startsItem(line) && joined !== '' ? '\n' : joined === '' ? '' : ' ') + line,
          '',
        )
        .replaceAll(/[ \t]+/gu, ' '),
    )
    .filter((block) => /\p{L}/u.test(block));
}

function startsItem(line: string): boolean {
  return /^(?:[-*•o]|\(?[0-9]{1,2}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{1,4}[.)])\s/u.test(line);
}
