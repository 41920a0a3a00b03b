// The codec on the tokenizers of published models, against the Rust library: ids, offsets and decoded text on awkward
// strings, random Unicode and real corpora.
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { realTokenizerFiles, realTokenizerNames } from '../../scripts/testing/realTokenizers.mjs';
import { loadTokenizer } from '../../src/tokenizer/index';
import { AWKWARD } from './awkwardStrings';
import { rustEncode, rustTokenizer } from './rust';

const corpora = '../shared/data/corpora';
const absent = !existsSync(corpora);
const files = [
  'molecules-zinc.smi',
  'dna-viral-genomes.fasta',
  'chess-openings.pgn',
  'mathematics-stacks.tex',
  'law-contracts.txt',
  'programming-python-docs.txt',
  'chinese-poetry.txt',
  'english-novels.txt',
];
/** Together more than 5 MB. */
const bytesOfEach = 700_000;
const chunk = 4000;

describe('the corpora', () => {
  it.skipIf(absent)(`are more than 5 MB${absent ? ` (skipped: ${corpora} is not on this machine)` : ''}`, () => {
    const bytes = files.reduce((sum, file) => sum + Buffer.byteLength(chunksOf(file).join('')), 0);
    expect(bytes).toBeGreaterThan(5e6);
  });
});

describe.each(realTokenizerNames)('%s', (name) => {
  const { 'tokenizer.json': json, 'tokenizer_config.json': config } = realTokenizerFiles(name);
  const codec = loadTokenizer(JSON.parse(json), JSON.parse(config));
  const oracle = rustTokenizer(json);

  const difference = async (text: string): Promise<string | null> => {
    const expected = await rustEncode(oracle, text);
    const { ids, starts, ends } = codec.encode(text);
    for (let at = 0; at < Math.max(ids.length, expected.ids.length); at++) {
      const ours = [ids[at], starts[at], ends[at]];
      const theirs = [expected.ids[at], expected.starts[at], expected.ends[at]];
      if (ours.join() !== theirs.join()) {
        const around = text.slice(Math.max(0, (starts[at] ?? 0) - 12), (starts[at] ?? 0) + 12);
        return `token ${at}: ${ours.join()} instead of ${theirs.join()} near ${JSON.stringify(around)}`;
      }
    }
    return null;
  };

  it('gives ids and offsets of awkward strings', async () => {
    const found: Record<string, string | null> = {};
    for (const [title, text] of Object.entries(AWKWARD)) found[title] = await difference(text);
    expect(Object.fromEntries(Object.entries(found).filter(([, what]) => what !== null))).toEqual({});
  });

  it('decodes to the same text, and adds the same special tokens', async () => {
    for (const text of Object.values(AWKWARD)) {
      const { ids } = codec.encode(text, { specialTokens: true });
      expect(Array.from(ids)).toEqual((await rustEncode(oracle, text, true)).ids);
      expect(codec.decode(ids)).toBe(await oracle.decode(Array.from(ids), false));
      expect(codec.decode(ids, { skipSpecial: true })).toBe(await oracle.decode(Array.from(ids), true));
    }
  });

  it('gives ids and offsets of random Unicode', { timeout: 60_000 }, async () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: 'grapheme-composite', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom(...'aAeE sSkKſ\'"\n\r\t.,1²२\u0301\u1161\u11a8ᄀé▁Ġ<|>🏽\u200d'),
        maxLength: 60,
      }),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        expect(await difference(text)).toBeNull();
      }),
      { numRuns: 300, seed: 20240517 },
    );
  });

  it.skipIf(absent)('gives ids and offsets of 5 MB of real text', { timeout: 120_000 }, async () => {
    const differences: string[] = [];
    for (const file of files) {
      for (const text of chunksOf(file)) {
        const found = await difference(text);
        if (found !== null) differences.push(`${file}: ${found}`);
      }
    }
    expect(differences).toEqual([]);
  });
});

function chunksOf(file: string): string[] {
  const text = readFileSync(`${corpora}/${file}`, 'utf8').slice(0, bytesOfEach);
  return Array.from({ length: Math.ceil(text.length / chunk) }, (_, at) => text.slice(at * chunk, (at + 1) * chunk));
}
