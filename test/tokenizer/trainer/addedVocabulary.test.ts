// Frequent words as added tokens, on byte-level tokenizers: what the decoder would take for bytes is left out by name, and
// everything else goes in. The refusals are proven on the Rust library.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { realTokenizerFiles } from '../../../scripts/testing/realTokenizers.mjs';
import { learnVocabulary, loadTokenizer, type Tokenizer } from '../../../src/tokenizer/index';
import { rustTokenizer } from '../rust';
import { added } from '../addedTokenJson';

const qwen3 = realTokenizerFiles('qwen3')['tokenizer.json'];
const rootstock = readFileSync('public/models/rootstock/tokenizer.json', 'utf8');
const english = ['receptor', 'benzene', 'toluene', 'catalyst'];

const sentences = (words: readonly string[]): string[] =>
  Array.from(
    { length: 60 },
    (_, at) => `the ${words.map((_, index) => words[(at * 3 + index) % words.length]).join(' in ')} of it.`,
  );

const learn = (tokenizer: Tokenizer, words: readonly string[]) =>
  learnVocabulary(tokenizer, sentences(words), { method: 'added', newTokens: 500 });

/** The Rust library with these words as added tokens: what each is decoded as. */
function asRustDecodes(json: string, words: readonly string[]): (word: string) => Promise<string> {
  const file = JSON.parse(json) as { added_tokens: unknown[]; model: { vocab: Record<string, number> } };
  const first = loadTokenizer(file).largestId + 1;
  words.forEach((word, index) => {
    file.model.vocab[word] = first + index;
    file.added_tokens.push(added(first + index, word));
  });
  const oracle = rustTokenizer(JSON.stringify(file));
  return (word) => oracle.decode([first + words.indexOf(word)], false);
}

const FOREIGN: readonly (readonly [what: string, words: readonly string[]])[] = [
  ['one German word', ['Gr\u00f6\u00dfe']],
  ['French and Turkish', ['\u00e9t\u00e9', '\u0130stanbul']],
  [
    'Czech: \u0159 is a letter of the alphabet, \u0165 is none',
    ['p\u0159\u00edklad', '\u010de\u0161tina', 'ob\u0165a\u017een'],
  ],
  ['Spanish and Chinese', ['ma\u00f1ana', '\u6c38\u6052\u7684']],
  ['Polish: \u0119 is, \u0144 is not', ['\u0105\u0119', 'Gda\u0144sk']],
];

describe.each([
  ['qwen3', qwen3],
  ['rootstock', rootstock],
])('%s', (_, json) => {
  const tokenizer = loadTokenizer(JSON.parse(json));
  const notPieces = [...english, ...FOREIGN.flatMap(([, words]) => words)].filter(
    (word) => tokenizer.idOfPiece(word) === undefined,
  );
  const decoded = asRustDecodes(json, notPieces);

  it.each(FOREIGN)('leaves out what would be decoded as bytes, and nothing else: %s', async (_name, foreign) => {
    const { tokens, refused, changed } = await learn(tokenizer, [...english, ...foreign]);
    const wrong: string[] = [];
    const right: string[] = [];
    for (const word of [...english, ...foreign]) {
      if (tokenizer.encode(word).ids.length === 1) continue;
      ((await decoded(word)) === word ? right : wrong).push(word);
    }
    expect(refused.map(({ text }) => text).toSorted()).toEqual(wrong.toSorted());
    for (const word of refused) expect(word.decoded).toBe(await decoded(word.text));
    expect(tokens.map((token) => token.piece)).toEqual(expect.arrayContaining(right));
    expect(changed).toBeNull();
  });

  it('says why where no word is left', async () => {
    const texts = Array.from({ length: 30 }, () => 'Gr\u00f6\u00dfe\n\u00c4\u00f6\u00fc\u00df\u00c4');
    await expect(learnVocabulary(tokenizer, texts, { method: 'added', newTokens: 5 })).rejects.toMatchObject({
      code: 'tokenizer/not-readable-as-added',
      message: expect.stringContaining('\ufffd') as string,
      hint: expect.stringContaining('byte-level alphabet') as string,
    });
  });

  it('adds words in decomposed letters, which the normalizer alone makes otherwise', async () => {
    const { refused, changed } = await learn(tokenizer, [...english, 're\u0301sume\u0301s']);
    expect([refused, changed]).toEqual([[], null]);
  });
});
