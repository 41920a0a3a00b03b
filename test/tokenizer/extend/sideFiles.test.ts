// What is written says the same in all files: whichever of them a reader trusts, it finds the same tokens under the same ids.
import { describe, expect, it } from 'vitest';
import {
  extendTokenizer,
  loadTokenizer,
  type NewPiece,
  type Tokenizer,
  type TokenizerFiles,
  wholeTokenizer,
} from '../../../src/tokenizer/index';
import { filesOf, fixture } from '../addedTokens/outsideCases';
import { rustTokenizer } from '../rust';

const readable = Object.entries(fixture.cases).filter(
  ([name, { transformers5 }]) =>
    transformers5.refused === undefined && !/fraction|negative|many-ids|nocontent/u.test(name),
);

function loadTokenizerFiles(files: TokenizerFiles): Tokenizer {
  const { json, config } = wholeTokenizer(files);
  return loadTokenizer(json, config);
}

function newPieces(first: number, idOf: (piece: string) => number): NewPiece[] {
  return [
    { kind: 'merge', id: first, piece: 'xa', left: idOf('x'), right: idOf('a') },
    { kind: 'added', id: first + 1, piece: 'domain' },
  ];
}

describe('files beside tokenizer.json, extended', () => {
  it.each(readable)('%s', (_, one) => {
    const files = filesOf(one);
    const old = loadTokenizerFiles(files);
    const { files: written, tokenizer } = extendTokenizer(
      files,
      newPieces(old.largestId + 1, (piece) => old.idOfPiece(piece)!),
    );
    expect(tokenizer.length).toBe(old.length + 2);
    expect(tokenizer.largestId).toBe(old.largestId + 2);
    expect(tokenizer.addedTokens.filter(({ content }) => content !== 'domain')).toEqual(
      expect.arrayContaining([...old.addedTokens]),
    );
    expect(tokenizer.special).toEqual(old.special);
    expect(Array.from(tokenizer.encode(fixture.text).ids)).toEqual(Array.from(old.encode(fixture.text).ids));

    const alone = loadTokenizer(JSON.parse(written['tokenizer.json']));
    expect(Object.fromEntries(alone.addedTokens.map((token) => [token.id, token]))).toEqual(
      Object.fromEntries(tokenizer.addedTokens.map((token) => [token.id, token])),
    );
    const rust = rustTokenizer(written['tokenizer.json']);
    for (const { content, id } of tokenizer.addedTokens) expect(rust.tokenToId(content)).toBe(id);

    const config = JSON.parse(written['tokenizer_config.json'] ?? '{}');
    if (config.added_tokens_decoder !== undefined) {
      const decoder: Record<string, { content: string }> = config.added_tokens_decoder;
      expect(Object.entries(decoder).map(([id, { content }]) => [Number(id), content])).toEqual(
        tokenizer.addedTokens.map(({ id, content }) => [id, content]).sort(([a], [b]) => Number(a) - Number(b)),
      );
    }
    for (const [content, id] of Object.entries(JSON.parse(written['added_tokens.json'] ?? '{}'))) {
      expect(tokenizer.idOfPiece(content)).toBe(id);
    }
    for (const value of Object.values(JSON.parse(written['special_tokens_map.json'] ?? '{}')).flat()) {
      const content = typeof value === 'string' ? value : (value as { content?: string } | null)?.content;
      if (content !== undefined) expect(tokenizer.idOfPiece(content)).toBeDefined();
    }
  });

  it('writes what transformers 4 reads, too: its name of the class, and a list under its name', () => {
    const { files } = extendTokenizer(
      {
        'tokenizer.json': JSON.stringify(fixture['tokenizer.json']),
        'tokenizer_config.json': JSON.stringify({
          tokenizer_class: 'TokenizersBackend',
          pad_token: { content: '<pad>', lstrip: true },
          extra_special_tokens: ['<x>', { content: '<y>' }],
        }),
      },
      [],
    );
    expect(JSON.parse(files['tokenizer_config.json']!)).toEqual({
      tokenizer_class: 'PreTrainedTokenizerFast',
      pad_token: '<pad>',
      model_input_names: ['input_ids', 'attention_mask'],
      additional_special_tokens: ['<x>', '<y>'],
    });
    const { content, lstrip } = loadTokenizerFiles(files).addedTokens.find(({ id }) => id === 33)!;
    expect({ content, lstrip }).toEqual({ content: '<pad>', lstrip: true });
  });

  it('leaves files that agree as they are, to the last blank', () => {
    const files = {
      'tokenizer.json': JSON.stringify(fixture['tokenizer.json']),
      'tokenizer_config.json': '{ "added_tokens_decoder": {},  "eos_token": "</s>" }',
      'special_tokens_map.json': '{"additional_special_tokens":   ["<s>"], "eos_token":   "</s>"}',
    };
    const agreeing = { ...files, 'tokenizer_config.json': '{ "additional_special_tokens": ["<s>"],  "x": 1 }' };
    expect(extendTokenizer(agreeing, []).files).toEqual(agreeing);
    expect(
      Object.keys(JSON.parse(extendTokenizer(files, []).files['tokenizer_config.json']!).added_tokens_decoder),
    ).toEqual(['0', '1', '2']);
  });
});
