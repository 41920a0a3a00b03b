// Tokens outside tokenizer.json are read as transformers 5.23 reads them. What it made of every case stands in the fixture;
// test/interop/test_outside_resolution.py makes it anew with the real library, also with transformers 4.
import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/error';
import {
  extendTokenizer,
  loadTokenizer,
  wholeTokenizer,
  type AddedToken,
  type Tokenizer,
  type TokenizerFiles,
} from '../../../src/tokenizer/index';
import { filesOf, fixture } from './outsideCases';

/** Read though transformers refuses them: objects that lack `"__type": "AddedToken"` are tokens all the same. */
const READ_ALL_THE_SAME: Readonly<Record<string, string>> = {
  'pad-obj-notype': '<pad>',
  'extra-list-dict-notype': '<y>',
  'add-list-dict-notype': '<y>',
  'extra-dict-untyped': '<img>',
  'map-addobj': '<x>',
};

/** Refused though transformers takes them: ids that are none, and a token without content. */
const REFUSED_ALL_THE_SAME = [
  'added-json-fraction',
  'addedjson-negative',
  'decoder-negative',
  'decoder-many-ids',
  'decoder-nocontent',
];

function loadTokenizerFiles(files: TokenizerFiles): Tokenizer {
  const { json, config } = wholeTokenizer(files);
  return loadTokenizer(json, config);
}

function shown(token: AddedToken): string[] {
  const flags = {
    single_word: token.singleWord,
    lstrip: token.lstrip,
    rstrip: token.rstrip,
    normalized: token.normalized,
    special: token.special,
  };
  return [token.content, ...Object.entries(flags).flatMap(([name, isSet]) => (isSet ? [name] : []))];
}

describe('tokens outside tokenizer.json', () => {
  it.each(Object.entries(fixture.cases))('%s', (name, one) => {
    const files = filesOf(one);
    const expected = one.transformers5;
    if (name in READ_ALL_THE_SAME) {
      expect(expected.refused).toBe('TypeError');
      const added = loadTokenizerFiles(files).addedTokens.find(({ id }) => id === 33);
      expect(added).toMatchObject({ content: READ_ALL_THE_SAME[name], special: true });
      return;
    }
    if (expected.refused !== undefined || REFUSED_ALL_THE_SAME.includes(name)) {
      const file = Object.keys(files).find((key) => key !== 'tokenizer.json' && files[key as 'vocab.json'] !== '{}')!;
      expect(() => loadTokenizerFiles(files)).toThrow(file);
      return;
    }
    const tokenizer = loadTokenizerFiles(files);
    const added = tokenizer.addedTokens.filter(({ id }) => id > 2).map((token) => [String(token.id), shown(token)]);
    expect(Object.fromEntries(added)).toEqual(expected.added);
    expect(tokenizer.length).toBe(expected.length);
    expect(tokenizer.special).toMatchObject({ bos: expected.bos, eos: expected.eos, padding: expected.pad });
    expect(Array.from(tokenizer.encode(fixture.text).ids)).toEqual(expected.ids);
  });

  it('says which token gets the id of a piece, in a vocabulary with holes', () => {
    const json = JSON.parse(JSON.stringify(fixture['tokenizer.json']));
    delete json.model.vocab.z;
    const files = { 'tokenizer.json': JSON.stringify(json), 'tokenizer_config.json': '{"pad_token":"<pad>"}' };
    expect(() => loadTokenizerFiles(files)).toThrow('gives another piece the id 32');
  });

  it('reads whatever stands in these files, or says by name what it cannot', () => {
    const strange = fc.jsonValue({ maxDepth: 3 });
    const mostly = (usual: fc.Arbitrary<unknown>) =>
      fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: strange });
    const content = fc.oneof(fc.constantFrom('<a>', '<s>', 'the', '', '__proto__', 'constructor'), fc.string());
    const token = fc.record(
      { content: mostly(content), special: mostly(fc.boolean()), lstrip: fc.boolean(), normalized: fc.boolean() },
      { requiredKeys: [] },
    );
    const value = mostly(fc.oneof(content, token));
    const id = mostly(fc.nat({ max: 1e9 - 1 })) as fc.Arbitrary<number>;
    const numbered = fc.dictionary(
      fc.oneof({ weight: 12, arbitrary: fc.nat({ max: 1e9 - 1 }).map(String) }, fc.string()),
      token,
    );
    const config = fc.record(
      {
        pad_token: value,
        image_token: value,
        tokenizer_class: fc.constantFrom('GPT2Tokenizer', 'constructor', 'LlamaTokenizerFast', 5),
        added_tokens_decoder: mostly(numbered),
        additional_special_tokens: mostly(fc.array(value, { maxLength: 3 })),
        extra_special_tokens: mostly(fc.oneof(fc.array(value, { maxLength: 3 }), fc.dictionary(content, value))),
        ['__proto__']: value,
      },
      { requiredKeys: [] },
    );
    const addedTokens = fc.dictionary(content, id, { maxKeys: 3 });
    let read = 0;
    fc.assert(
      fc.property(mostly(config), mostly(config), mostly(addedTokens), (tokenizerConfig, specialTokensMap, added) => {
        const files = {
          'tokenizer.json': JSON.stringify(fixture['tokenizer.json']),
          'tokenizer_config.json': JSON.stringify(tokenizerConfig),
          'special_tokens_map.json': JSON.stringify(specialTokensMap),
          'added_tokens.json': JSON.stringify(added),
        };
        try {
          const tokenizer = loadTokenizerFiles(files);
          const written = loadTokenizerFiles(extendTokenizer(files, []).files);
          expect(written.addedTokens.map(({ content, id }) => [id, content]).sort()).toEqual(
            tokenizer.addedTokens.map(({ content, id }) => [id, content]).sort(),
          );
          read++;
        } catch (error) {
          if (!(error instanceof LabError)) throw error;
          expect(error.message).toMatch(/tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json/u);
        }
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(300);
  });

  it('does not open files that transformers does not open', () => {
    const files = {
      'tokenizer.json': JSON.stringify(fixture['tokenizer.json']),
      'tokenizer_config.json': '{"added_tokens_decoder": {}}',
      'special_tokens_map.json': 'no JSON',
      'added_tokens.json': '[',
    };
    expect(loadTokenizerFiles(files).length).toBe(33);
    const withoutDecoder = { ...files, 'tokenizer_config.json': '{}' };
    expect(() => loadTokenizerFiles(withoutDecoder)).toThrow('special_tokens_map.json is not JSON');
  });
});
