/** A choice on the page whose new tokens take the rows of old ones, built as its specification says it. */
import {
  specVocabulary,
  type CorpusText,
  type LoadedModel,
  type OpenShards,
  type Vocabulary,
  type VocabularyChoice,
  type Watch,
} from '../lab/index';

export function replacedChoice(
  model: LoadedModel,
  corpus: CorpusText,
  choice: VocabularyChoice,
  options: Watch & { readonly openShards: OpenShards },
): Promise<Vocabulary> {
  const { method, grammar, rules = {}, newTokens, rejected, added, replaces } = choice;
  return specVocabulary(
    model,
    corpus,
    {
      ...{ method, newTokens, rules, turnedDown: rejected, added, room: 'replace' },
      ...(grammar === undefined ? {} : { grammar }),
      ...(replaces ? { remove: replaces } : {}),
    },
    options,
  );
}
