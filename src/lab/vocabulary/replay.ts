/**
 * What learned merges do to a text they were not learned on, at every size of the vocabulary at once: the merges come
 * after all of the base's own, so that applying them in their order to the base's segmentation is what encoding with the
 * first k of them gives.
 */
import { countWords, replayMerges, type Tokenizer, type TracedExtension } from '../../tokenizer/index';
import { countedDocuments } from '../scoring/evaluate';
import { countedBytes } from '../open/corpusText';

/** `[k]`: tokens of the documents with the first k new tokens. */
export async function replayedTokens(
  tokenizer: Tokenizer,
  documents: readonly string[],
  merges: TracedExtension['tokens'],
  options: { readonly signal?: AbortSignal } = {},
): Promise<Float64Array> {
  const words = await countWords(tokenizer, countedDocuments(documents, countedBytes), options);
  return replayMerges(tokenizer, words, merges).tokensAfter;
}
