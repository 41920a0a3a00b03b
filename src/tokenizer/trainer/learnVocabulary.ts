// The ways to a domain vocabulary, behind one call.
import { LabError } from '../../error';
import { detectGrammar } from '../grammar/detectGrammar';
import type { GrammarName } from '../grammar/grammar';
import { grammars } from '../grammar/grammars';
import type { Tokenizer } from '../Tokenizer';
import { addedWords, atomicAlphabet } from './addedVocabulary';
import { continueBpe, type ContinueBpeOptions } from './continueBpe';
import { countWords } from './countWords';
import { independentBpe } from './independentBpe';
import type { VocabularyExtension } from './vocabularyExtension';

/** `continued`: more merges after the model's own; `independent`: merges from the alphabet; `added`: frequent words as
 *  added tokens; `atomic`: one token for each symbol of a notation. */
export type LearnMethod = 'continued' | 'independent' | 'added' | 'atomic';

export interface LearnVocabularyOptions extends ContinueBpeOptions {
  readonly method?: LearnMethod;
  /** Of the atomic alphabet. Default: told from the texts. */
  readonly grammar?: GrammarName;
}

/**
 * @throws LabError tokenizer/nothing-to-learn; tokenizer/no-grammar where an atomic alphabet is asked for and the texts
 *   are in no notation that is known.
 */
export async function learnVocabulary(
  tokenizer: Tokenizer,
  documents: readonly string[],
  { method = 'continued', grammar, ...options }: LearnVocabularyOptions,
): Promise<VocabularyExtension> {
  if (method === 'added') return addedWords(tokenizer, documents, options);
  if (method === 'atomic') {
    const notation = grammar === undefined ? detectGrammar(documents) : grammars[grammar];
    if (notation === null) throw noGrammar();
    return atomicAlphabet(tokenizer, documents, notation, options);
  }
  const words = await countWords(tokenizer, documents, options.signal ? { signal: options.signal } : {});
  return method === 'continued' ? continueBpe(tokenizer, words, options) : independentBpe(tokenizer, words, options);
}

function noGrammar(): LabError {
  return new LabError(
    'tokenizer/no-grammar',
    'These texts are in no notation that is known, so that there are no symbols to give tokens to.',
    `Name the grammar: ${Object.keys(grammars).join(', ')}; or continue the merges instead.`,
  );
}
