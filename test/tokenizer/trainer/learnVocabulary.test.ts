// The ways to a vocabulary: what each promises, counted again by encoding, and read by the Rust library.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  countBoundaries,
  extendTokenizer,
  grammars,
  learnVocabulary,
  loadTokenizer,
  pruneLeaves,
  type LearnVocabularyOptions,
  type Tokenizer,
} from '../../../src/tokenizer/index';
import { AWKWARD } from '../awkwardStrings';
import { rustEncode, rustTokenizer } from '../rust';
import { CORPORA } from '../smallCorpora';

const rootstock = readFileSync('public/models/rootstock/tokenizer.json', 'utf8');
const stories = readFileSync('test/fixtures/stories260K/tokenizer.json', 'utf8');
const documents = CORPORA.molecules!;
const METHODS: readonly (Omit<LearnVocabularyOptions, 'newTokens'> & { readonly name: string })[] = [
  { name: 'continued', method: 'continued' },
  { name: 'independent', method: 'independent' },
  { name: 'added words', method: 'added' },
  { name: 'atoms of SMILES', method: 'atomic', grammar: 'smiles' },
];

describe.each([
  ['rootstock', rootstock],
  ['stories260K', stories],
])('%s', (_, json) => {
  const old = loadTokenizer(JSON.parse(json));
  describe.each(METHODS)('$name', ({ name: _name, ...method }) => {
    const learning = learnVocabulary(old, documents, { ...method, newTokens: 40 });

    it('learns tokens that are reached by their own text, with ids that go on', async () => {
      const { tokens } = await learning;
      const extended = old.extended(tokens);
      expect(tokens.length).toBeGreaterThan(0);
      expect(tokens.length).toBeLessThanOrEqual(40);
      expect(tokens.map(({ id }) => id)).toEqual(tokens.map((_token, index) => old.largestId + 1 + index));
      for (const { id } of tokens) expect(extended.reaches(id)).toBe(true);
    });

    it('counts tokens, occurrences and documents as encoding again does', async () => {
      const { tokens, trainingTokens } = await learning;
      const extended = old.extended(tokens);
      const encoded = documents.map((text) => extended.encode(text).ids);
      expect(trainingTokens.after).toBe(encoded.reduce((sum, ids) => sum + ids.length, 0));
      expect(trainingTokens.before).toBe(documents.reduce((sum, text) => sum + old.encode(text).ids.length, 0));
      expect(trainingTokens.after).toBeLessThan(trainingTokens.before);
      for (const { id, occurrences, documents: inDocuments } of tokens) {
        expect(occurrences).toBe(encoded.reduce((sum, ids) => sum + ids.filter((other) => other === id).length, 0));
        expect(inDocuments).toBe(encoded.filter((ids) => ids.includes(id)).length);
      }
    });

    it('is written to a file that the Rust library reads with the same ids', async () => {
      const { tokens, changed } = await learning;
      const { files, tokenizer } = extendTokenizer({ 'tokenizer.json': json }, tokens);
      const oracle = rustTokenizer(files['tokenizer.json']);
      for (const text of [...documents.slice(0, 80), ...Object.values(AWKWARD)]) {
        const { ids } = tokenizer.encode(text);
        expect(Array.from(ids)).toEqual((await rustEncode(oracle, text)).ids);
        if (!changed) expect(tokenizer.decode(ids)).toBe(old.decode(old.encode(text).ids));
      }
      // Llama's normalizer puts a space before every stretch of text, also behind an added token.
      expect(changed !== null).toBe(old.family === 'sentencepiece-bpe' && method.method === 'atomic');
      for (let id = 0; id <= old.largestId; id++) if (old.hasId(id)) expect(tokenizer.piece(id)).toBe(old.piece(id));
    });
  });
});

describe('added words', () => {
  const old = loadTokenizer(JSON.parse(rootstock));
  const plain = ['toluene', 'benzene', 'catalyst'];

  it.each([
    // Letters of the byte alphabet: the decoder of byte-level models would read them as bytes.
    ['Größe', false],
    ['ñandú', false],
    ['Æsirþing', false],
    ['überzähligen', false],
    // One letter outside of it, and the word is decoded as it is.
    ['Москва', true],
    ['Größenœuvre', true],
    ['naturwissenschaften', true],
  ])('leave out what would be decoded as other text, and nothing else: %s', async (word, goesIn) => {
    const texts = Array.from({ length: 6 }, (_, n) => [word, ...plain, word, plain[n % 3]].join(' '));
    const { tokens, changed, shortfall } = await learnVocabulary(old, texts, { method: 'added', newTokens: 9 });
    const pieces = tokens.map(({ piece }) => piece);
    expect(pieces).toEqual(expect.arrayContaining(plain));
    expect(pieces.includes(word)).toBe(goesIn);
    expect(shortfall!.turnedDown.undecodable).toBe(goesIn ? undefined : 1);
    expect(changed).toBeNull();
    const extended = old.extended(tokens);
    for (const text of texts) expect(extended.decode(extended.encode(text).ids)).toBe(text);
  });
});

