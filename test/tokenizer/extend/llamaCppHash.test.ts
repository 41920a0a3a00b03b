// The hash against those that llama.cpp's converter lists, and whether new tokens change it.
import { describe, expect, it } from 'vitest';
import { realTokenizerFiles, type RealTokenizerName } from '../../../scripts/testing/realTokenizers.mjs';
import { continueBpe, countWords, llamaCppHash, loadTokenizer } from '../../../src/tokenizer/index';

const open = (name: RealTokenizerName) => {
  const files = realTokenizerFiles(name);
  return loadTokenizer(JSON.parse(files['tokenizer.json']), JSON.parse(files['tokenizer_config.json']));
};

describe('the hash of llama.cpp', () => {
  it.each<[RealTokenizerName, string]>([
    ['qwen3', 'e636dc30a262dcc0d8c323492e32ae2b70728f4df7dfe9737d9f920a282b8aea'], // "qwen2"
    ['gpt4o', 'ccc2ef013c104be7bae2965776d611e1d7a8a2a9c547dd93a682c9a9fc80352e'], // "gpt-4o"
  ])('%s is the one it lists', async (name, hash) => {
    expect(await llamaCppHash(open(name))).toBe(hash);
  });

  it('is not asked of SentencePiece-style models', async () => {
    expect(await llamaCppHash(open('llama2'))).toBeNull();
  });

  it('changes with tokens that the probe holds, and only with those', async () => {
    const old = open('qwen3');
    const learned = async (text: string) => {
      const { tokens } = await continueBpe(old, await countWords(old, [text]), { newTokens: 3 });
      return llamaCppHash(old.extended(tokens));
    };
    expect(await learned('zqxjk '.repeat(9))).toBe(await llamaCppHash(old));
    expect(await learned('កាន់តែពិសេសអាច '.repeat(9))).not.toBe(await llamaCppHash(old));
  });
});
