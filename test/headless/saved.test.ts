// The command line on models as they are saved: what it says on stderr and in --json, and what needs no tokenizer.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { FileTree } from '../../src/checkpoint/index';
import { tinyLlama } from '../lab/vocabulary/letters';
import { savedAs } from '../lab/export/savedFolder';

const scratch = mkdtempSync(join(tmpdir(), 'tokengraft-saved-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function folderOf(name: string, tree: FileTree): Promise<string> {
  const folder = join(scratch, name);
  mkdirSync(folder);
  for (const file of tree.list()) {
    const source = tree.open(file)!;
    writeFileSync(join(folder, file), await source.read(0, source.size));
  }
  return folder;
}

function lab(...arguments_: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/run.mjs', 'src/headless/cli.ts', ...arguments_],
    {
      encoding: 'utf8',
      timeout: 900_000,
    },
  );
  return { status, stdout, stderr };
}

const strip = (name: string) => name.replace(/^model\./, '');

describe('a model saved without prefix', () => {
  it('is noted by inspect, in the text and as data, and by verbs on stderr', async () => {
    const folder = await folderOf('body', await savedAs(await tinyLlama(), { name: strip }));
    const inspected = lab('inspect', '--model', folder, '--json');
    const { notes } = JSON.parse(inspected.stdout) as { notes: { kind: string }[] };
    expect(notes).toMatchObject([{ kind: 'renamed-tensors', found: '', expected: 'model.' }]);
    expect(inspected.stderr).not.toContain('note:');
    expect(lab('inspect', '--model', folder).stdout).toContain('note: 20 tensors are saved without a prefix');
    const tokenized = lab('tokenize', '--model', folder, '--text', 'ab', '--json');
    expect(JSON.parse(tokenized.stdout)).toMatchObject({ ids: [0, 1] });
    expect(tokenized.stderr).toContain('note: 20 tensors');
  });
});

describe('logits of given ids', () => {
  it.each([
    ['no tokenizer', { 'tokenizer.json': undefined, 'tokenizer_config.json': undefined }, ''],
    ['a tokenizer that cannot be read', { 'tokenizer.json': '{"model":{"type":"Other"}}' }, ''],
    ['a tokenizer.model alone that is none', { 'tokenizer.json': undefined, 'tokenizer.model': 'x' }, ''],
    ['its tokenizer', {}, 'abcdefgh <s>'],
  ])('are the same with %s', async (name, files, texts) => {
    const folder = await folderOf(name, await savedAs(await tinyLlama(), { files }));
    const { status, stdout, stderr } = lab('logits', '--model', folder, '--ids', '1,2,3', '--json');
    expect(status, stderr).toBe(0);
    const { ids, shape, next } = JSON.parse(stdout) as {
      ids: number[];
      shape: number[];
      next: { id: number; text: string }[];
    };
    expect([ids, shape]).toEqual([
      [1, 2, 3],
      [3, 10],
    ]);
    for (const { text } of next) expect(texts).toContain(text);
    if (texts === '') expect(next.map(({ text }) => text).join('')).toBe('');
  });
});
