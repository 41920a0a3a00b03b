// The codec on the tokenizers of published models, against the Rust library: ids, offsets and decoded text on awkward
// strings, random Unicode and the corpora at hand. `npm run bench:tokenize` compares on larger ones.
import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { realTokenizerFiles, realTokenizerNames } from '../../scripts/testing/realTokenizers.mjs';
import { loadTokenizer } from '../../src/tokenizer/index';
import { corpusNames, corpusText, splicedText } from '../support/corpora';
import { AWKWARD } from './awkwardStrings';
import { differenceFromRust, rustEncode, rustTokenizer } from './rust';

const chunk = 4000;
const texts: readonly (readonly [string, string])[] = [
  ...corpusNames.map((name) => [name, corpusText(name)] as const),
  ['all of them, spliced', splicedText(1_200_000)],
];

describe('the corpora', () => {
  it('are more than 5 MB', () => {
    expect(texts.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0)).toBeGreaterThan(5e6);
  });
});

describe.each(realTokenizerNames)('%s', (name) => {
  const { 'tokenizer.json': json, 'tokenizer_config.json': config } = realTokenizerFiles(name);
  const codec = loadTokenizer(JSON.parse(json), JSON.parse(config));
  const oracle = rustTokenizer(json);

  const difference = (text: string) => differenceFromRust(codec, oracle, text);

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

  it('gives ids and offsets of random Unicode', async () => {
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
      { numRuns: 300 },
    );
  });

  it('gives ids and offsets of 5 MB of text', async () => {
    const differences: string[] = [];
    for (const [title, whole] of texts) {
      for (let at = 0; at < whole.length; at += chunk) {
        const found = await difference(whole.slice(at, at + chunk));
        if (found !== null) differences.push(`${title}: ${found}`);
      }
    }
    expect(differences).toEqual([]);
  });
});
