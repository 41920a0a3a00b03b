// Laws of continued BPE: boundaries only vanish, every new token can be reached, text survives, and the figures it
// reports are those of tokenising again.
import { readFileSync } from 'node:fs';
import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/error';
import {
  type ContinueBpeOptions,
  continueBpe,
  countWords,
  loadTokenizer,
  type Tokenizer,
} from '../../../src/tokenizer/index';
import { AWKWARD } from '../awkwardStrings';
import { CORPORA } from '../smallCorpora';

const MODELS = [
  { name: 'rootstock', file: 'public/models/rootstock/tokenizer.json' },
  { name: 'stories260K', file: 'test/fixtures/stories260K/tokenizer.json' },
];

for (const { name, file } of MODELS) {
  describe(name, () => {
    const old = loadTokenizer(JSON.parse(readFileSync(file, 'utf8')));

    describe.each(Object.entries(CORPORA))('continued on %s', (_, documents) => {
      const learned = learn(old, documents, { newTokens: 120 });

      it('only removes boundaries, on the corpus and on any other text', async () => {
        const { extended } = await learned;
        const refines = (text: string): void => {
          const before = boundaries(old, text);
          for (const boundary of boundaries(extended, text)) expect(before.has(boundary)).toBe(true);
        };
        documents.forEach(refines);
        Object.values(AWKWARD).forEach(refines);
        const mixed = fc.array(fc.oneof(fc.constantFrom(...documents), fc.string({ unit: 'binary', maxLength: 8 })));
        fc.assert(
          fc.property(mixed, (parts) => refines(parts.join(''))),
          { numRuns: 100 },
        );
      });

      it('gives back the text of what it encoded', async () => {
        const { extended } = await learned;
        for (const text of [...documents, ...Object.values(AWKWARD)]) {
          const before = old.decode(old.encode(text).ids);
          expect(extended.decode(extended.encode(text).ids)).toBe(before);
        }
      });

      it('learns tokens that are reached by their own text', async () => {
        const { extended, extension } = await learned;
        expect(extension.tokens).toHaveLength(120);
        for (const { id, bytes } of extension.tokens) {
          expect(extended.reaches(id)).toBe(true);
          const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
          if (old.family === 'byte-level-bpe' && !text.includes('\ufffd')) {
            expect(Array.from(extended.encode(text).ids)).toEqual([id]);
          }
        }
      });

      it('names as pieces what the old tokenizer makes of a token', async () => {
        const { extension } = await learned;
        for (const token of extension.tokens) {
          expect(concatenated(token.pieces.map((id) => old.tokenBytes(id)))).toEqual(Array.from(token.bytes));
          if (old.family === 'sentencepiece-bpe') expect(old.model.segment(token.piece).ids).toEqual(token.pieces);
          else {
            const symbols = Array.from(token.bytes, (byte) => old.bpe.symbols.idOfByte(byte));
            expect(old.bpe.mergeIds(symbols)).toEqual(token.pieces);
          }
        }
      });

      it('counts tokens, occurrences and documents as encoding the corpus again does', async () => {
        const { extended, extension } = await learned;
        const encoded = documents.map((text) => extended.encode(text).ids);
        expect(extension.tokensAfter.at(-1)).toBe(encoded.reduce((sum, ids) => sum + ids.length, 0));
        expect(extension.tokensAfter[0]).toBe(documents.reduce((sum, text) => sum + old.encode(text).ids.length, 0));
        expect(extension.tokensAfter).toHaveLength(121);
        expect(extension.tokensAfter.toSorted((a, b) => b - a)).toEqual(extension.tokensAfter);
        for (const { id, occurrences, documents: inDocuments } of extension.tokens) {
          expect(occurrences).toBe(encoded.reduce((sum, ids) => sum + ids.filter((other) => other === id).length, 0));
          expect(inDocuments).toBe(encoded.filter((ids) => ids.includes(id)).length);
        }
      });

      it('numbers on from the largest id and keeps digits apart', async () => {
        const { extension } = await learned;
        expect(extension.tokens.map((token) => token.id)).toEqual(
          Array.from({ length: 120 }, (_, index) => old.largestId + 1 + index),
        );
        const texts = extension.tokens.map((token) => new TextDecoder().decode(token.bytes));
        expect(texts.filter((text) => /\p{N}/u.test(text))).toEqual([]);
      });
    });

    if (name === 'stories260K') {
      it('gives characters that the vocabulary lacks a piece of their own instead of merging their bytes', async () => {
        const documents = CORPORA['Chinese phrases']!;
        const words = await countWords(old, documents);
        const { tokens } = await continueBpe(old, words, { newTokens: 60 });
        const characters = tokens.filter(({ kind }) => kind === 'character');
        expect(characters.length).toBeGreaterThan(9);
        for (const { piece, pieces } of characters) {
          expect(Array.from(piece)).toHaveLength(1);
          expect(pieces).toHaveLength(new TextEncoder().encode(piece).length);
        }
        // The first to be learned save the most: three bytes to one token, so two tokens an occurrence.
        const saved = characters.map(({ occurrencesAtMerge, pieces }) => occurrencesAtMerge * (pieces.length - 1));
        expect(saved).toEqual(saved.toSorted((a, b) => b - a));
        expect(saved[0]).toBeGreaterThan(tokens.find(({ kind }) => kind === 'merge')!.occurrencesAtMerge);
      });
    }
  });
}