describe('the atomic alphabet', () => {
  const old = loadTokenizer(JSON.parse(rootstock));

  it('gives every symbol of several pieces one token, and cuts nowhere else', async () => {
    const { tokens } = await learnVocabulary(old, documents, { method: 'atomic', newTokens: 40 });
    expect(tokens.map((token) => token.text)).toEqual(expect.arrayContaining(['[C@@H]', 'Cl', 'Br']));
    const extended = old.extended(tokens);
    const before = countBoundaries(old, grammars.smiles, documents);
    const after = countBoundaries(extended, grammars.smiles, documents);
    expect(before.violations).toBeGreaterThan(0);
    expect(after.violations).toBe(0);
  });

  it('refuses texts in no notation, naming the grammars, and texts whose symbols are tokens already', async () => {
    const prose = ['Call me Ishmael. Some years ago, never mind how long precisely.'];
    await expect(learnVocabulary(old, prose, { method: 'atomic', newTokens: 9 })).rejects.toMatchObject({
      code: 'tokenizer/no-grammar',
      hint: expect.stringContaining('chess-moves') as string,
    });
    await expect(
      learnVocabulary(old, ['ACGTACGTACGT'], { method: 'atomic', grammar: 'nucleotides', newTokens: 9 }),
    ).rejects.toMatchObject({ code: 'tokenizer/nothing-to-learn' });
  });
});

describe('boundary counts', () => {
  it('tell tokens that begin or end inside of a symbol from those that hold whole ones', () => {
    const tokenizer: Tokenizer = loadTokenizer(JSON.parse(rootstock));
    const text = 'CC[C@@H]Cl';
    const { ids, starts, ends } = tokenizer.encode(text);
    const inside = (at: number) => (at > 2 && at < 8) || at === 9;
    const expected = Array.from(ids).filter((_, at) => inside(starts[at]!) || inside(ends[at]!)).length;
    expect(countBoundaries(tokenizer, grammars.smiles, [text])).toEqual({
      tokens: ids.length,
      violations: expected,
      atomicTokens: 4,
    });
  });

  it('count what an atomic alphabet really takes, spaces between the symbols included', async () => {
    const moves = ['1. e4 e5 2. Nf3 Nc6 3. Bb5 a6', '1. d4 d5 2. c4 e6 3. Nc3 Nf6', '1. e4 c5 2. Nf3 d6 3. d4 cxd4'];
    const games = Array.from({ length: 30 }, (_, at) => moves[at % 3]!);
    const old = loadTokenizer(JSON.parse(rootstock));
    const { trainingTokens } = await learnVocabulary(old, games, {
      method: 'atomic',
      grammar: 'chess-moves',
      newTokens: 100,
    });
    const counted = countBoundaries(old, grammars['chess-moves'], games);
    expect(counted.tokens).toBe(trainingTokens.before);
    // Within a few per cent: the text between atoms is cut a little otherwise on its own.
    expect(Math.abs(counted.atomicTokens / trainingTokens.after - 1)).toBeLessThan(0.05);
  });
});

describe('leaf pruning', () => {
  const old = loadTokenizer(JSON.parse(rootstock));

  it('leaves tokens that all hold the floor, counted again by encoding', async () => {
    const { continueBpe, countWords } = await import('../../../src/tokenizer/index');
    const { tokens } = await continueBpe(old, await countWords(old, documents), { newTokens: 60 });
    const floor = 40;
    expect(tokens.some((token) => token.occurrences < floor)).toBe(true);
    const kept = pruneLeaves(tokens, floor);
    expect(kept.length).toBeLessThan(tokens.length);
    const extended = old.extended(kept);
    const isHalf = new Set(kept.flatMap((token) => (token.kind === 'merge' ? [token.left, token.right] : [])));
    for (const token of kept) {
      expect(extended.reaches(token.id)).toBe(true);
      const found = documents.flatMap((text) => extended.encode(text).ids.filter((id) => id === token.id)).length;
      // A token that others are built on may be rare itself; a leaf may not.
      if (!isHalf.has(token.id)) expect(found).toBeGreaterThanOrEqual(floor);
    }
    expect(kept.map(({ id }) => id)).toEqual(kept.map((_, index) => old.largestId + 1 + index));
  });

  it('gives counts back to the pieces', () => {
    const merge = (id: number, left: number, right: number, occurrencesAtMerge: number) =>
      ({ kind: 'merge', id, piece: String(id), left, right, occurrencesAtMerge }) as const;
    // ab: 100, of which 95 became abc; abc: 95, of which 3 became abcd.
    const tokens = [merge(10, 0, 1, 100), merge(11, 10, 2, 95), merge(12, 11, 3, 3)];
    expect(pruneLeaves(tokens, 10).map(({ id }) => id)).toEqual([10, 11]);
    expect(pruneLeaves(tokens, 96).map(({ id }) => id)).toEqual([10]);
    expect(pruneLeaves(tokens, 1000)).toEqual([]);
    expect(pruneLeaves(tokens, 1000, 2)).toHaveLength(2);
  });
});
