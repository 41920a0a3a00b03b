/**
 * `npm run bench:train-tokenizer`: a byte-level vocabulary of 30,000 from the alphabet on 20 MB of text, ours beside the Rust
 * trainer on one thread, interleaved; counting words included on both sides. The merges must be the same, in order.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byteLevelVocabulary, countWords, loadTokenizer, trainBpe } from '../../src/tokenizer/index';

process.env['RAYON_NUM_THREADS'] = '1';
process.env['TOKENIZERS_PARALLELISM'] = 'false';
const { Tokenizer: RustTokenizer } = await import('tokenizers');

const corpora = '../shared/data/corpora';
const megabytes = 20;
const rounds = 2;
const vocabSize = 30_000;

const template = (vocab: Record<string, number>) => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: { type: 'BPE', dropout: null, unk_token: null, fuse_unk: false, byte_fallback: false, vocab, merges: [] },
});

export async function main(): Promise<number> {
  if (!existsSync(corpora)) {
    console.error('The corpora are not on this machine: ../shared/data/corpora.');
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), 'tokengraft-bench-'));
  try {
    const lines = linesOf20Megabytes();
    const file = join(folder, 'corpus.txt');
    writeFileSync(file, lines.join(''));
    const ours: number[] = [];
    const rust: number[] = [];
    for (let round = 0; round < rounds; round++) {
      let started = performance.now();
      const merges = await trained(lines);
      ours.push(performance.now() - started);
      const oracle = RustTokenizer.fromString(JSON.stringify(template({})));
      started = performance.now();
      oracle.train([file]);
      rust.push(performance.now() - started);
      oracle.save(join(folder, 'learned.json'));
      const different = firstDifference(merges, mergesIn(join(folder, 'learned.json')));
      if (different !== null) {
        console.error(`The merges differ: ${different}.`);
        return 1;
      }
      console.log(`${merges.length} merges, the same in the same order`);
    }
    const best = (times: readonly number[]) => Math.min(...times);
    console.log(`wall time, ours / Rust on one thread: ${(best(ours) / best(rust)).toFixed(2)}`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function trained(lines: readonly string[]): Promise<string[]> {
  const all = loadTokenizer(template(byteLevelVocabulary([])));
  const words = await countWords(all, lines);
  // The Rust trainer's alphabet is the bytes of the words it counted; these corpora do not hold all 256.
  const seen = new Uint8Array(256);
  for (const byte of new TextEncoder().encode(words.words.join(''))) seen[byte] = 1;
  const alphabet = Object.keys(byteLevelVocabulary([])).filter(
    (piece) => seen[all.tokenBytes(all.idOfPiece(piece)!)[0]!] === 1,
  );
  const blank = loadTokenizer(template(Object.fromEntries(alphabet.toSorted().map((piece, id) => [piece, id]))));
  const { merges } = await trainBpe(blank, words, { vocabSize, minFrequency: 0 });
  return merges.map((pair) => pair.join(' '));
}

function mergesIn(path: string): string[] {
  const { model } = JSON.parse(readFileSync(path, 'utf8')) as { model: { merges: (string | string[])[] } };
  return model.merges.map((pair) => (Array.isArray(pair) ? pair.join(' ') : pair));
}

function firstDifference(ours: readonly string[], theirs: readonly string[]): string | null {
  if (ours.length !== theirs.length) return `${ours.length} instead of ${theirs.length}`;
  const at = ours.findIndex((merge, index) => merge !== theirs[index]);
  return at < 0 ? null : `at ${at}, ${ours[at]} instead of ${theirs[at]}`;
}

function linesOf20Megabytes(): string[] {
  const lines: string[] = [];
  let bytes = 0;
  for (const file of readdirSync(corpora).sort().reverse()) {
    for (const line of readFileSync(`${corpora}/${file}`, 'utf8').split('\n')) {
      lines.push(`${line}\n`);
      bytes += Buffer.byteLength(line) + 1;
      if (bytes >= megabytes * 1e6) return lines;
    }
  }
  throw new Error(`The corpora hold only ${bytes} bytes.`);
}
