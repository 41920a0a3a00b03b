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
import { LabError } from '../error';
import { isExtendable } from './openTokenizer';
import type { OnProgress } from './progress';
import type { TokenizerModel } from './tokenizerModel';

/** A new token must stand in at least this many documents. */
const minDocuments = 2;

export type VocabularyOptions = Omit<LearnVocabularyOptions, 'onProgress' | 'firstNewId'> & {
  readonly onProgress?: OnProgress;
};

type LearnOptions = Omit<VocabularyOptions, 'method' | 'grammar'>;

/** In any way. Throws `lab/not-extendable`, `tokenizer/nothing-to-learn`, `tokenizer/no-grammar`. */
export async function learnVocabulary(
  model: TokenizerModel,
  documents: readonly string[],
  { onProgress, ...options }: VocabularyOptions,
): Promise<VocabularyExtension> {
  requireExtendable(model);
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

/** Continued merges, with the trace that the frontier is read from. Throws `lab/not-extendable`. */
export async function learnMerges(
  model: TokenizerModel,
  words: WordCounts,
  { onProgress, ...options }: LearnOptions,
): Promise<TracedExtension> {
  requireExtendable(model);
  return continueBpe(model.tokenizer, words, {
    minDocuments: Math.min(minDocuments, words.documents),
    ...options,
    onProgress: ({ newTokens: done, of }) => onProgress?.({ phase: 'merging', done, total: of }),
  });
}

function requireExtendable({ tokenizer, summary }: TokenizerModel): void {
  if (isExtendable(tokenizer)) return;
  throw new LabError(
    'lab/not-extendable',
    `The tokenizer of ${summary.name} (${tokenizer.family}) can be read and measured, not extended.`,
    'BPE tokenizers can be extended: byte-level (GPT-2, Llama 3, Qwen, SmolLM) and SentencePiece-style (Llama 2, Mistral, Gemma).',
    { family: tokenizer.family },
  );
}
