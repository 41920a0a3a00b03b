// Rows that no token has are named by converters in their own ways; whatever the name, they are the model's spare rows. And
// what older files leave out: kinds of tokens, ids of special tokens, the text of a token.
import { describe, expect, it } from 'vitest';
import { bytesSource, treeOf } from '../../../src/checkpoint/index';
import { openModel, type LoadedModel } from '../../../src/lab/index';
import { inspectModel } from '../../../src/lab/open/inspect';
import { labErrorOf } from '../writeBytes';
import { tiny, tinyGguf, tinyTokenizer } from './tinyGguf';
import type { MetadataToWrite } from './writeGguf';

const tokens = tinyTokenizer['tokenizer.ggml.tokens'] as readonly string[];
const real = tokens.slice(0, 10);

function opened(changes: Readonly<Record<string, MetadataToWrite | undefined>>): Promise<LoadedModel> {
  const bytes = tinyGguf('llama', changes);
  return openModel(treeOf('tiny', new Map([['tiny.gguf', bytesSource('tiny.gguf', bytes)]])), 'folder');
}

const kindsOf = (kind: number): Int32Array => Int32Array.of(3, ...real.slice(1).map(() => 1), kind, kind);

const pieces: Readonly<Record<string, MetadataToWrite | undefined>> = {
  'tokenizer.ggml.model': 'llama',
  'tokenizer.ggml.pre': undefined,
  'tokenizer.ggml.merges': undefined,
  'tokenizer.ggml.add_space_prefix': false,
  'tokenizer.ggml.tokens': [
    '<unk>',
    '<s>',
    '</s>',
    '<0x61>',
    '<0x62>',
    '\u2581',
    'c',
    'd',
    'cd',
    '\u2581c',
    '[PAD1]',
    '[PAD2]',
  ],
  'tokenizer.ggml.token_type': Int32Array.of(2, 3, 3, 6, 6, 1, 1, 1, 1, 1, 5, 5),
  'tokenizer.ggml.scores': Float32Array.of(0, 0, 0, 0, 0, -1, -2, -3, -4, -5, -1000, -1000),
  'tokenizer.ggml.bos_token_id': { u32: 1 },
  'tokenizer.ggml.eos_token_id': { u32: 2 },
  'tokenizer.ggml.unknown_token_id': { u32: 0 },
};

describe('placeholders of converters are spare rows', () => {
  it.each<[string, readonly [string, string], number]>([
    ['unused, by id', ['[PAD10]', '[PAD11]'], 5],
    ['user-defined, by id (before 2024)', ['[PAD10]', '[PAD11]'], 4],
    ['normal, by id', ['[PAD10]', '[PAD11]'], 1],
    ['user-defined, counted from 1 (convert.py --pad-vocab)', ['<dummy00001>', '<dummy00002>'], 4],
    ['control, counted from 1', ['<dummy00001>', '<dummy00002>'], 3],
    ['unused, counted from 1 (SentencePiece folders)', ['[PAD1]', '[PAD2]'], 5],
    ['counted from 0', ['<pad0>', '<pad1>'], 4],
    ['empty', ['', ''], 1],
  ])('%s', async (_, names, kind) => {
    const model = await opened({
      'tokenizer.ggml.tokens': [...real, ...names],
      'tokenizer.ggml.token_type': kindsOf(kind),
    });
    expect(inspectModel(model).rows).toMatchObject({ idsEnd: 10, embeddingRows: tiny.rows, spareRows: 2 });
    expect(model.tokenizer.length).toBe(10);
    expect(Array.from(model.tokenizer.encode('abcd').ids)).toEqual([7]);
  });

  it.each<[string, readonly [string, string]]>([
    ['a number that is not its id', ['[PAD7]', '[PAD9]']],
    ['one that stands before a token', ['<dummy00001>', '<|user|>']],
    ['none at all', ['[PAD]', '<pad>']],
    ['a run that counts from a number of its own', ['<dummy00041>', '<dummy00042>']],
  ])('and tokens that only look like them are tokens: %s', async (_, names) => {
    const model = await opened({
      'tokenizer.ggml.tokens': [...real, ...names],
      'tokenizer.ggml.token_type': kindsOf(4),
    });
    expect(inspectModel(model).rows).toMatchObject({ idsEnd: 12, spareRows: 0 });
    expect(Array.from(model.tokenizer.encode(names[0]).ids)).toEqual([10]);
  });
});

describe('what older files leave out', () => {
  const texts = ['cd c', 'ab', 'acdb', ' c'];
  const idsOf = (model: LoadedModel) =>
    texts.map((text) => Array.from(model.tokenizer.encode(text, { specialTokens: true }).ids));

  it.each<[string, Readonly<Record<string, MetadataToWrite | undefined>>]>([
    ['the kinds of tokens', { 'tokenizer.ggml.token_type': undefined }],
    [
      'the ids of special tokens',
      {
        'tokenizer.ggml.bos_token_id': undefined,
        'tokenizer.ggml.eos_token_id': undefined,
        'tokenizer.ggml.unknown_token_id': undefined,
      },
    ],
    [
      'both',
      {
        'tokenizer.ggml.token_type': undefined,
        'tokenizer.ggml.bos_token_id': undefined,
        'tokenizer.ggml.eos_token_id': undefined,
        'tokenizer.ggml.unknown_token_id': undefined,
      },
    ],
    ['the name of the text\u2019s cutting, which SentencePiece has none of', { 'tokenizer.ggml.pre': 'default' }],
  ])('%s', async (_, missing) => {
    const whole = await opened(pieces);
    const model = await opened({ ...pieces, ...missing });
    expect(idsOf(model)).toEqual(idsOf(whole));
    expect(model.tokenizer.special).toEqual(whole.tokenizer.special);
    expect(inspectModel(model).rows).toEqual(inspectModel(whole).rows);
    expect(idsOf(whole)[1]).toEqual([1, 3, 4]);
  });

  it('an empty token amid others has a row and no text', async () => {
    const some = [...tokens];
    some[9] = '';
    const model = await opened({ 'tokenizer.ggml.tokens': some });
    expect(model.tokenizer.hasId(9)).toBe(false);
    expect(inspectModel(model).rows).toMatchObject({ embeddingRows: tiny.rows });
  });

  it('a file of placeholders alone has no tokens', async () => {
    const none = tokens.map((_, id) => `[PAD${id}]`);
    expect((await labErrorOf(opened({ 'tokenizer.ggml.tokens': none, 'tokenizer.ggml.merges': [] }))).code).toBe(
      'checkpoint/gguf-metadata',
    );
  });
});
