// What a tokenizer cannot write: the bytes that its unknown token or nothing stands for, in every shape of model that has
// such bytes, beside the ids of the Rust library.
import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { BYTE_TO_CHARACTER } from '../../src/tokenizer/byteLevelAlphabet';
import {
  continueBpe,
  countWords,
  extendTokenizer,
  handMadePieces,
  loadTokenizer,
  lostBytesOf,
  replayMerges,
  spelledTokensOf,
  type Tokenizer,
} from '../../src/tokenizer/index';
import { rustEncode, rustTokenizer } from './rust';

const METASPACE = {
  type: 'Sequence',
  normalizers: [
    { type: 'Prepend', prepend: '▁' },
    { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
  ],
};
const UNKNOWN = { id: 0, content: '<unk>', single_word: false, lstrip: false, rstrip: false, normalized: false };

type Json = Record<string, unknown>;

function vocabularyOf(pieces: readonly string[]): Record<string, number> {
  return Object.fromEntries(pieces.map((piece, id) => [piece, id]));
}

function tokenizerJson(model: Json, stages: Json = {}): Json {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [{ ...UNKNOWN, special: true }],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Fuse' },
    model,
    ...stages,
  };
}

const letters = ['<unk>', '▁', 'a', 'b', 'c', 'ab', '▁a', '<0xE5>', '<0xA5>'];
const bpe = (change: Json = {}): Json => ({
  type: 'BPE',
  dropout: null,
  unk_token: '<unk>',
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: true,
  byte_fallback: false,
  ignore_merges: false,
  vocab: vocabularyOf(letters),
  merges: ['a b'],
  ...change,
});
const allBytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
const asciiBytes = BYTE_TO_CHARACTER.slice(0, 128);
const byteLevel = (change: Json = {}): Json =>
  tokenizerJson(
    bpe({
      vocab: vocabularyOf(['<unk>', ...asciiBytes, 'ab', BYTE_TO_CHARACTER[0xc3]!]),
      merges: ['a b'],
      fuse_unk: false,
      ...change,
    }),
    {
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
    },
  );
const unigram = (pieces: readonly string[], change: Json = {}): Json =>
  tokenizerJson(
    { type: 'Unigram', unk_id: 0, byte_fallback: false, vocab: pieces.map((piece, at) => [piece, -at]), ...change },
    { pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true } },
  );
const wordPiece = tokenizerJson(
  {
    type: 'WordPiece',
    unk_token: '<unk>',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 8,
    vocab: vocabularyOf(['<unk>', 'a', '##b', 'b', '##a', '.']),
  },
  { pre_tokenizer: { type: 'BertPreTokenizer' } },
);

interface Case {
  readonly name: string;
  readonly json: Json;
  readonly text: string;
  /** The characters that are lost, in order. */
  readonly lost: string;
  /** Tokens as byte fallback would spell what is lost. */
  readonly spelled: number;
}

