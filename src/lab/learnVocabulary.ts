/** Merges learned on a corpus: what the diagnosis traces and what a vocabulary is cut from. */
import { continueBpe, countWords, type TracedExtension, type WordCounts } from '../tokenizer/index';
import { LabError } from '../error';
import { isExtendable } from './openTokenizer';
import type { OnProgress } from './progress';
import type { TokenizerModel } from './tokenizerModel';

/** A new token must stand in at least this many documents. */
const minDocuments = 2;

export interface LearnOptions {
  readonly newTokens: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export async function learnVocabulary(
  model: TokenizerModel,
  documents: readonly string[],
  options: LearnOptions,
): Promise<TracedExtension> {
  return learnMerges(model, await wordsOf(model, documents, options), options);
}

export function wordsOf(
  { tokenizer }: TokenizerModel,
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
  { tokenizer, summary }: TokenizerModel,
  words: WordCounts,
  { newTokens, onProgress, signal }: LearnOptions,
): Promise<TracedExtension> {
  if (!isExtendable(tokenizer)) {
    throw new LabError(
      'lab/not-extendable',
      `The tokenizer of ${summary.name} (${tokenizer.family}) can be read and measured, not extended.`,
      'BPE tokenizers can be extended: byte-level (GPT-2, Llama 3, Qwen, SmolLM) and SentencePiece-style (Llama 2, Mistral, Gemma).',
      { family: tokenizer.family },
    );
  }
  return continueBpe(tokenizer, words, {
    newTokens,
    minDocuments: Math.min(minDocuments, words.documents),
    onProgress: ({ newTokens: done, of }) => onProgress?.({ phase: 'merging', done, total: of }),
    ...(signal ? { signal } : {}),
  });
}
