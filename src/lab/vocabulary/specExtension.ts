/** The new tokens that a specification names, learned, without what was turned down, with what was added by hand. */
import type { VocabularyExtension } from '../../tokenizer/index';
import type { LearnedSpec } from '../experiment/spec';
import type { CorpusText } from '../open/corpusText';
import type { TokenizerModel } from '../open/tokenizerModel';
import type { Watch } from '../progress';
import { CandidateTable } from './candidates';
import type { OpenShards } from './countingShard';
import { learnVocabulary, wordsOf } from './learnVocabulary';
import { prunedExtension } from './vocabulary';

export type SpecVocabularyOptions = Watch & { readonly openShards?: OpenShards };

/** The new tokens, and how many were asked for. */
export async function specExtension(
  model: TokenizerModel,
  corpus: CorpusText,
  spec: LearnedSpec,
  { onProgress, signal, openShards }: SpecVocabularyOptions,
): Promise<{ readonly extension: VocabularyExtension; readonly asked: number }> {
  const { method, grammar, rules, newTokens, turnedDown, added, leastExposure } = spec;
  const way = { method, ...(grammar === undefined ? {} : { grammar }), rules };
  const watch = { ...(onProgress ? { onProgress } : {}), ...(signal ? { signal } : {}) };
  const options = { ...watch, ...(openShards ? { openShards } : {}) };
  let extension = await learnVocabulary(model, corpus, {
    ...way,
    newTokens: newTokens + turnedDown.length,
    ...options,
  });
  if (turnedDown.length > 0 || added.length > 0) {
    const words = await wordsOf(model, corpus, { ...options, ...(rules.unit ? { unit: rules.unit } : {}) });
    const table = await CandidateTable.open(model, corpus, way, extension, words, signal ? { signal } : {});
    extension = table.extensionOf({ ...way, newTokens, rejected: turnedDown, added });
  }
  if (leastExposure !== undefined) extension = prunedExtension(extension, leastExposure);
  // An alphabet has as many atoms as it has; asking for more is no shortfall.
  const asked = method === 'atomic' ? extension.tokens.length : newTokens + added.length;
  return { extension, asked: Math.max(1, asked) };
}
