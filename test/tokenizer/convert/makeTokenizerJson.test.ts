// A tokenizer.json made of other files is one that the Rust library reads with the codec's ids; what it cannot be made of
// is refused with the true reason. (Against transformers itself: test/interop/test_made_tokenizers.py.)
import { readFileSync } from 'node:fs';
import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/error';
import { memoryTree } from '../../../src/checkpoint/index';
import { openTokenizerFolder, openTokenizerModel } from '../../../src/lab/index';
import { extendSentencePieceModel, loadTokenizer, makeTokenizerJson } from '../../../src/tokenizer/index';
import { ModelType, PieceType } from '../../../src/tokenizer/convert/sentencePieceFile';
import { mutatedBytes } from '../../support/mutations';
import { labErrorOf, seeded } from '../../checkpoint/writeBytes';
import { AWKWARD } from '../awkwardStrings';
import { rustEncode, rustTokenizer } from '../rust';
import { sentencePieceBytes, smallPieces } from './sentencePieceBytes';

const rootstock = JSON.parse(readFileSync('public/models/rootstock/tokenizer.json', 'utf8')) as {
  model: { vocab: Record<string, number>; merges: (string | [string, string])[] };
};
const vocabJson = JSON.stringify(rootstock.model.vocab);
const mergesText = `#version: 0.2\n${rootstock.model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))).join('\n')}\n`;
const model = sentencePieceBytes(smallPieces);
const config = (fields: Readonly<Record<string, unknown>>) => ({ 'tokenizer_config.json': JSON.stringify(fields) });
const byteLevel = { 'vocab.json': vocabJson, 'merges.txt': mergesText };

const made = (...parts: Parameters<typeof makeTokenizerJson>) => {
  const { files } = makeTokenizerJson(...parts)!;
  const text = files['tokenizer.json']!;
  const codec = loadTokenizer(
    JSON.parse(text),
    JSON.parse(files['tokenizer_config.json'] ?? parts[0]['tokenizer_config.json']!),
  );
  return { codec, text };
};

describe('a made tokenizer.json', () => {
  it.each<[string, Parameters<typeof makeTokenizerJson>]>([
    ['Llama', [{}, model, 'llama']],
    [
      'Llama with a space before every stretch',
      [config({ tokenizer_class: 'LlamaTokenizer', legacy: true, add_bos_token: true }), model, 'llama'],
    ],
    [
      'Llama without a space',
      [config({ tokenizer_class: 'LlamaTokenizerFast', add_prefix_space: false }), model, undefined],
    ],
    [
      'Gemma',
      [config({ tokenizer_class: 'GemmaTokenizer', add_bos_token: true, bos_token: '<s>' }), model, 'gemma3_text'],
    ],
    ['GPT-2', [byteLevel, undefined, 'gpt2']],
    [
      'GPT-2 with a space, a beginning and an end',
      [
        {
          ...byteLevel,
          ...config({
            tokenizer_class: 'GPT2Tokenizer',
            add_prefix_space: true,
            add_bos_token: true,
            add_eos_token: true,
          }),
        },
        undefined,
        'llama',
      ],
    ],
    ['Qwen', [byteLevel, undefined, 'qwen3']],
    ['NeoX', [byteLevel, undefined, 'gpt_neox']],
  ])('of %s is read by the Rust library with the same ids', async (_, parts) => {
    const { codec, text } = made(...parts);
    const oracle = rustTokenizer(text);
    for (const sample of [...Object.values(AWKWARD), 'abc  abc</s> abc<|endoftext|> abc']) {
      for (const special of [false, true]) {
        const expected = await rustEncode(oracle, sample, special);
        const { ids } = codec.encode(sample, { specialTokens: special });
        expect(Array.from(ids)).toEqual(expected.ids);
        expect(codec.decode(ids)).toBe(await oracle.decode(expected.ids, false));
      }
    }
  });

  it('ranks merges by score, runs of spaces last', () => {
    const { codec } = made({}, model, 'llama');
    const pieces = (text: string) => Array.from(codec.encode(text).ids, (id) => codec.piece(id));
    expect(pieces('abc')).toEqual(['\u2581abc']);
    expect(pieces('a  a')).toEqual(['\u2581a', '\u2581', '\u2581a']);
    expect(pieces('x')).toEqual(['\u2581', '<0x78>']);
  });

  it('takes no space before a text where the model itself takes none', () => {
    const { codec } = made({}, sentencePieceBytes(smallPieces, { addDummyPrefix: false }), 'llama');
    expect(codec.piece(codec.encode('a').ids[0]!)).toBe('a');
  });

  it.each<
    [string, Readonly<Record<string, unknown>>, Readonly<Record<string, string>>, readonly [string, number, boolean][]]
  >([
    [
      'tokenizer_config.json',
      {
        added_tokens_decoder: { 267: { content: '<|user|>', special: true }, 268: { content: '<tool>', lstrip: true } },
      },
      {},
      [
        ['<|user|>', 267, true],
        ['<tool>', 268, false],
      ],
    ],
    [
      'added_tokens.json',
      { pad_token: '<pad>' },
      { 'added_tokens.json': '{"<pad>": 267, "<tool>": 268}' },
      [
        ['<pad>', 267, true],
        ['<tool>', 268, false],
      ],
    ],
    [
      'special_tokens_map.json',
      {},
      { 'special_tokens_map.json': '{"pad_token": {"content": "<pad>"}}' },
      [['<pad>', 267, true]],
    ],
    [
      'ids behind a gap',
      { added_tokens_decoder: { 300: { content: '<far>', special: true } } },
      {},
      [['<far>', 300, true]],
    ],
  ])('has the added tokens of %s', async (_, fields, files, expected) => {
    const { codec, text } = made(
      { ...config({ tokenizer_class: 'LlamaTokenizer', ...fields }), ...files },
      model,
      'llama',
    );
    for (const [content, id, special] of expected) {
      expect(codec.addedTokens.find((token) => token.content === content)).toMatchObject({ id, special });
      expect(rustTokenizer(text).tokenToId(content)).toBe(id);
    }
  });

  it('is what a folder opens with, and its tokenizer.model can be extended beside it', async () => {
    const folder = memoryTree('spm', {
      'tokenizer.model': model,
      'config.json': JSON.stringify({ model_type: 'llama', vocab_size: 267, hidden_size: 8, num_hidden_layers: 1 }),
    });
    const { tokenizer, checkpoint, summary } = await openTokenizerModel(folder);
    expect(summary.embeddingRows).toBe(267);
    expect(checkpoint.tokenizerFiles['tokenizer.json']).toBeDefined();
    expect(tokenizer.special).toMatchObject({ bos: 1, eos: 2, unknown: 0 });
    expect(extendSentencePieceModel(model, tokenizer)).toBe(model);
  });
});