const cases: readonly Case[] = [
  {
    name: 'fused unknowns',
    json: tokenizerJson(bpe(), { normalizer: METASPACE }),
    text: 'ab 好好 a好',
    lost: '好好好',
    spelled: 14,
  },
  {
    name: 'single unknowns',
    json: tokenizerJson(bpe({ fuse_unk: false }), { normalizer: METASPACE }),
    text: 'ab 好好 a好',
    lost: '好好好',
    spelled: 14,
  },
  {
    name: 'no unknown token: dropped',
    json: tokenizerJson(bpe({ unk_token: null })),
    text: 'a好bab',
    lost: '好',
    spelled: 5,
  },
  { name: 'nothing lost', json: tokenizerJson(bpe(), { normalizer: METASPACE }), text: 'ab ab', lost: '', spelled: 4 },
  {
    name: 'byte fallback whose vocabulary lacks a byte',
    json: tokenizerJson(bpe({ byte_fallback: true })),
    text: 'a好a',
    lost: '好',
    spelled: 5,
  },
  {
    name: 'byte fallback with every byte',
    json: tokenizerJson(bpe({ byte_fallback: true, vocab: vocabularyOf([...letters.slice(0, 7), ...allBytes]) })),
    text: 'a好é',
    lost: '',
    spelled: 6,
  },
  {
    name: 'ignore_merges finds a word whole',
    json: tokenizerJson(bpe({ ignore_merges: true, vocab: vocabularyOf([...letters, '好b']) })),
    text: '好b',
    lost: '',
    spelled: 1,
  },
  {
    name: 'ignore_merges, another word',
    json: tokenizerJson(bpe({ ignore_merges: true, vocab: vocabularyOf([...letters, '好b']) })),
    text: '好c',
    lost: '好',
    spelled: 4,
  },
  { name: 'its own name in the text is no loss', json: tokenizerJson(bpe()), text: 'a<unk>b', lost: '', spelled: 3 },
  {
    name: 'a space that has no piece',
    json: tokenizerJson(bpe({ vocab: vocabularyOf(['<unk>', 'a', 'b', 'ab']) }), {
      normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    }),
    text: 'a b',
    lost: ' ',
    spelled: 3,
  },
  {
    name: 'a character that is taken apart',
    json: tokenizerJson(bpe({ vocab: vocabularyOf(['<unk>', 'e', 'a', 'b', 'ab']) }), { normalizer: { type: 'NFD' } }),
    text: 'aéb',
    lost: 'é',
    spelled: 5,
  },
  {
    name: 'beyond the basic plane',
    json: tokenizerJson(bpe({ fuse_unk: false })),
    text: 'a🏽🏽b',
    lost: '🏽🏽',
    spelled: 10,
  },
  { name: 'bytes of the byte-level alphabet, unknown', json: byteLevel(), text: 'ab é好', lost: 'é好', spelled: 7 },
  {
    name: 'bytes of the byte-level alphabet, fused',
    json: byteLevel({ fuse_unk: true }),
    text: 'ab é好',
    lost: 'é好',
    spelled: 7,
  },
  {
    name: 'bytes of the byte-level alphabet, dropped',
    json: byteLevel({ unk_token: null }),
    text: 'aéb',
    lost: 'é',
    spelled: 4,
  },
  {
    name: 'unigram, a run is one unknown',
    json: unigram(['<unk>', '▁', 'a', 'ab', 'b']),
    text: 'ab好好 b',
    lost: '好好',
    spelled: 10,
  },
  {
    name: 'unigram with bytes',
    json: unigram(['<unk>', '▁', 'a', 'ab', 'b', ...allBytes], { byte_fallback: true }),
    text: 'ab好好 b',
    lost: '',
    spelled: 10,
  },
  { name: 'wordpiece, the whole word', json: wordPiece, text: 'ab abc. ba', lost: 'abc', spelled: 8 },
  {
    name: 'wordpiece, a word that is too long',
    json: wordPiece,
    text: 'ababababab ab',
    lost: 'ababababab',
    spelled: 12,
  },
];

/** Documents in which lost characters stand alone, in runs and beside known ones. */
const learned = ['ab 好好 a好 ab', 'a好 b 人好 ab 人', 'ab 人人 ab 好 é', 'b é 人 ab', 'ab é好 人 é'];

