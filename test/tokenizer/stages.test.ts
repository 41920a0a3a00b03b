// Pipelines of other model families over rootstock's vocabulary, against the Rust library; and what is refused.
import { readFileSync } from 'node:fs';
import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../src/error';
import { loadTokenizer } from '../../src/tokenizer/index';
import { AWKWARD } from './awkwardStrings';
import { rustEncode, rustTokenizer } from './rust';
import { added } from './addedTokenJson';

type Json = Record<string, unknown>;
interface TokenizerJson extends Json {
  added_tokens: Json[];
  model: Json & { vocab: Record<string, number>; merges: unknown[] };
}

const rootstock = (): TokenizerJson => JSON.parse(readFileSync('public/models/rootstock/tokenizer.json', 'utf8'));
const byteLevel = (settings: Json = {}): Json => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: false,
  use_regex: true,
  ...settings,
});
const split = (Regex: string, behavior = 'Isolated', invert = false): Json => ({
  type: 'Split',
  pattern: { Regex },
  behavior,
  invert,
});
const sequence = (...pretokenizers: Json[]): Json => ({ type: 'Sequence', pretokenizers });
const noRegex = byteLevel({ use_regex: false });

const LLAMA3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const O200K =
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const DEEPSEEK =
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

const PIPELINES: Readonly<Record<string, (json: TokenizerJson) => void>> = {
  'GPT-2': (json) => {
    json.normalizer = null;
    json.pre_tokenizer = byteLevel();
  },
  'GPT-2 with a prefix space': (json) => {
    json.normalizer = null;
    json.pre_tokenizer = byteLevel({ add_prefix_space: true });
  },
  'Llama 3, whole pieces before merges, pairs as text, a template': (json) => {
    json.pre_tokenizer = sequence(split(LLAMA3), noRegex);
    json.model.ignore_merges = true;
    json.model.merges = json.model.merges.map((pair) => (pair as string[]).join(' ')).slice(0, 2000);
    json.post_processor = {
      type: 'Sequence',
      processors: [
        byteLevel(),
        {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: '<|endoftext|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
          pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
          special_tokens: { '<|endoftext|>': { id: '<|endoftext|>', ids: [0], tokens: ['<|endoftext|>'] } },
        },
      ],
    };
  },
  'SmolLM2: digits, then ByteLevel': (json) => {
    json.pre_tokenizer = sequence({ type: 'Digits', individual_digits: true }, byteLevel());
  },
  'digits in runs': (json) => {
    json.pre_tokenizer = sequence({ type: 'Digits', individual_digits: false }, byteLevel());
  },
  'GPT-4o pattern': (json) => {
    json.pre_tokenizer = sequence(split(O200K), noRegex);
  },
  'DeepSeek: patterns one after another': (json) => {
    json.pre_tokenizer = sequence(split('\\p{N}{1,3}'), split('[一-龥\u3040-ゟ゠-ヿ]+'), split(DEEPSEEK), noRegex);
  },
  'NeoX: NFC and added tokens in normalised text': (json) => {
    json.normalizer = { type: 'NFC' };
    json.pre_tokenizer = byteLevel();
    const spaces = [24, 12, 6, 3, 2].map((count, index) =>
      added(4096 + index, ' '.repeat(count), { normalized: true }),
    );
    json.added_tokens.push(...spaces, added(4101, 'caf\u00e9', { normalized: true }));
  },
  'added tokens that strip, and single words': (json) => {
    json.added_tokens.push(
      added(4096, '<mask>', { lstrip: true, special: true }),
      added(4097, '<s>', { rstrip: true }),
      added(4098, 'hello', { single_word: true }),
      added(4099, '</s>', { lstrip: true, rstrip: true }),
      added(4100, '<|endoftext|><|', {}),
      added(4101, 'a.b*c'),
    );
  },
  NFKC: (json) => {
    json.normalizer = { type: 'NFKC' };
  },
  'NFD and replacements': (json) => {
    json.normalizer = {
      type: 'Sequence',
      normalizers: [
        { type: 'NFD' },
        { type: 'Replace', pattern: { Regex: '\\s{2,}' }, content: ' ' },
        { type: 'Replace', pattern: { String: '...' }, content: '…' },
      ],
    };
  },
  ...Object.fromEntries(
    ['Removed', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous', 'Isolated'].flatMap((behavior) =>
      [false, true].map((invert) => [
        `Split ${behavior}${invert ? ' inverted' : ''}`,
        (json: TokenizerJson) => {
          json.pre_tokenizer = sequence(split('[aeiou.]|\\s', behavior, invert), noRegex);
        },
      ]),
    ),
  ),
  'anchors, dots, words and bounds': (json) => {
    json.pre_tokenizer = sequence(split('^\\w+|.$|[\\w-]{2,4}?|\\d+|[^\\S\\n]+|(?<=x)y'), noRegex);
  },
  'Metaspace over characters': (json) => {
    sentencePiece(json);
    json.pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };
    json.decoder = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };
  },
  'Metaspace, first word only': (json) => {
    sentencePiece(json);
    json.pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
    json.decoder = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
  },
  'Gemma: spaces replaced, split at strings, unknown fused': (json) => {
    sentencePiece(json);
    json.normalizer = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
    json.pre_tokenizer = { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false };
    json.model.fuse_unk = true;
    json.decoder = {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    };
  },
};

