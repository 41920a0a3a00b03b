// An extended tokenizer's files load elsewhere with the ids they have here, and no old id moves.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  continueBpe,
  countWords,
  extendTokenizer,
  loadTokenizer,
  type NewToken,
  type TokenizerFiles,
} from '../../../src/tokenizer/index';
import { AWKWARD } from '../awkwardStrings';
import { rustEncode, rustTokenizer } from '../rust';
import { CORPORA } from '../smallCorpora';

const ROOTSTOCK = 'public/models/rootstock/tokenizer.json';
const STORIES = 'test/fixtures/stories260K/tokenizer.json';

async function learn(json: string, newTokens = 100): Promise<readonly NewToken[]> {
  const tokenizer = loadTokenizer(JSON.parse(json));
  const words = await countWords(tokenizer, CORPORA.molecules!);
  return (await continueBpe(tokenizer, words, { newTokens })).tokens;
}

async function expectEqualToRust(files: TokenizerFiles, texts: readonly string[]): Promise<void> {
  const { tokenizer } = extendTokenizer(files, []);
  const oracle = rustTokenizer(files['tokenizer.json']);
  for (const text of texts) {
    expect(Array.from(tokenizer.encode(text).ids)).toEqual((await rustEncode(oracle, text)).ids);
  }
}

const TEXTS = [...CORPORA.molecules!.slice(0, 100), ...Object.values(AWKWARD)];

