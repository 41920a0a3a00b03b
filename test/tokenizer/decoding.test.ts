// Decoding against the Rust library where files differ from the usual: no decoder at all, and added tokens that match in
// normalised text (old files), which the library decodes as its normalizer spells them.
import { Tokenizer as JavaScriptTokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../src/tokenizer/index';
import { added } from './addedTokenJson';
import { rustEncode, rustTokenizer } from './rust';

type Json = Record<string, unknown>;

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
const llamaNormalizer = {
  type: 'Sequence',
  normalizers: [
    { type: 'Prepend', prepend: '\u2581' },
    { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
  ],
};
const llamaDecoder = {
  type: 'Sequence',
  decoders: [
    { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    { type: 'Strip', content: ' ', start: 1, stop: 0 },
  ],
};
const vocab = {
  a: 0,
  b: 1,
  ab: 2,
  '\u2581': 3,
  '\u2581a': 4,
  '\u0120': 5,
  '<0xC3>': 6,
  '<0xB6>': 7,
  c: 8,
  x: 9,
  y: 10,
};
const merges = ['a b', '\u2581 a'];

function tokenizerJson(stages: Json): Json {
  const model = {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab,
    merges,
  };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model,
    ...stages,
  };
}

const normalized = (id: number, content: string, more: Json = {}) => added(id, content, { normalized: true, ...more });
const special = { special: true };

const CASES: Readonly<Record<string, { readonly stages: Json; readonly texts: readonly string[] }>> = {
  'no decoder, nothing added': { stages: {}, texts: ['ab a', 'abc', ''] },
  'no decoder, added tokens': {
    stages: { added_tokens: [added(11, '<x>'), added(12, '<s>', special)] },
    texts: ['a<x>ab<s>'],
  },
  'no decoder, byte-level': { stages: { pre_tokenizer: byteLevel }, texts: ['a b', ' ab'] },
  'no decoder, normalised': {
    stages: { normalizer: { type: 'Lowercase' }, added_tokens: [normalized(11, 'AB!')] },
    texts: ['ab!c', 'AB!x'],
  },
  'Llama normalizer': {
    stages: {
      normalizer: llamaNormalizer,
      decoder: llamaDecoder,
      added_tokens: [normalized(11, '<x y>'), normalized(12, '<s>', special), added(13, '</s>', special)],
    },
    texts: ['a <x y>a', '<x y>', 'a <s>a', '<s> a', '<s></s><s>', 'a</s> <x y>a'],
  },
  Lowercase: {
    stages: {
      normalizer: { type: 'Lowercase' },
      decoder: { type: 'Fuse' },
      added_tokens: [normalized(11, 'ABx'), normalized(12, 'AbY', special), normalized(13, 'cc', special)],
    },
    texts: ['abxa', 'ABXaby', 'aABYb', 'ccCC'],
  },
  NFC: {
    stages: {
      normalizer: { type: 'NFC' },
      pre_tokenizer: byteLevel,
      decoder: byteLevel,
      added_tokens: [normalized(11, 'cafe\u0301'), normalized(12, 'o\u0308', special)],
    },
    texts: ['acaf\u00e9b', 'cafe\u0301', 'a\u00f6b'],
  },
  'letters of the byte alphabet': {
    stages: {
      pre_tokenizer: byteLevel,
      decoder: byteLevel,
      added_tokens: [
        added(11, 'Gr\u00f6\u00dfe'),
        added(12, 'gr\u00f6\u00dfe x'),
        added(13, '\u65e5\u672c'),
        normalized(14, '\u00c3\u00b6'),
      ],
    },
    texts: ['aGr\u00f6\u00dfeb', 'gr\u00f6\u00dfe xa', '\u65e5\u672c', 'a\u00c3\u00b6'],
  },
  'byte pieces among added tokens': {
    stages: {
      decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
      added_tokens: [added(11, '<0x41>'), normalized(12, '<0xE2>')],
    },
    texts: ['a<0x41>b', '<0xE2>a'],
  },
};

it('gives a normalised added token as the newest Rust library does, and @huggingface/tokenizers as it is written', async () => {
  const json = tokenizerJson({
    normalizer: { type: 'Lowercase' },
    decoder: { type: 'Fuse' },
    added_tokens: [normalized(11, 'ABx')],
  });
  const ids = [11];
  expect(loadTokenizer(json).decode(ids)).toBe('abx');
  expect(await rustTokenizer(JSON.stringify(json)).decode(ids, false)).toBe('abx');
  expect(new JavaScriptTokenizer(json, {}).decode(ids)).toBe('ABx');
});

describe.each(Object.entries(CASES))('%s', (_, { stages, texts }) => {
  const json = tokenizerJson(stages);
  const codec = loadTokenizer(json);
  const oracle = rustTokenizer(JSON.stringify(json));

  it.each(texts)('decodes as the Rust library: %j', async (text) => {
    const { ids } = await rustEncode(oracle, text);
    expect(Array.from(codec.encode(text).ids)).toEqual(ids);
    expect(codec.decode(ids)).toBe(await oracle.decode(ids, false));
    expect(codec.decode(ids, { skipSpecial: true })).toBe(await oracle.decode(ids, true));
  });

  it('decodes every pair of ids as the Rust library', async () => {
    const ids = Array.from({ length: codec.largestId + 1 }, (_, id) => id).filter((id) => codec.hasId(id));
    for (const left of ids) {
      for (const right of ids) {
        for (const skip of [false, true]) {
          expect(codec.decode([left, right], { skipSpecial: skip }), `${left} ${right}`).toBe(
            await oracle.decode([left, right], skip),
          );
        }
      }
    }
  });
});
