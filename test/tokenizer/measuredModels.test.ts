// Unigram and WordPiece tokenizers, over words of rootstock's vocabulary, against the Rust library. They can be measured and
// not extended. (SentencePiece's compiled character map is checked in test/interop/test_measured_tokenizers.py.)
import { readFileSync } from 'node:fs';
import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { continueBpe, countWords, loadTokenizer, type TokenizerFamily } from '../../src/tokenizer/index';
import { added } from './addedTokenJson';
import { AWKWARD } from './awkwardStrings';
import { rustEncode, rustTokenizer } from './rust';

const words: readonly string[] = [
  ...new Set(
    Object.keys(
      (JSON.parse(readFileSync('public/models/rootstock/tokenizer.json', 'utf8')) as { model: { vocab: object } }).model
        .vocab,
    )
      .filter((piece) => /^Ġ?[\x21-\x7e]+$/u.test(piece))
      .map((piece) => piece.replace('Ġ', '')),
  ),
];
const special = (id: number, content: string) => added(id, content, { special: true });

function wordPiece(normalizer: unknown, preTokenizer: unknown = { type: 'BertPreTokenizer' }) {
  const pieces = [
    '[PAD]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    ...words,
    ...words.map((word) => `##${word}`),
    '中',
    'é',
    'e\u0301',
  ];
  return {
    version: '1.0',
    added_tokens: [special(1, '[UNK]'), special(2, '[CLS]'), special(3, '[SEP]')],
    normalizer,
    pre_tokenizer: preTokenizer,
    post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 20,
      vocab: Object.fromEntries([...new Set(pieces)].map((piece, id) => [piece, id])),
    },
  };
}

function unigram(byteFallback: boolean, preTokenizer: unknown, normalizer: unknown = null) {
  const bytes = byteFallback
    ? Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
    : [];
  const pieces = [
    '<pad>',
    '</s>',
    '<unk>',
    ...bytes,
    '▁',
    ...words,
    ...words.slice(0, 900).map((word) => `▁${word}`),
    '中文',
    '🙂',
  ];
  const unique = [...new Set(pieces)];
  return {
    version: '1.0',
    added_tokens: [special(1, '</s>'), special(2, '<unk>')],
    normalizer,
    pre_tokenizer: preTokenizer,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }],
      special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } },
    },
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    model: {
      type: 'Unigram',
      unk_id: 2,
      byte_fallback: byteFallback,
      // Scores in no order of length, so that the best cut is seldom the greedy one.
      vocab: unique.map((piece, id) => [piece, id < 3 ? 0 : -2 - ((id * 7919) % 1000) / 100]),
    },
  };
}

const metaspace = (split: boolean) => ({ type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split });
const bert = (settings: object) => ({
  type: 'BertNormalizer',
  clean_text: true,
  handle_chinese_chars: true,
  ...settings,
});

const PIPELINES: readonly [string, TokenizerFamily, object][] = [
  ['BERT, uncased', 'wordpiece', wordPiece(bert({ strip_accents: null, lowercase: true }))],
  ['BERT, cased', 'wordpiece', wordPiece(bert({ strip_accents: null, lowercase: false }))],
  ['BERT, lower case with accents', 'wordpiece', wordPiece(bert({ strip_accents: false, lowercase: true }))],
  [
    'WordPiece after separate steps',
    'wordpiece',
    wordPiece(
      {
        type: 'Sequence',
        normalizers: [
          { type: 'NFD' },
          { type: 'Lowercase' },
          { type: 'StripAccents' },
          { type: 'Strip', strip_left: true, strip_right: true },
        ],
      },
      {
        type: 'Sequence',
        pretokenizers: [{ type: 'Whitespace' }, { type: 'Punctuation', behavior: 'Isolated' }],
      },
    ),
  ],
  [
    'T5: Unigram after Metaspace',
    'unigram',
    unigram(false, { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace(true)] }),
  ],
  ['Unigram with bytes, over whole texts', 'unigram', unigram(true, metaspace(false), { type: 'NFKC' })],
];

