// tokenizer.json rebuilt from GGUF metadata gives the ids of the tokenizer that the metadata was made of, on published
// tokenizers and on the strings that tell tokenizers apart. The metadata is made here as llama.cpp's converter makes it.
import { describe, expect, it } from 'vitest';
import { realTokenizerFiles, type RealTokenizerName } from '../../../scripts/testing/realTokenizers.mjs';
import { bytesSource } from '../../../src/checkpoint/index';
import { readGgufHeader } from '../../../src/checkpoint/gguf/header';
import { tokenizerFiles } from '../../../src/checkpoint/gguf/tokenizer';
import { folderTree, pathTree } from '../../../src/checkpoint/node';
import { openModel, openTokenizer } from '../../../src/lab/index';
import { llamaCppHash, type Tokenizer } from '../../../src/tokenizer/index';
import { AWKWARD } from '../../tokenizer/awkwardStrings';
import { tinyTokenizer } from './tinyGguf';
import { llama2Metadata, metadataOf, tokenizerJson, type TokenizerJson } from './tokenizerMetadata';
import { writeGguf, type MetadataToWrite } from './writeGguf';

async function rebuilt(metadata: Readonly<Record<string, MetadataToWrite>>, rows: number): Promise<Tokenizer> {
  const header = await readGgufHeader(bytesSource('model.gguf', writeGguf(metadata)));
  return openTokenizer({ name: 'model', tokenizerFiles: tokenizerFiles(header.metadata, rows) });
}

function jsonOf(name: RealTokenizerName): { json: TokenizerJson; original: Tokenizer } {
  return {
    json: tokenizerJson(name),
    original: openTokenizer({ name, tokenizerFiles: realTokenizerFiles(name) }),
  };
}

function expectSameIds(made: Tokenizer, original: Tokenizer): void {
  expect([made.length, made.largestId]).toEqual([original.length, original.largestId]);
  for (const [what, text] of Object.entries(AWKWARD)) {
    for (const specialTokens of [false, true]) {
      const ids = made.encode(text, { specialTokens }).ids;
      expect(Array.from(ids), what).toEqual(Array.from(original.encode(text, { specialTokens }).ids));
      expect(made.decode(ids), what).toBe(original.decode(ids));
    }
  }
}

const textMerges = (json: TokenizerJson): string[] =>
  json.model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));

describe('a byte-level tokenizer from GGUF', () => {
  it.each<[RealTokenizerName, string, number, Record<string, MetadataToWrite>]>([
    ['llama3', 'llama-bpe', 128256, { 'tokenizer.ggml.add_bos_token': false }],
    ['qwen3', 'qwen2', 151936, { 'tokenizer.ggml.add_bos_token': false }],
  ])('has the ids of %s', async (name, pre, rows, more) => {
    const { json, original } = jsonOf(name);
    const metadata = metadataOf(json, rows, {
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': pre,
      'tokenizer.ggml.merges': textMerges(json),
      ...more,
    });
    const made = await rebuilt(metadata, rows);
    expectSameIds(made, original);
    expect(await llamaCppHash(made)).toBe(await llamaCppHash(original));
  });

  it('begins with the token that llama.cpp puts there where a file does not say', async () => {
    const starts = async (pre: string, more: Record<string, MetadataToWrite> = {}) => {
      const metadata = { ...tinyTokenizer, 'tokenizer.ggml.pre': pre, ...more };
      return Array.from((await rebuilt(metadata, 12)).encode('ab', { specialTokens: true }).ids);
    };
    expect(await starts('gpt-2')).toEqual([5]);
    expect(await starts('llama-bpe')).toEqual([0, 5]);
    expect(await starts('llama-bpe', { 'tokenizer.ggml.add_bos_token': false })).toEqual([5]);
    expect(await starts('gpt-2', { 'tokenizer.ggml.add_eos_token': true })).toEqual([5, 0]);
  });

  it.each([
    ['gpt-2', 'abcd 1234', ['abcd', ' 1234']],
    ['smollm', 'abcd 1234', ['abcd', ' ', '1', '2', '3', '4']],
    ['llama-bpe', 'abcd 1234', ['abcd', ' ', '123', '4']],
    ['qwen2', 'abcd 1234', ['abcd', ' ', '1', '2', '3', '4']],
    // llama.cpp's own: what no expression takes stays whole, and three digits are cut out of more.
    ['default', 'a,b 1234', ['a', ',', 'b', ' ', '123', '4']],
  ])('cuts by the rules of %s', async (pre, text, words) => {
    const tokenizer = await rebuilt({ ...tinyTokenizer, 'tokenizer.ggml.pre': pre }, 12);
    expect(tokenizer.preTokenize(text).map(({ start, end }) => text.slice(start, end))).toEqual(words);
  });
});

describe('a SentencePiece-style tokenizer from GGUF', () => {
  it('whose pieces all have one score is refused: their order cannot be known', async () => {
    const metadata = { ...llama2Metadata(), 'tokenizer.ggml.scores': new Float32Array(32000).fill(-1000) };
    await expect(rebuilt(metadata, 32000)).rejects.toMatchObject({
      code: 'checkpoint/gguf-unsupported',
      message: expect.stringMatching(/gives all its \d+ merged pieces one score/) as string,
    });
  });

  it('has the ids of a tokenizer of 32,000 pieces, its merges found again from scores', async () => {
    expectSameIds(await rebuilt(llama2Metadata(), 32000), jsonOf('llama2').original);
  });

  it('has the ids of gemma3, with its user-defined runs of spaces and newlines', async () => {
    const { json, original } = jsonOf('gemma3');
    const rows = 262208;
    const metadata = metadataOf(json, rows, {});
    // The converter writes user-defined pieces with their spaces as spaces, and one score for all of them.
    const tokens = [...(metadata['tokenizer.ggml.tokens'] as string[])];
    const kinds = metadata['tokenizer.ggml.token_type'] as Int32Array;
    const scores = new Float32Array(rows).fill(-1e6);
    json.model.merges.forEach((merge, rank) => {
      const id = json.model.vocab[typeof merge === 'string' ? merge.replace(' ', '') : merge.join('')]!;
      if (scores[id] === -1e6) scores[id] = -rank;
    });
    kinds.forEach((kind, id) => {
      if (kind !== 4) return;
      tokens[id] = tokens[id]!.replaceAll('\u2581', ' ');
      scores[id] = -1000;
    });
    const made = await rebuilt(
      {
        ...metadata,
        'tokenizer.ggml.tokens': tokens,
        'tokenizer.ggml.model': 'llama',
        'tokenizer.ggml.scores': scores,
        'tokenizer.ggml.add_space_prefix': false,
        'tokenizer.ggml.bos_token_id': { u32: 2 },
        'tokenizer.ggml.unknown_token_id': { u32: 3 },
      },
      rows,
    );
    expectSameIds(made, original);
  });
});

describe('the tokenizer of a file that llama.cpp converted', () => {
  it('has the ids of the folder beside it: stories260K.gguf', async () => {
    const folder = await openModel(await folderTree('test/fixtures/stories260K'), 'folder');
    const file = await openModel(await pathTree('test/fixtures/stories260K/stories260K.gguf'), 'folder');
    expectSameIds(file.tokenizer, folder.tokenizer);
  });
});
