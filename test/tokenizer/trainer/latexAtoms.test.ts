// Commands of LaTeX as tokens: every reader of tokenizer.json finds the same ones, and none is cut by a shorter one.
import { Tokenizer as JavaScriptTokenizer } from '@huggingface/tokenizers';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { realTokenizerFiles } from '../../../scripts/testing/realTokenizers.mjs';
import { extendTokenizer, learnVocabulary, loadTokenizer } from '../../../src/tokenizer/index';
import { rustEncode, rustTokenizer } from '../rust';

const documents = Array.from({ length: 40 }, (_, at) =>
  [
    `\\forall x\\in X: x\\leq ${at}, x \\le y \\left( 2\\alpha \\right)`,
    '\\int_0^\\infty f \\leftarrow g \\\\ \\intercal \\lefteqn{h}',
  ]
    .slice(0, at % 3 === 0 ? 2 : 1)
    .join('\n'),
);
const rare = 'once \\inf and \\lesssim, and \\leftrightarrow';
const texts = [...documents, rare];

const rootstock = readFileSync('public/models/rootstock/tokenizer.json', 'utf8');
const folders: Readonly<Record<string, Readonly<Record<'tokenizer.json' | 'tokenizer_config.json', string>>>> = {
  rootstock: { 'tokenizer.json': rootstock, 'tokenizer_config.json': '{}' },
  llama3: realTokenizerFiles('llama3'),
  llama2: realTokenizerFiles('llama2'),
};

const learn = (json: string, newTokens: number) =>
  learnVocabulary(loadTokenizer(JSON.parse(json)), texts, { method: 'atomic', grammar: 'latex-commands', newTokens });

describe.each(Object.entries(folders))('LaTeX commands as tokens of %s', (_, files) => {
  const json = files['tokenizer.json'];

  it('are found alike by the lab, the Rust library and @huggingface/tokenizers', async () => {
    const { tokens } = await learn(json, 12);
    expect(tokens.length).toBeGreaterThan(4);
    const { files: written, tokenizer } = extendTokenizer(files, tokens);
    const rust = rustTokenizer(written['tokenizer.json']);
    const javaScript = new JavaScriptTokenizer(
      JSON.parse(written['tokenizer.json']) as object,
      JSON.parse(written['tokenizer_config.json'] ?? '{}') as object,
    );
    for (const text of texts) {
      const ids = Array.from(tokenizer.encode(text).ids);
      expect((await rustEncode(rust, text)).ids).toEqual(ids);
      expect(javaScript.encode(text, { add_special_tokens: false }).ids).toEqual(ids);
    }
  });

  it('do not cut a longer command that the texts have twice', async () => {
    for (const newTokens of [1, 2, 3, 5, 8, 12, 40]) {
      const { tokens, shortfall } = await learn(json, newTokens);
      const { tokenizer } = extendTokenizer(files, tokens);
      expect(tokens.length).toBeLessThanOrEqual(newTokens);
      if (newTokens === 40) expect(shortfall?.learned).toBe(tokens.length);
      const chosen = new Set(tokens.map(({ piece }) => piece));
      for (const [command] of documents.join('\n').matchAll(/\\[A-Za-z]+/gu)) {
        const first = tokenizer.encode(command).ids[0]!;
        if (chosen.has(tokenizer.piece(first))) expect(tokenizer.piece(first)).toBe(command);
      }
    }
  });
});