describe('extendTokenizer', () => {
  it('writes a file that the Rust library reads with the same ids, new tokens among them', async () => {
    const json = readFileSync(ROOTSTOCK, 'utf8');
    const tokens = await learn(json);
    const { files, tokenizer } = extendTokenizer({ 'tokenizer.json': json }, tokens);
    await expectEqualToRust(files, TEXTS);
    const used = new Set(TEXTS.flatMap((text) => Array.from(tokenizer.encode(text).ids)));
    expect(tokens.filter((token) => used.has(token.id)).length).toBeGreaterThan(30);
    expect(tokenizer.length).toBe(4196);
    expect(rustTokenizer(files['tokenizer.json']).getVocabSize(true)).toBe(4196);
  });

  it('keeps every old id and everything else of the file', async () => {
    const json = readFileSync(ROOTSTOCK, 'utf8');
    const { files } = extendTokenizer({ 'tokenizer.json': json }, await learn(json));
    const before = JSON.parse(json);
    const after = JSON.parse(files['tokenizer.json']);
    expect(after.model.vocab).toMatchObject(before.model.vocab);
    expect(after.model.merges.slice(0, before.model.merges.length)).toEqual(before.model.merges);
    delete before.model;
    delete after.model;
    expect(after).toEqual(before);
    expect(extendTokenizer({ 'tokenizer.json': json }, []).files['tokenizer.json']).toBe(json);
  });

  it('keeps the ids of added tokens that stand after the vocabulary, as in Llama 3', async () => {
    const json = JSON.parse(readFileSync(ROOTSTOCK, 'utf8'));
    ['<|begin|>', '<|end|>'].forEach((content, index) =>
      json.added_tokens.push({ ...json.added_tokens[0], id: 4096 + index, content }),
    );
    const text = JSON.stringify(json);
    const tokens = await learn(text);
    expect(tokens[0]!.id).toBe(4098);
    const { files, tokenizer } = extendTokenizer({ 'tokenizer.json': text }, tokens);
    const oracle = rustTokenizer(files['tokenizer.json']);
    expect(oracle.tokenToId('<|begin|>')).toBe(4096);
    expect(oracle.tokenToId('<|end|>')).toBe(4097);
    expect(tokenizer.length).toBe(4198);
    await expectEqualToRust(files, [...TEXTS, '<|begin|>CC(=O)O<|end|>']);
    // Without the entries in the vocabulary the library would renumber them.
    const trap = JSON.parse(files['tokenizer.json']);
    delete trap.model.vocab['<|begin|>'];
    delete trap.model.vocab['<|end|>'];
    expect(rustTokenizer(JSON.stringify(trap)).tokenToId('<|begin|>')).not.toBe(4096);
  });

  it('writes merges as the file writes them', async () => {
    const json = JSON.parse(readFileSync(ROOTSTOCK, 'utf8'));
    json.model.merges = json.model.merges.map((pair: string[]) => pair.join(' '));
    const text = JSON.stringify(json);
    const { files } = extendTokenizer({ 'tokenizer.json': text }, await learn(text));
    const merges: unknown[] = JSON.parse(files['tokenizer.json']).model.merges;
    expect(merges.every((merge) => typeof merge === 'string')).toBe(true);
    expect(files['tokenizer.json']).not.toContain('\n');
    await expectEqualToRust(files, TEXTS);
  });

  it('carries vocab.json, merges.txt and the configuration along', async () => {
    const json = readFileSync(ROOTSTOCK, 'utf8');
    const { model } = JSON.parse(json);
    const config = JSON.stringify({ bos_token: '<|endoftext|>', vocab_size: 4096 }, null, 2);
    const tokens = await learn(json, 10);
    const { files, tokenizer } = extendTokenizer(
      {
        'tokenizer.json': json,
        'tokenizer_config.json': config,
        'special_tokens_map.json': '{"bos_token": "<|endoftext|>"}\n',
        'vocab.json': JSON.stringify(model.vocab),
        'merges.txt': `#version: 0.2\n${model.merges.map((pair: string[]) => pair.join(' ')).join('\n')}\n`,
      },
      tokens,
    );
    const extended = JSON.parse(files['tokenizer.json']).model;
    expect(JSON.parse(files['vocab.json']!)).toEqual(extended.vocab);
    expect(files['merges.txt']!.trimEnd().split('\n').slice(1)).toEqual(
      extended.merges.map((pair: string[]) => pair.join(' ')),
    );
    expect(JSON.parse(files['tokenizer_config.json']!)).toEqual({ bos_token: '<|endoftext|>', vocab_size: 4106 });
    expect(files['special_tokens_map.json']).toBe('{"bos_token": "<|endoftext|>"}\n');
    expect(tokenizer.special.bos).toBe(0);
  });

  it('writes added tokens wherever the folder lists them', () => {
    const json = readFileSync(ROOTSTOCK, 'utf8');
    const { files, tokenizer } = extendTokenizer(
      {
        'tokenizer.json': json,
        'tokenizer_config.json': JSON.stringify({ added_tokens_decoder: { '0': { content: '<|endoftext|>' } } }),
        'added_tokens.json': '{"<|endoftext|>": 0}',
      },
      [{ kind: 'added', id: 4096, piece: '[C@@H]' }],
    );
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
    expect(JSON.parse(files['tokenizer.json']).added_tokens.at(-1)).toEqual({ id: 4096, content: '[C@@H]', ...flags });
    expect(JSON.parse(files['tokenizer_config.json']!).added_tokens_decoder['4096']).toEqual({
      content: '[C@@H]',
      ...flags,
    });
    expect(JSON.parse(files['added_tokens.json']!)).toEqual({ '<|endoftext|>': 0, '[C@@H]': 4096 });
    expect(Array.from(tokenizer.encode('[C@@H]').ids)).toEqual([4096]);
  });

  it.each([
    ['an id that is taken', { id: 4095, piece: 'zq', left: 1, right: 2 }],
    ['a piece that exists', { id: 4096, piece: 'he', left: 1, right: 2 }],
    ['a merge that makes another piece', { id: 4096, piece: 'zq', left: 1, right: 2 }],
  ])('refuses %s', (_, piece) => {
    const json = readFileSync(ROOTSTOCK, 'utf8');
    expect(() => extendTokenizer({ 'tokenizer.json': json }, [{ kind: 'merge', ...piece }])).toThrowError(
      expect.objectContaining({ code: 'tokenizer/invalid' }),
    );
  });

  it('refuses a file that is no JSON, by its name', () => {
    expect(() => extendTokenizer({ 'tokenizer.json': '{"model":' }, [])).toThrowError(/tokenizer\.json is not JSON/);
  });

  it('refuses a pointer of Git LFS, with the size of the file it stands for', () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 7031645\n`;
    expect(() => extendTokenizer({ 'tokenizer.json': pointer }, [])).toThrowError(
      expect.objectContaining({
        code: 'tokenizer/pointer',
        message: 'tokenizer.json is a pointer of Git LFS to a file of 7031645 bytes, not that file.',
        hint: expect.stringContaining('git lfs pull') as string,
      }),
    );
  });

  it('extends a SentencePiece-style file', async () => {
    const json = readFileSync(STORIES, 'utf8');
    const { files, tokenizer } = extendTokenizer({ 'tokenizer.json': json }, await learn(json));
    expect(tokenizer.length).toBe(612);
    await expectEqualToRust(files, TEXTS);
    expect(typeof JSON.parse(files['tokenizer.json']).model.merges.at(-1)).toBe('string');
  });
});
