/**
 * `npm run bench:tokenize`: encoding and loading beside the Rust library (one thread) and the JavaScript one, interleaved,
 * on the same documents; printed as ratios. Every contestant encodes document by document. With `--check`, ids and offsets of every
 * corpus are compared with the Rust library's instead: the tests do so on what the repository holds.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Tokenizer as JavaScriptTokenizer } from '@huggingface/tokenizers';
import {
  ensureRealTokenizers,
  realTokenizerFiles,
  realTokenizerNames,
  type RealTokenizerName,
} from '../../scripts/testing/realTokenizers.mjs';
import { loadTokenizer } from '../../src/tokenizer/index';

process.env['RAYON_NUM_THREADS'] = '1';
process.env['TOKENIZERS_PARALLELISM'] = 'false';
const { Tokenizer: RustTokenizer } = await import('tokenizers');
const { differenceFromRust } = await import('../../test/tokenizer/rust');

const names: readonly RealTokenizerName[] = ['llama2', 'llama3', 'qwen3', 'gemma3'];
const corpora = '../shared/data/corpora';
const files = [
  'molecules-zinc.smi',
  'chess-openings.pgn',
  'mathematics-stacks.tex',
  'law-contracts.txt',
  'programming-python-docs.txt',
  'chinese-poetry.txt',
  'english-novels.txt',
];
const bytesOfEach = 500_000;
const documentLength = 2000;
const rounds = 5;

export async function main(argv: readonly string[]): Promise<number> {
  ensureRealTokenizers();
  if (!existsSync(corpora)) {
    console.error('The corpora are not on this machine: ../shared/data/corpora.');
    return 1;
  }
  if (argv.includes('--check')) return await differences(documentsOf(readdirSync(corpora)));
  const documents = documentsOf(files);
  const megabytes = documents.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;
  console.log(`${megabytes.toFixed(1)} MB in ${documents.length} documents, median of ${rounds} rounds\n`);
  console.log('| tokenizer | ours / JavaScript | ours / Rust, one thread | loading: ours / Rust | loading, ms |');
  console.log('|---|---|---|---|---|');
  for (const name of names) console.log(await row(name, documents));
  return 0;
}

function documentsOf(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const text = readFileSync(`${corpora}/${name}`, 'utf8').slice(0, bytesOfEach);
    return Array.from({ length: Math.ceil(text.length / documentLength) }, (_, at) =>
      text.slice(at * documentLength, (at + 1) * documentLength),
    );
  });
}

/** Of all tokenizers; 1 where there is any. */
async function differences(documents: readonly string[]): Promise<number> {
  let different = 0;
  for (const name of realTokenizerNames) {
    const { 'tokenizer.json': json, 'tokenizer_config.json': config } = realTokenizerFiles(name);
    const codec = loadTokenizer(JSON.parse(json), JSON.parse(config));
    const oracle = RustTokenizer.fromString(json);
    const found: string[] = [];
    for (const text of documents) {
      const difference = await differenceFromRust(codec, oracle, text);
      if (difference !== null) found.push(difference);
    }
    console.log(`${name}: ${found.length} of ${documents.length} documents differ from the Rust library's tokens`);
    for (const each of found.slice(0, 5)) console.log(`  ${each}`);
    different += found.length;
  }
  return different === 0 ? 0 : 1;
}

async function row(name: RealTokenizerName, documents: readonly string[]): Promise<string> {
  const { 'tokenizer.json': json, 'tokenizer_config.json': config } = realTokenizerFiles(name);
  const loading = [];
  const rustLoading = [];
  for (let round = 0; round < 3; round++) {
    loading.push(await timed(() => loadTokenizer(JSON.parse(json), JSON.parse(config))));
    rustLoading.push(await timed(() => RustTokenizer.fromString(json)));
  }
  const rust = RustTokenizer.fromString(json);
  const javaScript = new JavaScriptTokenizer(JSON.parse(json), JSON.parse(config));
  const times: Record<'ours' | 'rust' | 'javaScript', number[]> = { ours: [], rust: [], javaScript: [] };
  for (let round = 0; round < rounds; round++) {
    // A tokenizer of its own in each round: nobody profits from words that an earlier round has seen.
    const ours = loadTokenizer(JSON.parse(json), JSON.parse(config));
    times.ours.push(await timed(() => documents.forEach((text) => ours.encode(text))));
    times.rust.push(
      await timed(async () => {
        for (const text of documents) await rust.encode(text, null, { addSpecialTokens: false });
      }),
    );
    if (round < 2) {
      times.javaScript.push(
        await timed(() => documents.forEach((text) => javaScript.encode(text, { add_special_tokens: false }))),
      );
    }
  }
  const speed = (of: readonly number[]) => median(of) / median(times.ours);
  return `| ${[
    name,
    `${speed(times.javaScript).toFixed(2)} x`,
    `${speed(times.rust).toFixed(2)} x`,
    `${(median(rustLoading) / median(loading)).toFixed(2)} x`,
    median(loading).toFixed(0),
  ].join(' | ')} |`;
}

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
