/** The vocabulary that a specification names: learned, without what was turned down, with what was added by hand. */
import { CandidateTable } from './candidates';
import type { VocabularySpec } from '../experiment/spec';
import type { CorpusText } from '../open/corpusText';
import type { TokenizerModel } from '../open/tokenizerModel';
import type { Watch } from '../progress';
import type { OpenShards } from './countingShard';
import { learnVocabulary, wordsOf } from './learnVocabulary';
import { buildVocabulary, prunedExtension, type Vocabulary } from './vocabulary';

export async function specVocabulary(
  model: TokenizerModel,
  corpus: CorpusText,
  spec: VocabularySpec,
  { onProgress, signal, openShards }: Watch & { readonly openShards?: OpenShards } = {},
): Promise<Vocabulary> {
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
  return buildVocabulary(model, corpus, extension, Math.max(1, asked), watch);
}
