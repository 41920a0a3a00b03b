// scripts/run.mjs: what it bundles is what stands in the sources at that moment.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'run-')));
const bundles = 'node_modules/.cache/tokengraft';
/** Folders of bundles that have a source whose path begins so. */
const keptFor = (path: string) =>
  readdirSync(bundles)
    .map((name) => join(bundles, name))
    .filter((kept) => existsSync(join(kept, 'current.json')))
    .filter((kept) => readFileSync(join(kept, 'current.json'), 'utf8').includes(JSON.stringify(path).slice(0, -1)));
afterAll(() => {
  for (const path of [folder, ...keptFor(folder)]) rmSync(path, { recursive: true, force: true });
});

function run(...arguments_: readonly string[]) {
  const { NODE_ENV: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', ...arguments_], {
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}

const entry = join(folder, 'entry.ts');
writeFileSync(
  entry,
  `import { word } from './part/word';
import shader from './shader.wgsl?raw';
enum Status { Fine = 3 }
export async function main(given: readonly string[]): Promise<number> {
  const { later } = await import('./later');
  console.log(JSON.stringify([word, shader, later(given), import.meta.url, import.meta.dirname, process.env.NODE_ENV ?? null]));
  return Status.Fine;
}
`,
);
mkdirSync(join(folder, 'part'));
writeFileSync(join(folder, 'part/word.ts'), "export const word: string = 'first';\n");
writeFileSync(join(folder, 'shader.wgsl'), 'fn one() {}');
writeFileSync(join(folder, 'later.ts'), "export const later = (given: readonly string[]) => given.join('+');\n");

it('calls main with what was given, and ends with its status', () => {
  const { status, stdout } = run(entry, 'a', 'b');
  expect(JSON.parse(stdout)).toEqual(['first', 'fn one() {}', 'a+b', `file://${entry}`, folder, null]);
  expect(status).toBe(3);
  // From the kept bundle it runs as from a fresh one.
  expect(run(entry, 'a', 'b').stdout).toBe(stdout);
});

it('sees a change in any source, and in what is loaded later', () => {
  run(entry);
  writeFileSync(join(folder, 'part/word.ts'), "export const word: string = 'second';\n");
  expect(JSON.parse(run(entry).stdout)[0]).toBe('second');
  writeFileSync(join(folder, 'shader.wgsl'), 'fn two() {}');
  writeFileSync(join(folder, 'later.ts'), "export const later = (given: readonly string[]) => given.join('-');\n");
  expect(JSON.parse(run(entry, 'a', 'b').stdout).slice(0, 3)).toEqual(['second', 'fn two() {}', 'a-b']);
});

it('keeps the bundle while nothing changes, and makes another one where it was taken away', () => {
  run(entry, 'a');
  const [kept] = keptFor(entry);
  const before = readdirSync(kept!);
  run(entry, 'b');
  expect(readdirSync(kept!)).toEqual(before);
  for (const bundle of before.filter((name) => name !== 'current.json'))
    rmSync(join(kept!, bundle), { recursive: true });
  expect(run(entry, 'c').status).toBe(3);
});

it('names the line of the source where something is thrown, and a module that is missing', () => {
  const throwing = join(folder, 'throwing.ts');
  writeFileSync(
    throwing,
    "interface Unseen {\n  one: number;\n}\nexport function main(): Unseen {\n  throw new Error('here');\n}\n",
  );
  const thrown = run(throwing);
  expect(thrown.status).not.toBe(0);
  expect(thrown.stderr).toContain('throwing.ts:5');
  expect(run(join(folder, 'none.ts')).stderr).toContain('none.ts');
  expect(run().status).toBe(2);
});