describe('the rules of continueBpe', () => {
  const old = loadTokenizer(JSON.parse(readFileSync('public/models/rootstock/tokenizer.json', 'utf8')));
  const documents = CORPORA.molecules!;

  it('gives up with a reason where nothing may be merged', async () => {
    const words = await countWords(old, ['q j', '1']);
    await expect(continueBpe(old, words, { newTokens: 5 })).rejects.toMatchObject({
      code: 'tokenizer/nothing-to-learn',
    });
  });

  it('gives fewer tokens where the corpus holds no more', async () => {
    const { extension } = await learn(old, ['zxqzxq zxq'], { newTokens: 50 });
    expect(extension.tokens.map((token) => token.text)).toEqual(['xq', 'zxq']);
  });

  it('respects the longest piece, a forbidden pattern, and a minimum of documents', async () => {
    const short = await learn(old, documents, { newTokens: 60, maxPieceLength: 3 });
    expect(Math.max(...short.extension.tokens.map((token) => token.text.length))).toBe(3);
    const plain = await learn(old, documents, { newTokens: 60, neverMerge: /[()]/g });
    expect(plain.extension.tokens.filter((token) => /[()]/.test(token.text))).toEqual([]);
    const boilerplate = ['wvwvx '.repeat(50), ...Array.from({ length: 9 }, () => 'kjzq')];
    const spread = await learn(old, boilerplate, { newTokens: 20, minDocuments: 5 });
    expect(spread.extension.tokens.map((token) => token.text)).toEqual(['jz', 'kjz', 'kjzq']);
  });

  it('never learns a piece that the pre-tokenizer would cut again', async () => {
    const { extension, extended } = await learn(old, CORPORA['a constructed language']!, { newTokens: 300 });
    for (const { text, id } of extension.tokens.filter((token) => !token.text.includes('\\'))) {
      expect(Array.from(extended.encode(text).ids)).toEqual([id]);
    }
  });

  it('refuses ids that tokens have', async () => {
    const words = await countWords(old, documents);
    const taken = await continueBpe(old, words, { newTokens: 5, firstNewId: 4000 }).catch((error: unknown) => error);
    expect(taken).toBeInstanceOf(LabError);
    expect(taken).toMatchObject({ code: 'tokenizer/taken-id' });
  });

  it('stops when it is cancelled', async () => {
    const stop = new AbortController();
    const texts = Array.from({ length: 20_000 }, (_, at) => `molecule ${at} ${documents[at % documents.length]!}`);
    const counting = countWords(old, texts, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(counting).rejects.toMatchObject({ name: 'AbortError' });
  });
});

async function learn(old: Tokenizer, documents: readonly string[], options: ContinueBpeOptions) {
  const extension = await continueBpe(old, await countWords(old, documents), options);
  return { extension, extended: old.extended(extension.tokens) };
}

function boundaries(tokenizer: Tokenizer, text: string): Set<number> {
  // In bytes of the pieces, so that boundaries inside of a character count too.
  const found = new Set<number>();
  let at = 0;
  for (const id of tokenizer.encode(text).ids) found.add((at += tokenizer.tokenBytes(id).length));
  return found;
}

function concatenated(parts: readonly Uint8Array[]): number[] {
  return parts.flatMap((part) => Array.from(part));
}