describe('lost characters', () => {
  const models = cases.filter(({ name }) => /^(fused|single|byte fallback whose|bytes of the)/u.test(name));

  it.each(models)('get tokens of their own, and less is lost with each: $name', async ({ json }) => {
    const codec = loadTokenizer(json);
    const lostOf = (tokenizer: Tokenizer) =>
      learned.reduce((sum, text) => sum + lostBytesOf(text, tokenizer.encode(text)), 0);
    const spelledOf = (tokenizer: Tokenizer) =>
      learned.reduce((sum, text) => sum + spelledTokensOf(text, tokenizer.encode(text)), 0);
    const extension = await continueBpe(codec, await countWords(codec, learned), { newTokens: 40, minFrequency: 1 });
    const { tokens, tokensAfter } = extension;
    const lost = Array.from({ length: tokens.length + 1 }, (_, size) => lostOf(codec.extended(tokens.slice(0, size))));
    expect(lost[0]).toBeGreaterThan(0);
    expect(lost.at(-1)).toBe(0);
    for (let size = 1; size < lost.length; size++) expect(lost[size]).toBeLessThanOrEqual(lost[size - 1]!);
    for (const size of [0, 1, tokens.length]) {
      expect(tokensAfter[size]).toBe(spelledOf(codec.extended(tokens.slice(0, size))));
    }
    const words = await countWords(codec, learned);
    expect(replayMerges(codec, words, tokens).tokensAfter).toEqual(tokensAfter);

    const { files, tokenizer } = extendTokenizer({ 'tokenizer.json': JSON.stringify(json) }, tokens);
    const oracle = rustTokenizer(files['tokenizer.json']);
    for (const text of learned) {
      expect(Array.from(tokenizer.encode(text).ids)).toEqual((await rustEncode(oracle, text)).ids);
    }
  });

  it('are asked for by hand, one or several at once', () => {
    const codec = loadTokenizer(models[0]!.json);
    for (const text of ['好', ' 好人', '好b']) {
      const pieces = handMadePieces(codec, text, codec.largestId + 1)!;
      const extended = codec.extended(pieces);
      expect(extended.reaches(pieces.at(-1)!.id)).toBe(true);
      expect(lostBytesOf(text, extended.encode(text))).toBe(0);
    }
    expect(handMadePieces(codec, 'a', codec.largestId + 1)).toBeNull();
  });

  it('are learned most lost bytes first, digits among them, and never merge with the unknown token', async () => {
    const codec = loadTokenizer(models[0]!.json);
    const texts = ['好२ 好२ 好२ 人 人 b', '好人 २ b好'];
    const { tokens } = await continueBpe(codec, await countWords(codec, texts), { newTokens: 2 });
    expect(tokens.map(({ kind, piece }) => [kind, piece])).toEqual([
      ['character', '好'],
      ['character', '२'],
    ]);
    const forbidden = await countWords(codec, ['é好é好', '好é好é']);
    const rules = { newTokens: 9, neverMerge: /[é好]/u, minFrequency: 1 };
    await expect(continueBpe(codec, forbidden, rules)).rejects.toMatchObject({
      code: 'tokenizer/nothing-to-learn',
      details: { turnedDown: { 'never-merge': 2 } },
    });
  });
});

describe('lost text', () => {
  it.each(cases)('is counted: $name', async ({ json, text, lost, spelled }) => {
    const codec = loadTokenizer(json);
    const encoding = codec.encode(text);
    expect(encoding.lost.map(({ start, end }) => text.slice(start, end)).join('')).toBe(lost);
    expect(lostBytesOf(text, encoding)).toBe(Buffer.byteLength(lost));
    expect(spelledTokensOf(text, encoding)).toBe(spelled);
    expect(Array.from(encoding.ids)).toEqual((await rustEncode(rustTokenizer(JSON.stringify(json)), text)).ids);
  });

  it.each(cases)('is counted as often as it stands there: $name', ({ json, text, lost }) => {
    const codec = loadTokenizer(json);
    // The name of the unknown token is an added token: what stands beside it is cut as if alone.
    const many = Array.from({ length: 5 }, () => text).join('<unk>');
    expect(lostBytesOf(many, codec.encode(many))).toBe(5 * Buffer.byteLength(lost));
  });

  it.each(cases)('stands beside the ids of the Rust library, whatever the text: $name', async ({ json }) => {
    const codec = loadTokenizer(json);
    const oracle = rustTokenizer(JSON.stringify(json));
    const alphabet = fc.string({
      unit: fc.constantFrom('a', 'b', 'ab', ' ', '好', '奥', 'é', '🏽', '<unk>'),
      maxLength: 24,
    });
    await fc.assert(
      fc.asyncProperty(alphabet, async (text) => {
        const encoding = codec.encode(text);
        expect(Array.from(encoding.ids)).toEqual((await rustEncode(oracle, text)).ids);
        expect(spelledTokensOf(text, encoding)).toBeGreaterThanOrEqual(lostBytesOf(text, encoding));
      }),
      { numRuns: 60 },
    );
  });

  it('leaves of a text what decoding gives back, whatever the text', () => {
    const alphabet = fc.string({ unit: fc.constantFrom('a', 'b', 'ab', '好', 'é', '🏽'), maxLength: 40 });
    for (const { json } of cases.filter(
      ({ name }) => /fused|single|dropped/u.test(name) && !name.includes('alphabet'),
    )) {
      const codec = loadTokenizer({ ...json, normalizer: null });
      fc.assert(
        fc.property(alphabet, (text) => {
          const { ids, lost } = codec.encode(text);
          let kept = '';
          let at = 0;
          for (const { start, end } of lost) {
            expect(start).toBeGreaterThanOrEqual(at);
            kept += text.slice(at, start);
            at = end;
          }
          kept += text.slice(at);
          expect(codec.decode(ids, { skipSpecial: true }).replaceAll(' ', '')).toBe(kept);
        }),
        { numRuns: 100 },
      );
    }
  });
});