/** Rootstock's merges over characters: "Ġ" becomes "▁", pieces of bytes that are no text stay unused. */
function sentencePiece(json: TokenizerJson): void {
  json.normalizer = null;
  json.post_processor = null;
  const respelled = (piece: string): string => piece.replaceAll('Ġ', '▁');
  json.model.vocab = Object.fromEntries(Object.entries(json.model.vocab).map(([piece, id]) => [respelled(piece), id]));
  json.model.merges = json.model.merges.map((pair) => (pair as string[]).map(respelled));
  json.model.unk_token = '<|endoftext|>';
}

describe.each(Object.entries(PIPELINES))('%s', (_, change) => {
  const json = rootstock();
  change(json);
  const codec = loadTokenizer(json);
  const oracle = rustTokenizer(JSON.stringify(json));

  it('gives the ids and text of the Rust library on awkward strings', async () => {
    for (const [name, text] of Object.entries(AWKWARD)) {
      const expected = await rustEncode(oracle, text);
      expect([name, ...codec.encode(text).ids]).toEqual([name, ...expected.ids]);
      expect([name, codec.decode(expected.ids)]).toEqual([name, await oracle.decode(expected.ids, false)]);
      const withSpecial = await rustEncode(oracle, text, true);
      expect([name, ...codec.encode(text, { specialTokens: true }).ids]).toEqual([name, ...withSpecial.ids]);
    }
  });

  it('counts the words that it shows', () => {
    for (const [name, text] of Object.entries(AWKWARD)) {
      const counted: string[] = [];
      codec.eachWord(text, (word) => counted.push(word));
      const shown = codec.preTokenize(text).filter(({ addedId }) => addedId === null);
      expect([name, ...counted]).toEqual([name, ...shown.map((word) => word.text)]);
    }
  });

  it('gives the ids of the Rust library on random text', async () => {
    const words = [
      'hello',
      'the',
      ' he',
      '_',
      'café',
      'cafe\u0301',
      '<mask>',
      '<s>',
      '</s>',
      '  ',
      '\n',
      ' ',
      '12',
      "'S",
      'x.y',
      '<|endoftext|>',
    ];
    const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 6 })), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(text, async (parts) => {
        const joined = parts.join('');
        expect(Array.from(codec.encode(joined).ids)).toEqual((await rustEncode(oracle, joined)).ids);
      }),
      { numRuns: 100 },
    );
  });
});

