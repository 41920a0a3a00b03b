// Documents to words and their counts: all that training needs to know of a corpus. A word is what the model's
// pre-tokenizer leaves whole; merges never cross its ends.
import type { Tokenizer } from '../Tokenizer';
import { WORD } from '../preTokenizer/WordStart';
import { Pause } from './pause';

export interface WordCounts {
  readonly words: readonly string[];
  readonly counts: Float64Array;
  /** Document d holds the words `wordsOfDocuments[documentOffsets[d]] .. [documentOffsets[d + 1]]`, each once. */
  readonly documentOffsets: Uint32Array;
  readonly wordsOfDocuments: Uint32Array;
  readonly documents: number;
  /** UTF-8 bytes of all documents. */
  readonly bytes: number;
}

export interface CountProgress {
  readonly documents: number;
  readonly of: number;
}

/**
 * A merge walks through every word it stands in, so that a word of a whole genome would make training quadratic. Longer
 * words are cut; the text near a cut is tokenised otherwise than in use, once in this many characters.
 */
const LONGEST_WORD = 1024;

export async function countWords(
  tokenizer: Tokenizer,
  documents: readonly string[],
  options: { readonly onProgress?: (progress: CountProgress) => void; readonly signal?: AbortSignal } = {},
): Promise<WordCounts> {
  const indexOf = new Map<string, number>();
  const words: string[] = [];
  const counts: number[] = [];
  const lastDocument: number[] = [];
  const documentOffsets = new Uint32Array(documents.length + 1);
  const wordsOfDocuments: number[] = [];
  const encoder = new TextEncoder();
  const buffer = new Uint8Array(1 << 16);
  let bytes = 0;
  const pause = new Pause(options.signal);

  const add = (word: string, document: number): void => {
    let index = indexOf.get(word);
    if (index === undefined) {
      index = words.length;
      indexOf.set(word, index);
      words.push(word);
      counts.push(0);
      lastDocument.push(-1);
    }
    counts[index]!++;
    if (lastDocument[index] !== document) {
      lastDocument[index] = document;
      wordsOfDocuments.push(index);
    }
  };

  for (const [document, text] of documents.entries()) {
    bytes += byteLength(text, encoder, buffer);
    for (const { text: piece, addedId } of tokenizer.preTokenize(text)) {
      if (addedId !== null) continue;
      // Where tokenizer.json has no word boundary, SentencePiece's rule holds in training: words begin with "▁".
      const parts = tokenizer.family === 'sentencepiece-bpe' ? (piece.match(WORD) ?? []) : [piece];
      for (const part of parts) {
        if (part.length <= LONGEST_WORD) add(part, document);
        else for (const cut of cuts(part)) add(cut, document);
      }
    }
    documentOffsets[document + 1] = wordsOfDocuments.length;
    if (pause.isDue) {
      options.onProgress?.({ documents: document + 1, of: documents.length });
      await pause.take();
    }
  }
  return {
    words,
    counts: Float64Array.from(counts),
    documentOffsets,
    wordsOfDocuments: Uint32Array.from(wordsOfDocuments),
    documents: documents.length,
    bytes,
  };
}

function cuts(word: string): string[] {
  const characters = Array.from(word);
  const parts: string[] = [];
  for (let at = 0; at < characters.length; at += LONGEST_WORD)
    parts.push(characters.slice(at, at + LONGEST_WORD).join(''));
  return parts;
}

function byteLength(text: string, encoder: TextEncoder, buffer: Uint8Array): number {
  let bytes = 0;
  for (let rest = text; rest !== '';) {
    const { read, written } = encoder.encodeInto(rest, buffer);
    bytes += written;
    rest = rest.slice(read);
  }
  return bytes;
}
