import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'tokengraft-localize-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const unitsOf = (xliff: string) =>
  [...xliff.matchAll(/<trans-unit id="([^"]+)">(.*?)<\/trans-unit>/gs)].map(([, id, body]) => ({
    id: id!,
    source: /<source>(.*?)<\/source>/s.exec(body!)![1]!,
    target: /<target>(.*?)<\/target>/s.exec(body!)?.[1],
  }));

/** Messages extracted afresh from the sources, laid over the translations that are checked in. */
function extracted(): string {
  mkdirSync(join(scratch, 'xliff'));
  copyFileSync(join(root, 'src/ui/locales-xliff/zh-Hans.xlf'), join(scratch, 'xliff/zh-Hans.xlf'));
  const config = JSON.parse(readFileSync(join(root, 'lit-localize.json'), 'utf8')) as Record<string, unknown>;
  const file = join(scratch, 'lit-localize.json');
  const inputFiles = [join(root, 'src/ui/**/*.ts')];
  writeFileSync(
    file,
    JSON.stringify({ ...config, inputFiles, interchange: { format: 'xliff', xliffDir: join(scratch, 'xliff') } }),
  );
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/@lit/localize-tools/bin/lit-localize.js'), 'extract', '--config', file],
    {
      cwd: root,
      stdio: 'ignore',
    },
  );
  return readFileSync(join(scratch, 'xliff/zh-Hans.xlf'), 'utf8');
}

describe('Simplified Chinese', () => {
  const units = unitsOf(extracted());
  const built = readFileSync(join(root, 'src/ui/locales/zh-Hans.ts'), 'utf8');

  test('every sentence of the page has a translation', () => {
    expect(units.length).toBeGreaterThan(400);
    expect(units.filter((unit) => !unit.target).map((unit) => unit.source)).toEqual([]);
  });

  test('every translation is built into the locale the page loads', () => {
    expect(units.filter((unit) => !built.includes(`'${unit.id}'`)).map((unit) => unit.source)).toEqual([]);
  });

  test('a translation keeps every placeholder of its sentence', () => {
    const placeholders = (text: string) => [...text.matchAll(/<x id="(\d+)"/g)].map(([, id]) => id).sort();
    for (const unit of units) expect(placeholders(unit.target ?? ''), unit.source).toEqual(placeholders(unit.source));
  });

  test('Chinese sentences end in full-width punctuation', () => {
    const ascii = units.filter((unit) => /[㐀-鿿][.,?!:;]/.test(unit.target ?? '')).map((unit) => unit.target);
    expect(ascii).toEqual([]);
  });

  test('no figure parts from its per cent sign at the end of a line', () => {
    const parted = units.filter(({ source, target }) => /\d %/.test(`${source} ${target}`));
    expect(parted.map(({ source }) => source)).toEqual([]);
  });
});