describe('what is refused', () => {
  const REFUSED: readonly [title: string, code: string, field: string, change: (json: TokenizerJson) => void][] = [
    ['a model type', 'unsupported', 'model.type', (json) => (json.model.type = 'WordLevel')],
    ['dropout', 'unsupported', 'model.dropout', (json) => (json.model.dropout = 0.1)],
    ['an affix', 'unsupported', 'model.end_of_word_suffix', (json) => (json.model.end_of_word_suffix = '</w>')],
    ['a normalizer', 'unsupported', 'normalizer.type', (json) => (json.normalizer = { type: 'Nmt' })],
    [
      'a pre-tokenizer',
      'unsupported',
      'pre_tokenizer.type',
      (json) => (json.pre_tokenizer = { type: 'UnicodeScripts' }),
    ],
    ['a decoder', 'unsupported', 'decoder.type', (json) => (json.decoder = { type: 'CTC' })],
    ['a post-processor', 'unsupported', 'post_processor.type', (json) => (json.post_processor = { type: 'Other' })],
    [
      'a possessive quantifier',
      'unsupported',
      'pre_tokenizer.pattern.Regex',
      (json) => (json.pre_tokenizer = split('\\s++')),
    ],
    [
      'a set operation',
      'unsupported',
      'pre_tokenizer.pattern.Regex',
      (json) => (json.pre_tokenizer = split('[\\p{L}&&[^a]]')),
    ],
    [
      'a back reference',
      'unsupported',
      'pre_tokenizer.pattern.Regex',
      (json) => (json.pre_tokenizer = split('(a)\\1')),
    ],
    ['a broken pattern', 'unsupported', 'pre_tokenizer.pattern.Regex', (json) => (json.pre_tokenizer = split('(a'))],
    ['a merge of a missing piece', 'invalid', 'model.merges[2]', (json) => (json.model.merges[2] = ['zzzz', 'a'])],
    ['a merge without its result', 'invalid', 'model.merges[2]', (json) => (json.model.merges[2] = ['q', 'j'])],
    ['a merge of three', 'invalid', 'model.merges[0]', (json) => (json.model.merges[0] = 'a b c')],
    ['one id twice', 'invalid', 'model.vocab', (json) => (json.model.vocab.he = 5)],
    ['a fractional id', 'invalid', 'model.vocab["he"]', (json) => (json.model.vocab.he = 1.5)],
    ['a negative id', 'invalid', 'model.vocab["he"]', (json) => (json.model.vocab.he = -1)],
    ['no vocabulary', 'invalid', 'model.vocab', (json) => (json.model.vocab = {})],
    ['merges that are no list', 'invalid', 'model.merges', (json) => (json.model.merges = {} as unknown[])],
    [
      'an added token whose id the library would change',
      'invalid',
      'added_tokens[1].id',
      (json) => json.added_tokens.push(added(5000, '<x>')),
    ],
    [
      'an added token twice',
      'invalid',
      'added_tokens[1].content',
      (json) => json.added_tokens.push(added(4096, '<|endoftext|>')),
    ],
    [
      'an unknown token that is missing',
      'invalid',
      'model.unk_token',
      (json) => {
        sentencePiece(json);
        json.pre_tokenizer = null;
        json.model.unk_token = '<none>';
      },
    ],
  ];

  it.each(REFUSED)('%s: tokenizer/%s naming %s', (_, code, field, change) => {
    const json = rootstock();
    change(json);
    const thrown = thrownBy(() => loadTokenizer(json));
    expect(thrown.code).toBe(`tokenizer/${code}`);
    expect(thrown.details.field).toBe(field);
    expect(thrown.message).toContain(field);
  });

  it.each([null, 3, 'text', [], {}, { model: null }])('a file that is no tokenizer: %j', (json) => {
    expect(thrownBy(() => loadTokenizer(json)).code).toBe('tokenizer/invalid');
  });

  it('sequences that nest without end', () => {
    let nested: Json = { type: 'NFC' };
    for (let depth = 0; depth < 5000; depth++) nested = { type: 'Sequence', normalizers: [nested] };
    expect(thrownBy(() => loadTokenizer({ ...rootstock(), normalizer: nested })).code).toBe('tokenizer/invalid');
  });

  it('an id that no token has, when decoding', () => {
    expect(thrownBy(() => loadTokenizer(rootstock()).decode([4096])).code).toBe('tokenizer/unknown-id');
  });
});

function thrownBy(action: () => unknown): LabError {
  try {
    action();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
