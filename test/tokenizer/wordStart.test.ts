// Words are cut before "▁" only where no merge joins over it: ids are those of the Rust library, which cuts nothing.
import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../src/tokenizer/index';
import { rustEncode, rustTokenizer } from './rust';

/** Merges over the letters a, b, >, < and "▁"; what they make is in the vocabulary. */
function tokenizerJson(merges: readonly (readonly [string, string])[], firstId: number): string {
  const pieces = ['<unk>', 'a', 'b', '>', '<', '▁', ...merges.map((pair) => pair.join(''))];
  return JSON.stringify({
    version: '1.0',
    added_tokens: [],
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: false,
      vocab: Object.fromEntries(pieces.map((piece, at) => [piece, at < 6 ? at : firstId + at])),
      merges,
    },
  });
}

const word: [string, string][] = [
  ['▁', 'a'],
  ['a', 'b'],
  ['▁a', 'b'],
  ['▁', '▁'],
];

describe.each<[string, [string, string][], number]>([
  ['no merge over a space', word, 0],
  ['one merge over a space', [...word, ['▁', '<'], ['>', '▁<']], 0],
  ['one over a single space', [['b', '▁'], ...word, ['b▁', 'a']], 0],
  ['one over several spaces', [...word, ['>', '▁▁']], 0],
  ['many, of every letter', [...word, ['a', '▁a'], ['b', '▁▁'], ['>', '▁'], ['<', '▁a']], 0],
  ['ids with a hole', [...word, ['▁', '<'], ['>', '▁<']], 1000],
])('%s', (_, merges, firstId) => {
  it('gives the ids of the Rust library on any text', async () => {
    const json = tokenizerJson(merges, firstId);
    const tokenizer = loadTokenizer(JSON.parse(json));
    const oracle = rustTokenizer(json);
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '>', '<', ' ', '▁'), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, async (some) => {
        expect([...tokenizer.encode(some).ids]).toEqual((await rustEncode(oracle, some)).ids);
      }),
      { numRuns: 400 },
    );
  });
});
