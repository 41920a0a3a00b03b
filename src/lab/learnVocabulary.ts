/** New tokens learned on a corpus: what the diagnosis traces and what a vocabulary is cut from. */
import {
  continueBpe,
  countWords,
  learnVocabulary as learn,
  type LearnVocabularyOptions,
  type TracedExtension,
  type VocabularyExtension,
  type WordCounts,
} from '../tokenizer/index';
import type { OnProgress } from './progress';
import type { TokenizerModel } from './tokenizerModel';

/** A new token must stand in at least this many documents. */
const minDocuments = 2;

export type VocabularyOptions = Omit<LearnVocabularyOptions, 'onProgress' | 'firstNewId'> & {
  readonly onProgress?: OnProgress;
};

type LearnOptions = Omit<VocabularyOptions, 'method' | 'grammar'>;

/** In any way. Throws `tokenizer/not-bpe`, `tokenizer/nothing-to-learn`, `tokenizer/no-grammar`. */
export async function learnVocabulary(
  model: TokenizerModel,
  documents: readonly string[],
  { onProgress, ...options }: VocabularyOptions,
): Promise<VocabularyExtension> {
  return learn(model.tokenizer, documents, {
    minDocuments: Math.min(minDocuments, documents.length),
    ...options,
    onProgress: ({ newTokens: done, of }) => onProgress?.({ phase: 'merging', done, total: of }),
  });
}

export function wordsOf(
  { tokenizer }: TokenizerModel,
  documents: readonly string[],
  { onProgress, signal }: Pick<VocabularyOptions, 'onProgress' | 'signal'>,
): Promise<WordCounts> {
  return countWords(tokenizer, documents, {
    onProgress: ({ documents: done, of }) => onProgress?.({ phase: 'tokenizing', done, total: of }),
    ...(signal ? { signal } : {}),
  });
}

/** Continued merges, with the trace that the frontier is read from. Throws `tokenizer/not-bpe`. */
export async function learnMerges(
  model: TokenizerModel,
  words: WordCounts,
  { onProgress, ...options }: LearnOptions,
): Promise<TracedExtension> {
  return continueBpe(model.tokenizer, words, {
    minDocuments: Math.min(minDocuments, words.documents),
    ...options,
    onProgress: ({ newTokens: done, of }) => onProgress?.({ phase: 'merging', done, total: of }),
  });
}
