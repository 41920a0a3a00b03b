// Tokens that may go, and a tokenizer without them: what is merged from a token keeps it, and texts without removed tokens are cut
// as before, under other ids.
import { readFileSync } from 'node:fs';
import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import {
  loadTokenizer,
  removableIds,
  renumberTokenizer,
  type Tokenizer,
  type TokenizerFiles,
} from '../../../src/tokenizer/index';
import { AWKWARD } from '../awkwardStrings';
import { rustEncode, rustTokenizer } from '../rust';
import { CORPORA } from '../smallCorpora';

const FAMILIES = {
  'byte-level': 'public/models/rootstock/tokenizer.json',
  'SentencePiece-style': 'test/fixtures/stories260K/tokenizer.json',
};

function counted(tokenizer: Tokenizer, texts: readonly string[]): Float64Array {
  const counts = new Float64Array(tokenizer.largestId + 1);
  for (const text of texts) for (const id of tokenizer.encode(text).ids) counts[id]!++;
  return counts;
}

interface Trimmed {
  readonly old: Tokenizer;
  readonly tokenizer: Tokenizer;
  readonly files: TokenizerFiles;
  readonly removed: ReadonlySet<number>;
  readonly newIdOf: (id: number) => number | undefined;
}

function trimmed(path: string, texts: readonly string[], most?: number, leastCount?: number): Trimmed {
  const files = { 'tokenizer.json': readFileSync(path, 'utf8') };
  const old = loadTokenizer(JSON.parse(files['tokenizer.json']));
  const options = { ...(most === undefined ? {} : { most }), ...(leastCount === undefined ? {} : { leastCount }) };
  const removed = new Set(removableIds(old, { occurrences: counted(old, texts), ...options }));
  const ids = Array.from({ length: old.largestId + 1 }, (_, id) => id).filter((id) => !removed.has(id));
  const next = new Map(ids.map((id, at) => [id, at]));
  const newIdOf = (id: number) => next.get(id);
  const made = renumberTokenizer(files, newIdOf);
  return { old, tokenizer: loadTokenizer(JSON.parse(made['tokenizer.json'])), files: made, removed, newIdOf };
}

const MOLECULES = CORPORA.molecules!.slice(0, 200);

describe.each(Object.entries(FAMILIES))('trimming a %s tokenizer', (_, path) => {
  it('takes what the text does not use, and no token that another one is merged from', () => {
    const { old, removed } = trimmed(path, MOLECULES);
    expect(removed.size).toBeGreaterThan(50);
    for (const [left, right, result] of old.bpe.merges) {
      if (!removed.has(result)) expect(removed.has(left) || removed.has(right)).toBe(false);
    }
    const used = new Set(MOLECULES.flatMap((text) => Array.from(old.encode(text).ids)));
    expect([...used].some((id) => removed.has(id))).toBe(false);
  });

  it('cuts every text without a removed token as before', async () => {
    const { old, tokenizer, removed, newIdOf } = trimmed(path, MOLECULES, 200);
    expect(removed.size).toBe(200);
    let same = 0;
    const texts = [
      ...CORPORA.molecules!,
      ...Object.values(CORPORA).flatMap((each) => each.slice(0, 50)),
      ...Object.values(AWKWARD),
    ];
    for (const text of texts) {
      const ids = Array.from(old.encode(text).ids);
      if (ids.some((id) => removed.has(id))) continue;
      expect(Array.from(tokenizer.encode(text).ids)).toEqual(ids.map((id) => newIdOf(id)));
      same++;
    }
    expect(same).toBeGreaterThan(200);
  });

  it('writes files that the Rust library reads with the same ids', async () => {
    const { tokenizer, files } = trimmed(path, MOLECULES);
    const oracle = rustTokenizer(files['tokenizer.json']);
    for (const text of [
      ...MOLECULES,
      ...Object.values(CORPORA).flatMap((each) => each.slice(0, 50)),
      ...Object.values(AWKWARD),
    ]) {
      expect((await rustEncode(oracle, text)).ids).toEqual(Array.from(tokenizer.encode(text).ids));
    }
    expect(oracle.getVocabSize(true)).toBe(tokenizer.length);
  });

  it('gives every text back that the old tokenizer gave back', () => {
    const { old, tokenizer } = trimmed(path, MOLECULES);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text).ids)).toBe(old.decode(old.encode(text).ids));
      }),
      { numRuns: 300 },
    );
  });
});

describe('removableIds', () => {
  const old = loadTokenizer(JSON.parse(readFileSync(FAMILIES['byte-level'], 'utf8')));
  const nothing = new Float64Array(old.largestId + 1);

  it('keeps added tokens, bytes and what the caller keeps, even where nothing is used', () => {
    const removed = new Set(removableIds(old, { occurrences: nothing, kept: [old.largestId] }));
    for (const { id } of old.addedTokens) expect(removed.has(id)).toBe(false);
    expect(removed.has(old.largestId)).toBe(false);
    for (const [piece, id] of old.bpe.vocabulary) if (piece.length === 1) expect(removed.has(id)).toBe(false);
  });

  it('takes unused tokens first, then the rarest, and counts what a token stood for as its parts', () => {
    const [left, right, result] = old.bpe.merges.at(-1)!;
    const occurrences = nothing.map(() => 5);
    occurrences[result] = 2;
    const order = removableIds(old, { occurrences, leastCount: 6, most: 1 });
    expect(order).toEqual([result]);
    // The parts now stand there 7 times each, and stay.
    const all = removableIds(old, { occurrences, leastCount: 6 });
    expect(all).not.toContain(left);
    expect(all).not.toContain(right);
  });

  it('refuses by its place in the list what is special, needed or no token', () => {
    const special = old.addedTokens[0]!.content;
    const asked =
      (...pieces: string[]) =>
      () =>
        removableIds(old, { occurrences: nothing, pieces, most: 0 });
    expect(asked(special)).toThrow(/remove\.pieces\[0\].*special or added/);
    expect(asked('no such piece')).toThrow(/remove\.pieces\[0\].*no token/);
    expect(asked('a')).toThrow(/keeps its row/);
    const needed = old.bpe.merges.find(([left]) => old.piece(left).length > 1)!;
    expect(asked(old.piece(needed[0]))).toThrow(/is needed: .* is merged from it/);
    expect(asked(old.piece(old.largestId))()).toEqual([old.largestId]);
  });
});