describe('what no tokenizer.json can be made of', () => {
  const tree = (files: Readonly<Record<string, string | Uint8Array>>) => openTokenizerFolder(memoryTree('bare', files));
  it.each<[string, Readonly<Record<string, string | Uint8Array>>, string, string]>([
    [
      'a Unigram model',
      { 'tokenizer.model': sentencePieceBytes(smallPieces, { modelType: ModelType.unigram }) },
      'tokenizer/unsupported',
      'is a Unigram model',
    ],
    [
      'a model of words',
      { 'tokenizer.model': sentencePieceBytes(smallPieces, { modelType: 3 }) },
      'tokenizer/unsupported',
      'of the kind 3',
    ],
    [
      'a tiktoken vocabulary',
      { 'tokenizer.model': 'IQ== 0\nIg== 1\nIw== 2\n' },
      'tokenizer/unsupported',
      'is a tiktoken vocabulary',
    ],
    [
      'a class of other rules',
      { 'tokenizer.model': model, ...config({ tokenizer_class: 'InternLM2Tokenizer' }) },
      'tokenizer/unsupported',
      '`InternLM2Tokenizer`',
    ],
    [
      'a Git LFS pointer',
      { 'tokenizer.model': 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n' },
      'tokenizer/pointer',
      'tokenizer.model is a pointer of Git LFS to a file of 1 bytes',
    ],
    [
      'a piece that stands twice',
      { 'tokenizer.model': sentencePieceBytes([...smallPieces, ['a', -9]]) },
      'tokenizer/invalid',
      '"a" at ids 263 and 267',
    ],
    ['merges without a class', { ...byteLevel }, 'tokenizer/unsupported', 'do not say how'],
    [
      'merges of a class of other rules',
      { ...byteLevel, ...config({ tokenizer_class: 'RobertaTokenizer' }) },
      'tokenizer/unsupported',
      '`RobertaTokenizer`',
    ],
    [
      'merges of another vocabulary',
      { 'vocab.json': '{"a":0,"b":1}', 'merges.txt': '#version: 0.2\na b\n', 'config.json': '{"model_type":"gpt2"}' },
      'tokenizer/invalid',
      'Line 2 of merges.txt',
    ],
    [
      'a line that is no merge',
      { 'vocab.json': vocabJson, 'merges.txt': 'a b c\n', 'config.json': '{"model_type":"gpt2"}' },
      'tokenizer/invalid',
      'Line 1 of merges.txt',
    ],
    ['a vocabulary without merges', { 'vocab.json': vocabJson }, 'checkpoint/missing-file', '`merges.txt`'],
    [
      'ids that are none',
      { 'vocab.json': '{"a":-1}', 'merges.txt': '', 'config.json': '{"model_type":"gpt2"}' },
      'tokenizer/invalid',
      'the id -1',
    ],
    [
      'two tokens of one id',
      { 'tokenizer.model': model, ...config({ added_tokens_decoder: { 5: { content: '<x>' } } }) },
      'tokenizer/invalid',
      'id 5 to both',
    ],
    ['nothing', { 'config.json': '{}' }, 'checkpoint/missing-file', 'nothing that one is made of'],
  ])('is refused with the true reason: %s', async (_, files, code, part) => {
    const error = await labErrorOf(tree(files));
    expect(error.code).toBe(code);
    expect(error.message).toContain(part);
  });

  it('and thousands of mutations end in an error or a tokenizer', () => {
    const unused = PieceType.unused;
    const small = sentencePieceBytes([...smallPieces.slice(0, 3), ...smallPieces.slice(259), ['<pad>', 0, unused]]);
    const merges = new TextEncoder().encode('#version: 0.2\na b\nab c\n');
    const vocab = '{"a":0,"b":1,"c":2,"ab":3,"abc":4}';
    const allowed = (make: () => unknown) => {
      try {
        make();
      } catch (error) {
        if (!(error instanceof LabError)) throw error;
      }
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        allowed(() => made({}, mutatedBytes(small, seeded(seed)), 'llama').codec.encode('abc a b'));
        allowed(() =>
          made(
            { 'vocab.json': vocab, 'merges.txt': new TextDecoder().decode(mutatedBytes(merges, seeded(seed))) },
            undefined,
            'gpt2',
          ).codec.encode('abc'),
        );
      }),
      { numRuns: 5000 },
    );
  });
});
