// What the stylesheets promise of motion and of paper.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../src/ui/styles/', import.meta.url);
const sheets = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
const all = sheets.join('\n');

test('whatever moves takes a time that is nothing where less motion is asked for', () => {
  const moves = [...all.matchAll(/(?:transition|animation):([^;]+);/g)].flatMap(([, value]) => value!.split(','));
  expect(moves.length).toBeGreaterThan(1);
  for (const move of moves) expect(move).toMatch(/var\(--t-(?:fast|move)\)/);
  expect(all).toMatch(/prefers-reduced-motion: reduce\) \{\s*:root \{\s*--t-fast: 0ms;\s*--t-move: 0ms;/);
});

test('a printed report is without the frame of the page', () => {
  const [, printed] = /@media print \{\s*(\.bar,[^{]+)\{\s*display: none/.exec(all)!;
  for (const part of ['.bar', '.rail', '.mnav-nav', '.report-keys']) expect(printed).toContain(part);
});
