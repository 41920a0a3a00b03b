// Tokens that stand outside of tokenizer.json are put together as transformers 5.23 does it; the values of the fixture are its
// own, and test/interop/test_outside_tokens.py holds them to it and to 4.57.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  extendTokenizer,
  loadTokenizer,
  type NewPiece,
  type TokenizerFiles,
  wholeTokenizer,
} from '../../../src/tokenizer/index';

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly ids: readonly number[];
  readonly length: number;
}

const fixture = JSON.parse(readFileSync('test/fixtures/outsideTokens.json', 'utf8')) as {
  readonly 'tokenizer.json': unknown;
  readonly cases: readonly Case[];
};

function filesOf(more: Readonly<Record<string, unknown>>): TokenizerFiles {
  const all = { 'tokenizer.json': fixture['tokenizer.json'], ...more };
  const texts = Object.entries(all).map(([name, value]) => [name, JSON.stringify(value)]);
  return Object.fromEntries(texts) as TokenizerFiles;
}

const open = (files: TokenizerFiles) => {
  const whole = wholeTokenizer(files);
  return { ...whole, tokenizer: loadTokenizer(whole.json, whole.config) };
};

describe('tokens outside of tokenizer.json', () => {
  it.each(fixture.cases)('$name', ({ files, text, ids, length }) => {
    const { tokenizer } = open(filesOf(files));
    expect([...tokenizer.encode(text).ids]).toEqual(ids);
    expect(tokenizer.length).toBe(length);
  });

  it.each(fixture.cases)('extended, they keep their ids in every file: $name', ({ files, text, ids, length }) => {
    const before = filesOf(files);
    const { tokenizer: old } = open(before);
    const first = old.largestId + 1;
    const pieces: NewPiece[] = [
      { kind: 'merge', id: first, piece: 'cd', left: 2, right: 3 },
      { kind: 'added', id: first + 1, piece: 'new' },
    ];
    const { files: written } = extendTokenizer(before, pieces);
    const { tokenizer } = open(written);
    expect([...tokenizer.encode(text).ids]).toEqual(ids);
    expect([...tokenizer.encode('cdnew').ids]).toEqual([first, first + 1]);
    expect(tokenizer.length).toBe(length + 2);
    // tokenizer.json alone says it all.
    const alone = loadTokenizer(JSON.parse(written['tokenizer.json']));
    expect([...alone.encode(text).ids]).toEqual(ids);
  });

  it('names the tokens, and those that a file numbers otherwise', () => {
    const hole = fixture.cases.find(({ name }) => name.startsWith('ids with a hole'))!;
    const { outside, renumbered } = open(filesOf(hole.files));
    expect(outside).toEqual(['<a>', '<b>']);
    expect(renumbered).toEqual([
      { content: '<a>', named: 20, id: 14 },
      { content: '<b>', named: 30, id: 15 },
    ]);
    expect(open(filesOf({})).outside).toEqual([]);
  });

  it('knows the roles that special_tokens_map.json names', () => {
    const { tokenizer } = open(filesOf({ 'special_tokens_map.json': { bos_token: '<s>', pad_token: '<a>' } }));
    expect(tokenizer.special).toEqual({ bos: 8, eos: null, unknown: null, padding: 14 });
  });

  const CONFIG = 'tokenizer_config.json';
  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    [
      'a list by id that is none',
      { [CONFIG]: { added_tokens_decoder: [1] } },
      /tokenizer_config\.json: `added_tokens_decoder`/,
    ],
    ['a key that is no id', { [CONFIG]: { added_tokens_decoder: { x: {} } } }, /added_tokens_decoder\["x"\]/],
    ['a key past every id', { [CONFIG]: { added_tokens_decoder: { '99999999999': {} } } }, /99999999999/],
    ['a token without content', { [CONFIG]: { added_tokens_decoder: { '14': { special: true } } } }, /\[14\]\.content/],
    [
      'a flag that is none',
      { [CONFIG]: { added_tokens_decoder: { '14': { content: 'x', lstrip: 3 } } } },
      /\[14\]\.lstrip/,
    ],
    ['a negative id', { 'added_tokens.json': { '<a>': -1 } }, /added_tokens\.json: `"<a>"` is -1/],
    ['a list of numbers', { [CONFIG]: { additional_special_tokens: [4] } }, /additional_special_tokens\[0\]/],
    ['a map that is a list', { 'special_tokens_map.json': [] }, /special_tokens_map\.json is not an object/],
  ])('refuses %s by file and field', (_, files, message) => {
    expect(() => open(filesOf(files))).toThrow(message);
  });
});
