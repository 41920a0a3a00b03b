// In how many documents something stands: new tokens after training, and candidate pairs while it goes on.
import type { WordCounts } from './WordCounter';

/**
 * Documents with each id; of a corpus that is too large to be indexed as a whole, at least so many.
 * @param idsOf the ids of a word that are asked for.
 */
export function documentsOfTokens(
  words: WordCounts,
  idsOf: (word: number) => ArrayLike<number>,
): ReadonlyMap<number, number> {
  const ids = words.words.map((_, word) => idsOf(word));
  const documents = new Map<number, number>();
  const lastDocument = new Map<number, number>();
  for (let document = 0; document < indexedDocuments(words); document++) {
    const end = words.documentOffsets[document + 1]!;
    for (let at = words.documentOffsets[document]!; at < end; at++) {
      const ofWord = ids[words.wordsOfDocuments[at]!]!;
      for (let index = 0; index < ofWord.length; index++) {
        const id = ofWord[index]!;
        if (lastDocument.get(id) === document) continue;
        lastDocument.set(id, document);
        documents.set(id, (documents.get(id) ?? 0) + 1);
      }
    }
  }
  if (indexedDocuments(words) < words.documents) {
    ids.forEach((ofWord, word) => {
      for (const id of Array.from(ofWord))
        documents.set(id, Math.max(documents.get(id) ?? 0, words.documentCounts[word]!));
    });
  }
  return documents;
}

function indexedDocuments({ documentOffsets }: WordCounts): number {
  return documentOffsets.length - 1;
}

/** Words to documents, for questions about a few words. */
export class DocumentIndex {
  private readonly offsets: Uint32Array;
  private readonly documents: Uint32Array;

  constructor(private readonly counted: WordCounts) {
    const words = counted;
    this.offsets = new Uint32Array(words.words.length + 1);
    for (const word of words.wordsOfDocuments) this.offsets[word + 1]!++;
    for (let word = 0; word < words.words.length; word++) this.offsets[word + 1]! += this.offsets[word]!;
    this.documents = new Uint32Array(words.wordsOfDocuments.length);
    const next = this.offsets.slice();
    for (let document = 0; document < indexedDocuments(words); document++) {
      const end = words.documentOffsets[document + 1]!;
      for (let at = words.documentOffsets[document]!; at < end; at++) {
        this.documents[next[words.wordsOfDocuments[at]!]!++] = document;
      }
    }
  }

  /** Whether the words together stand in at least so many documents. */
  holdsAtLeast(words: readonly number[], documents: number): boolean {
    const { documentCounts } = this.counted;
    if (words.some((word) => documentCounts[word]! >= documents)) return true;
    // Words of documents that are not indexed, each in a few: they hardly share them.
    if (indexedDocuments(this.counted) < this.counted.documents)
      return words.reduce((sum, word) => sum + documentCounts[word]!, 0) >= documents;
    const found = new Set<number>();
    for (const word of words) {
      for (let at = this.offsets[word]!; at < this.offsets[word + 1]!; at++) {
        found.add(this.documents[at]!);
        if (found.size >= documents) return true;
      }
    }
    return false;
  }
}