/** Each token with its span. */
function listed({ ids, starts, ends }: Record<'ids' | 'starts' | 'ends', ArrayLike<number>>): string[] {
  return Array.from(ids, (id, at) => `${id} [${starts[at]}, ${ends[at]})`);
}

describe.each(PIPELINES)('%s', (_, family, json) => {
  const codec = loadTokenizer(json);
  const oracle = rustTokenizer(JSON.stringify(json));

  it('gives the ids, spans and text of the Rust library on awkward strings', async () => {
    for (const [name, text] of Object.entries(AWKWARD)) {
      const expected = await rustEncode(oracle, text);
      expect([name, listed(codec.encode(text))]).toEqual([name, listed(expected)]);
      expect([name, codec.decode(expected.ids)]).toEqual([name, await oracle.decode(expected.ids, false)]);
      const withSpecial = await rustEncode(oracle, text, true);
      expect([name, ...codec.encode(text, { specialTokens: true }).ids]).toEqual([name, ...withSpecial.ids]);
    }
  });

  it('gives the ids and spans of the Rust library on random text', async () => {
    const some = fc.constantFrom(
      ' ',
      '  ',
      'the',
      'ing',
      'Été',
      '中文',
      '🙂',
      '$1.5',
      "don't",
      '\u00a0',
      '\t',
      'ß',
      'İ',
    );
    const text = fc.array(fc.oneof(some, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(text, async (parts) => {
        // Ideographs of Unicode 17, which one of the two may not know yet.
        const joined = parts.join('').replaceAll(/[\u{323b0}-\u{33479}]/gu, '');
        expect(listed(codec.encode(joined))).toEqual(listed(await rustEncode(oracle, joined)));
      }),
      { numRuns: 200 },
    );
  });

  it('says that it cannot be extended', async () => {
    expect(codec.family).toBe(family);
    const words = await countWords(codec, ['the text of one document', 'the text of another']);
    await expect(continueBpe(codec, words, { newTokens: 3 })).rejects.toMatchObject({ code: 'tokenizer/not-bpe' });
    expect(() => codec.extended([])).toThrow(
      /can be read and measured; new tokens can be given to BPE tokenizers only/u,
    );
  });
});

describe('what is refused', () => {
  it.each([
    ['a piece without a score', { vocab: [['a']] }, /model\.vocab\[0\].*has no score/u],
    ['an unknown id past the end', { unk_id: 9999999 }, /unk_id.*9999999/u],
    [
      'a piece that stands twice',
      {
        vocab: [
          ['a', 0],
          ['b', 0],
          ['a', -1],
        ],
        unk_id: 1,
      },
      /"a" twice/u,
    ],
    ['no unknown id', { unk_id: null }, /unk_id.*missing/u],
  ])('%s', (_, change, message) => {
    const json = unigram(false, metaspace(true));
    expect(() => loadTokenizer({ ...json, model: { ...json.model, ...change } })).toThrow(message);
  });

  it('a WordPiece model without its unknown token', () => {
    const json = wordPiece(null);
    expect(() => loadTokenizer({ ...json, model: { ...json.model, unk_token: '[NONE]' } })).toThrow(/\[NONE\]/u);
  });

  it('a WordPiece model that marks pieces otherwise', () => {
    const json = wordPiece(null);
    const model = { ...json.model, continuing_subword_prefix: '@@' };
    expect(() => loadTokenizer({ ...json, model })).toThrow(/continuing_subword_prefix.*@@/u);
  });

  it('a character map that is cut off', () => {
    const normalizer = { type: 'Precompiled', precompiled_charsmap: 'AAEAAA==' };
    expect(() => loadTokenizer(unigram(false, metaspace(true), normalizer))).toThrow(/precompiled_charsmap.*cut off/u);
  });
});
