// Word counting spread over threads: each counts its share of the documents, and the counts are added up. Words depend on
// nothing but their own document, so that the sums are those of one thread.
import type { CountOptions } from './countWords';
import { batchesOf, type TrainingTexts } from './trainingTexts';
import type { WordCounts } from './WordCounter';

/** One thread's share of the counting. Who opened it closes it. */
export interface CountingShard {
  add(documents: readonly string[]): Promise<void>;
  finish(): Promise<WordCounts>;
}

/** Characters that go to a shard at once: enough that handing over costs little, few enough that progress is seen. */
const BATCH_CHARACTERS = 2 ** 19;
/** Batches that wait at a shard, so that it never waits for the reader; reading stops while they do. */
const WAITING_BATCHES = 2;

export async function countInShards(
  shards: readonly CountingShard[],
  texts: TrainingTexts,
  options: CountOptions = {},
): Promise<WordCounts> {
  const of = options.documents ?? (typeof texts === 'function' ? 0 : texts.length);
  const waiting: Promise<void>[][] = shards.map(() => []);
  let documents = 0;
  let next = 0;
  for await (const batch of regrouped(texts)) {
    options.signal?.throwIfAborted();
    const queue = waiting[next]!;
    if (queue.length === WAITING_BATCHES) await queue.shift();
    const counted = shards[next]!.add(batch).then(() => {
      documents += batch.length;
      options.onProgress?.({ documents, of });
    });
    // It is awaited when its turn comes; until then a failure must not count as unhandled.
    counted.catch(() => undefined);
    queue.push(counted);
    next = (next + 1) % shards.length;
  }
  await Promise.all(waiting.flat());
  options.signal?.throwIfAborted();
  return addedUp(await Promise.all(shards.map((shard) => shard.finish())));
}

async function* regrouped(texts: TrainingTexts): AsyncGenerator<readonly string[]> {
  let group: string[] = [];
  let characters = 0;
  for await (const batch of batchesOf(texts)) {
    for (const text of batch) {
      group.push(text);
      characters += text.length;
      if (characters < BATCH_CHARACTERS) continue;
      yield group;
      group = [];
      characters = 0;
    }
  }
  if (group.length > 0) yield group;
}

/** Counts of separate documents as the counts of all of them. */
export function addedUp(parts: readonly WordCounts[]): WordCounts {
  const [only, ...others] = parts;
  if (only && others.length === 0) return only;
  const indexOf = new Map<string, number>();
  const words: string[] = [];
  const counts: number[] = [];
  const documentCounts: number[] = [];
  const newIndices = parts.map((part) =>
    Uint32Array.from(part.words, (word, index) => {
      let at = indexOf.get(word);
      if (at === undefined) {
        at = words.length;
        indexOf.set(word, at);
        words.push(word);
        counts.push(0);
        documentCounts.push(0);
      }
      counts[at]! += part.counts[index]!;
      documentCounts[at]! += part.documentCounts[index]!;
      return at;
    }),
  );
  const sum = (of: (part: WordCounts) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const wordsOfDocuments = new Uint32Array(sum((part) => part.wordsOfDocuments.length));
  const documentOffsets = new Uint32Array(1 + sum((part) => part.documentOffsets.length - 1));
  let entry = 0;
  let document = 0;
  parts.forEach((part, index) => {
    for (let at = 1; at < part.documentOffsets.length; at++)
      documentOffsets[++document] = entry + part.documentOffsets[at]!;
    for (const word of part.wordsOfDocuments) wordsOfDocuments[entry++] = newIndices[index]![word]!;
  });
  return {
    words,
    counts: Float64Array.from(counts),
    documentCounts: Uint32Array.from(documentCounts),
    documentOffsets,
    wordsOfDocuments,
    documents: sum((part) => part.documents),
    bytes: sum((part) => part.bytes),
    droppedOccurrences: sum((part) => part.droppedOccurrences),
  };
}
