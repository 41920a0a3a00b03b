// The codec against the Rust library: same ids, same spans, same decoded text.
import { readFileSync } from 'node:fs';
import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../src/tokenizer/index';
import { AWKWARD } from './awkwardStrings';
import { rustEncode, rustTokenizer } from './rust';

const MODELS = [
  { name: 'rootstock', file: 'public/models/rootstock/tokenizer.json' },
  { name: 'stories260K', file: 'test/fixtures/stories260K/tokenizer.json' },
];

for (const { name, file } of MODELS) {
  describe(name, () => {
    const json = readFileSync(file, 'utf8');
    const loaded = { codec: loadTokenizer(JSON.parse(json)), oracle: rustTokenizer(json) };

    it.each(Object.entries(AWKWARD))('gives the ids and text of the Rust library: %s', async (_, text) => {
      const { codec, oracle } = loaded;
      const expected = await rustEncode(oracle, text);
      const encoded = codec.encode(text);
      expect(Array.from(encoded.ids)).toEqual(expected.ids);
      expect(codec.decode(encoded.ids)).toBe(await oracle.decode(expected.ids, false));
      expect(codec.decode(encoded.ids, { skipSpecial: true })).toBe(await oracle.decode(expected.ids, true));
      const withSpecial = await rustEncode(oracle, text, true);
      expect(Array.from(codec.encode(text, { specialTokens: true }).ids)).toEqual(withSpecial.ids);
    });

    const wellFormed = Object.entries(AWKWARD).filter(([, text]) => isWellFormed(text));
    it.each(wellFormed)('gives the spans of the Rust library: %s', async (_, text) => {
      const { codec, oracle } = loaded;
      const expected = await rustEncode(oracle, text);
      const { starts, ends } = codec.encode(text);
      expect({ starts: Array.from(starts), ends: Array.from(ends) }).toEqual({
        starts: expected.starts,
        ends: expected.ends,
      });
    });

    it('gives the ids of the Rust library on random Unicode', async () => {
      const { codec, oracle } = loaded;
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
          expect(Array.from(codec.encode(text).ids)).toEqual((await rustEncode(oracle, text)).ids);
        }),
        { numRuns: 600 },
      );
    });

    it('covers every character of the input once, in order', () => {
      const { codec } = loaded;
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme-composite', maxLength: 60 }), (text) => {
          const { starts, ends } = codec.encode(text);
          let covered = 0;
          starts.forEach((start, at) => {
            // A token begins where the last one ended, or shares the character that one covers.
            expect(start === covered || (at > 0 && start === starts[at - 1])).toBe(true);
            expect(ends[at]!).toBeGreaterThanOrEqual(covered);
            covered = ends[at]!;
          });
          expect(covered).toBe(text.length);
        }),
        { numRuns: 300 },
      );
    });
  });
}

function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}
