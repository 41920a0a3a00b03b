// Counting words gives the same counts on any number of threads and from any number of batches; where it has to forget, it says how much.
import { readFileSync } from 'node:fs';
import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import {
  continueBpe,
  countInShards,
  countWords,
  type CountingShard,
  inUnits,
  loadTokenizer,
  type TrainingTexts,
  WordCounter,
  type WordCounts,
} from '../../../src/tokenizer/index';
import { DocumentIndex, documentsOfTokens } from '../../../src/tokenizer/trainer/documentFrequency';
import { CORPORA } from '../smallCorpora';

const tokenizer = loadTokenizer(JSON.parse(readFileSync('public/models/rootstock/tokenizer.json', 'utf8')));
const documents = Object.values(CORPORA).flat();

class Shard implements CountingShard {
  private readonly counter = new WordCounter(tokenizer);
  async add(batch: readonly string[]): Promise<void> {
    await Promise.resolve();
    for (const text of batch) this.counter.add(text);
  }
  async finish(): Promise<WordCounts> {
    return this.counter.finish();
  }
}

/** Per word: how often it occurs and in how many documents, and which sets of words the documents hold. */
function shown({ words, counts, documentCounts, documentOffsets, wordsOfDocuments, ...rest }: WordCounts) {
  const held = Array.from(documentOffsets.slice(1), (end, document) =>
    Array.from(wordsOfDocuments.slice(documentOffsets[document]!, end), (word) => words[word]!)
      .sort()
      .join('|'),
  );
  return {
    table: words.map((word, index) => `${word} ${counts[index]} ${documentCounts[index]}`).sort(),
    held: held.sort(),
    documents: rest.documents,
    bytes: rest.bytes,
    droppedOccurrences: rest.droppedOccurrences,
  };
}

function batches(texts: readonly string[], size: number): TrainingTexts {
  return async function* () {
    for (let at = 0; at < texts.length; at += size) yield texts.slice(at, at + size);
  };
}

