/** Merges learned on a corpus: what the diagnosis traces and what a vocabulary is cut from. */
import { continueBpe, countWords, type VocabularyExtension, type WordCounts } from '../tokenizer/index';
import { LabError } from '../error';
import type { LoadedModel } from './openModel';
import type { OnProgress } from './progress';

/** A new token must stand in at least this many documents. */
const minDocuments = 2;

export interface LearnOptions {
  readonly newTokens: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export async function learnVocabulary(
  model: LoadedModel,
  documents: readonly string[],
  options: LearnOptions,
): Promise<VocabularyExtension> {
  return learnMerges(model, await wordsOf(model, documents, options), options);
}

export function wordsOf(
  { tokenizer }: LoadedModel,
  documents: readonly string[],
  { onProgress, signal }: Omit<LearnOptions, 'newTokens'>,
): Promise<WordCounts> {
  return countWords(tokenizer, documents, {
    onProgress: ({ documents: done, of }) => onProgress?.({ phase: 'tokenizing', done, total: of }),
    ...(signal ? { signal } : {}),
  });
}

/** Throws `lab/not-extendable` for tokenizers that cannot take new merges yet. */
export async function learnMerges(
  { tokenizer, summary }: LoadedModel,
  words: WordCounts,
  { newTokens, onProgress, signal }: LearnOptions,
): Promise<VocabularyExtension> {
  if (!summary.extendable) {
    throw new LabError(
      'lab/not-extendable',
      `The tokenizer of ${summary.name} (${summary.tokenizerFamily}) cannot be extended yet.`,
      'Byte-level BPE tokenizers can (GPT-2, Llama 3, Qwen, SmolLM and the bundled model).',
      { family: summary.tokenizerFamily },
    );
  }
  return continueBpe(tokenizer, words, {
    newTokens,
    minDocuments: Math.min(minDocuments, words.documents),
    onProgress: ({ newTokens: done, of }) => onProgress?.({ phase: 'merging', done, total: of }),
    ...(signal ? { signal } : {}),
  });
}
