// Documents to words and their counts: all that training needs to know of a corpus. A word is what the model's
// pre-tokenizer leaves whole; merges never cross its ends. Whatever the size of the corpus, what is kept is bounded: rare words leave a
// table that is full (lossy counting, Manku and Motwani 2002), and documents are indexed up to a number of entries.
import type { Tokenizer } from '../Tokenizer';
import { WORD } from '../preTokenizer/WordStart';

export interface WordCounts {
  readonly words: readonly string[];
  readonly counts: Float64Array;
  /** Documents with each word. */
  readonly documentCounts: Uint32Array;
  /**
   * Indexed document d holds the words `wordsOfDocuments[documentOffsets[d]] .. [documentOffsets[d + 1]]`, each once. All
   * documents are indexed, but for corpora of more than 32 million such entries.
   */
  readonly documentOffsets: Uint32Array;
  readonly wordsOfDocuments: Uint32Array;
  readonly documents: number;
  /** UTF-8 bytes of all documents. */
  readonly bytes: number;
  /** Occurrences of rare words that left the table when it was full; they are in no count. */
  readonly droppedOccurrences: number;
}

export interface WordCounterLimits {
  /** Of the words' characters, with 32 for each word. Default 192 Mi. */
  readonly tableSize?: number;
  /** Words of documents, each once. Default 32 Mi. */
  readonly indexEntries?: number;
}

const TABLE_SIZE = 192 * 2 ** 20;
const INDEX_ENTRIES = 32 * 2 ** 20;
const WORD_OVERHEAD = 32;

/**
 * A merge walks through every word it stands in, so that a word of a whole genome would make training quadratic. Longer
 * words are cut; the text near a cut is tokenised otherwise than in use, once in this many characters.
 */
const LONGEST_WORD = 1024;

export class WordCounter {
  documents = 0;
  private bytes = 0;
  private droppedOccurrences = 0;
  private indexOf = new Map<string, number>();
  private words: string[] = [];
  private counts: number[] = [];
  private documentCounts: number[] = [];
  private lastDocument: number[] = [];
  private size = 0;
  private readonly documentOffsets = new GrowingUint32Array();
  private readonly wordsOfDocuments = new GrowingUint32Array();
  private isIndexFull = false;
  private readonly tableSize: number;
  private readonly indexEntries: number;
  private readonly encoder = new TextEncoder();
  private readonly buffer = new Uint8Array(1 << 16);

  constructor(
    private readonly tokenizer: Tokenizer,
    limits: WordCounterLimits = {},
  ) {
    this.tableSize = limits.tableSize ?? TABLE_SIZE;
    this.indexEntries = limits.indexEntries ?? INDEX_ENTRIES;
    this.documentOffsets.push(0);
  }

  add(text: string): void {
    const { tokenizer } = this;
    this.bytes += this.byteLength(text);
    const isByWords = tokenizer.family === 'sentencepiece-bpe';
    tokenizer.eachWord(text, (piece) => {
      // Where tokenizer.json has no word boundary, SentencePiece's rule holds in training: words begin with "▁".
      if (isByWords) for (const part of piece.match(WORD) ?? []) this.countCut(part);
      else this.countCut(piece);
    });
    this.documents++;
    if (!this.isIndexFull) {
      this.documentOffsets.push(this.wordsOfDocuments.length);
      this.isIndexFull = this.wordsOfDocuments.length >= this.indexEntries;
    }
    if (this.size > this.tableSize) this.dropRareWords();
  }

  finish(): WordCounts {
    return {
      words: this.words,
      counts: Float64Array.from(this.counts),
      documentCounts: Uint32Array.from(this.documentCounts),
      documentOffsets: this.documentOffsets.finish(),
      wordsOfDocuments: this.wordsOfDocuments.finish(),
      documents: this.documents,
      bytes: this.bytes,
      droppedOccurrences: this.droppedOccurrences,
    };
  }

  private countCut(word: string): void {
    if (word.length <= LONGEST_WORD) this.count(word);
    else for (const cut of cuts(word)) this.count(cut);
  }

  private count(word: string): void {
    let index = this.indexOf.get(word);
    if (index === undefined) {
      index = this.words.length;
      this.indexOf.set(word, index);
      this.words.push(word);
      this.counts.push(0);
      this.documentCounts.push(0);
      this.lastDocument.push(-1);
      this.size += word.length + WORD_OVERHEAD;
    }
    this.counts[index]!++;
    if (this.lastDocument[index] === this.documents) return;
    this.lastDocument[index] = this.documents;
    this.documentCounts[index]!++;
    if (!this.isIndexFull) this.wordsOfDocuments.push(index);
  }

  /** The words of the lowest counts, until the table is half empty. */
  private dropRareWords(): void {
    let floor = 1;
    let kept = this.size;
    while (kept > this.tableSize / 2) {
      floor++;
      kept = 0;
      this.words.forEach((word, index) => {
        if (this.counts[index]! >= floor) kept += word.length + WORD_OVERHEAD;
      });
    }
    const { words, counts, documentCounts, lastDocument } = this;
    const newIndex = new Int32Array(words.length).fill(-1);
    this.indexOf = new Map();
    [this.words, this.counts, this.documentCounts, this.lastDocument] = [[], [], [], []];
    words.forEach((word, index) => {
      if (counts[index]! < floor) {
        this.droppedOccurrences += counts[index]!;
        return;
      }
      newIndex[index] = this.words.length;
      this.indexOf.set(word, this.words.length);
      this.words.push(word);
      this.counts.push(counts[index]!);
      this.documentCounts.push(documentCounts[index]!);
      this.lastDocument.push(lastDocument[index]!);
    });
    this.size = kept;
    this.reindex(newIndex);
  }

  private reindex(newIndex: Int32Array): void {
    const { documentOffsets: offsets, wordsOfDocuments: entries } = this;
    let write = 0;
    let read = 0;
    for (let document = 1; document < offsets.length; document++) {
      for (const end = offsets.at(document); read < end; read++) {
        const index = newIndex[entries.at(read)]!;
        if (index >= 0) entries.set(write++, index);
      }
      offsets.set(document, write);
    }
    entries.length = write;
  }

  private byteLength(text: string): number {
    let bytes = 0;
    for (let rest = text; rest !== '';) {
      const { read, written } = this.encoder.encodeInto(rest, this.buffer);
      bytes += written;
      rest = rest.slice(read);
    }
    return bytes;
  }
}

function cuts(word: string): string[] {
  const characters = Array.from(word);
  const parts: string[] = [];
  for (let at = 0; at < characters.length; at += LONGEST_WORD)
    parts.push(characters.slice(at, at + LONGEST_WORD).join(''));
  return parts;
}

class GrowingUint32Array {
  length = 0;
  private values = new Uint32Array(1 << 10);

  push(value: number): void {
    if (this.length === this.values.length) {
      const wide = new Uint32Array(2 * this.length);
      wide.set(this.values);
      this.values = wide;
    }
    this.values[this.length++] = value;
  }

  at(index: number): number {
    return this.values[index]!;
  }

  set(index: number, value: number): void {
    this.values[index] = value;
  }

  finish(): Uint32Array {
    return this.values.slice(0, this.length);
  }
}