describe('counting in shards', () => {
  it('adds up to the counts of one thread, whatever the shards and the batches', async () => {
    const expected = shown(await countWords(tokenizer, documents));
    for (const shards of [1, 2, 3, 7]) {
      for (const texts of [documents, batches(documents, 1), batches(documents, 13)]) {
        const opened = Array.from({ length: shards }, () => new Shard());
        expect(shown(await countInShards(opened, texts))).toEqual(expected);
      }
    }
    expect(shown(await countWords(tokenizer, batches(documents, 5)))).toEqual(expected);
  });

  it('learns the same tokens with the same figures', async () => {
    const options = { newTokens: 60, minDocuments: 3 };
    const one = await continueBpe(tokenizer, await countWords(tokenizer, documents), options);
    const words = await countInShards([new Shard(), new Shard(), new Shard()], batches(documents, 4));
    const three = await continueBpe(tokenizer, words, options);
    expect(three.tokens).toEqual(one.tokens);
    expect(three.tokensAfter).toEqual(one.tokensAfter);
  });

  it('reports every document and stops when it is cancelled', async () => {
    const seen: number[] = [];
    await countInShards([new Shard(), new Shard()], batches(documents, 3), {
      documents: documents.length,
      onProgress: ({ documents: done, of }) => seen.push(done / of),
    });
    expect(seen.at(-1)).toBe(1);
    const stop = AbortSignal.abort();
    await expect(countInShards([new Shard()], documents, { signal: stop })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('fails with the error of a shard', async () => {
    const broken: CountingShard = {
      add: () => Promise.reject(new Error('the thread died')),
      finish: () => Promise.reject(new Error('not asked for')),
    };
    await expect(countInShards([broken, new Shard()], documents)).rejects.toThrow('the thread died');
  });
});

describe('a table that is full', () => {
  const text = fc.array(
    fc.constantFrom('alpha', 'beta', 'gamma', ...Array.from({ length: 400 }, (_, at) => `w${at}`)),
    {
      minLength: 1,
      maxLength: 40,
    },
  );

  it('forgets rare words only, and accounts for what it forgot', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 40, maxLength: 80 }), async (lists) => {
        const texts = lists.map((list) => `alpha alpha ${list.join(' ')}`);
        const whole = await countWords(tokenizer, texts);
        const bounded = await countWords(tokenizer, texts, { tableSize: 4000 });
        const sum = ({ counts }: WordCounts): number => counts.reduce((total, count) => total + count, 0);
        expect(sum(bounded) + bounded.droppedOccurrences).toBe(sum(whole));
        const countOf = new Map(whole.words.map((word, index) => [word, whole.counts[index]!]));
        bounded.words.forEach((word, index) => expect(bounded.counts[index]).toBeLessThanOrEqual(countOf.get(word)!));
        // In every document twice: never rare.
        const frequent = bounded.words.findIndex((word) => /^.alpha$/u.test(word));
        expect(bounded.counts[frequent]).toBe(countOf.get(bounded.words[frequent]!));
        const size = bounded.words.reduce((total, word) => total + word.length + 32, 0);
        expect(size).toBeLessThanOrEqual(4000);
        // The index names words that are still there, each once a document.
        for (let at = 0; at + 1 < bounded.documentOffsets.length; at++) {
          const held = bounded.wordsOfDocuments.slice(bounded.documentOffsets[at]!, bounded.documentOffsets[at + 1]!);
          expect(new Set(held).size).toBe(held.length);
          for (const word of held) expect(texts[at]).toContain(bounded.words[word]!.replace('Ġ', '').trim());
        }
      }),
      { numRuns: 20 },
    );
  });

  it('indexes the first documents, and still says of every token that it stands in enough', async () => {
    const whole = await countWords(tokenizer, documents);
    const partly = await countWords(tokenizer, documents, { indexEntries: 200 });
    expect(partly.documentOffsets.length).toBeLessThan(whole.documentOffsets.length);
    expect(partly.counts).toEqual(whole.counts);
    expect(partly.documentCounts).toEqual(whole.documentCounts);
    const idsOf = (word: number) => tokenizer.model.segment(whole.words[word]!).ids;
    const exact = documentsOfTokens(whole, idsOf);
    for (const [id, found] of documentsOfTokens(partly, idsOf)) {
      expect(found).toBeLessThanOrEqual(exact.get(id)!);
      expect(found).toBeGreaterThan(0);
    }
    const [exactIndex, partIndex] = [new DocumentIndex(whole), new DocumentIndex(partly)];
    for (let word = 0; word + 2 < whole.words.length; word += 3) {
      for (const least of [1, 2, 3, 9]) {
        if (exactIndex.holdsAtLeast([word, word + 1, word + 2], least))
          expect(partIndex.holdsAtLeast([word, word + 1, word + 2], least)).toBe(true);
      }
    }
  });
});

describe('units of training', () => {
  const texts = Array.from({ length: 40 }, (_, at) => `first ${at}\n\n\n\nsecond ${at}\r\nthird`);

  it('line: no token spans a line end, and lines count as documents', async () => {
    const byDocument = await countWords(tokenizer, inUnits(texts, 'document'));
    const byLine = await countWords(tokenizer, inUnits(texts, 'line'));
    const holdsLineEnd = ({ words }: WordCounts): boolean => words.some((word) => /[\nĊ]/u.test(word));
    expect([holdsLineEnd(byDocument), holdsLineEnd(byLine)]).toEqual([true, false]);
    expect([byDocument.documents, byLine.documents]).toEqual([40, 120]);
  });

  it('line: the same from a stream', async () => {
    const streamed = await countWords(tokenizer, inUnits(batches(texts, 7), 'line'));
    expect(shown(streamed)).toEqual(shown(await countWords(tokenizer, inUnits(texts, 'line'))));
  });
});
