/** The vocabulary that a specification names: learned, without what was turned down, with what was added by hand; or trimmed. */
import { addsTokens, type VocabularySpec } from '../experiment/spec';
import type { CorpusText } from '../open/corpusText';
import type { TokenizerModel } from '../open/tokenizerModel';
import { specExtension, type SpecVocabularyOptions } from './specExtension';
import { buildVocabulary, type Vocabulary } from './vocabulary';

export async function specVocabulary(
  model: TokenizerModel,
  corpus: CorpusText,
  spec: VocabularySpec,
  options: SpecVocabularyOptions = {},
): Promise<Vocabulary> {
  if (!addsTokens(spec) || spec.room === 'replace') {
    const { replacedVocabulary, trimmedVocabulary } = await import('./removalVocabulary');
    return addsTokens(spec)
      ? replacedVocabulary(model, corpus, spec, options)
      : trimmedVocabulary(model, corpus, spec, options);
  }
  const { extension, asked } = await specExtension(model, corpus, spec, options);
  const { onProgress, signal } = options;
  return buildVocabulary(model, corpus, extension, asked, {
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  });
}
