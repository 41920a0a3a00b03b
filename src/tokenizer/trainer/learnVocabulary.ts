// The ways to a domain vocabulary, behind one call.
import { LabError } from '../../error';
import { detectGrammar } from '../grammar/detectGrammar';
import { grammarNames, grammars, type GrammarName } from '../grammar/grammars';
import type { Tokenizer } from '../Tokenizer';
import { addedWords, atomicAlphabet } from './addedVocabulary';
import { continueBpe, type ContinueBpeOptions } from './continueBpe';
import { countWords } from './countWords';
import { independentBpe } from './independentBpe';
import { inUnits, type TrainingTexts, type TrainingUnit } from './trainingTexts';
import type { VocabularyExtension } from './vocabularyExtension';
import type { WordCounts } from './WordCounter';

/** `continued`: more merges after the model's own; `independent`: merges from the alphabet; `added`: frequent words as
 *  added tokens; `atomic`: one token for each symbol of a notation. */
export type LearnMethod = 'continued' | 'independent' | 'added' | 'atomic';

export interface LearnVocabularyOptions extends ContinueBpeOptions {
  readonly method?: LearnMethod;
  /** Of the atomic alphabet. Default: told from the texts, where they are in memory. */
  readonly grammar?: GrammarName;
  /** What a text is: merges never cross its ends, and documents are counted in it. Default `document`. */
  readonly unit?: TrainingUnit;
  /** How words are counted. Default: on this thread. */
  readonly count?: (texts: TrainingTexts) => Promise<WordCounts>;
}

/**
 * @throws LabError tokenizer/nothing-to-learn; tokenizer/no-grammar where an atomic alphabet is asked for and the texts
 *   are in no notation that is known.
 */
export async function learnVocabulary(
  tokenizer: Tokenizer,
  given: TrainingTexts,
  { method = 'continued', grammar, unit, count, ...options }: LearnVocabularyOptions,
): Promise<VocabularyExtension> {
  const texts = inUnits(given, unit);
  if (method === 'added') return addedWords(tokenizer, texts, options);
  if (method === 'atomic') {
    const told = grammar === undefined && typeof texts !== 'function' ? detectGrammar(texts) : null;
    const notation = grammar === undefined ? told : grammars[grammar];
    if (notation === null) throw noGrammar();
    return atomicAlphabet(tokenizer, texts, notation, options);
  }
  const signal = options.signal ? { signal: options.signal } : {};
  const words = await (count ? count(texts) : countWords(tokenizer, texts, signal));
  return method === 'continued' ? continueBpe(tokenizer, words, options) : independentBpe(tokenizer, words, options);
}

function noGrammar(): LabError {
  return new LabError(
    'tokenizer/no-grammar',
    'These texts are in no notation that is known, so that there are no symbols to give tokens to.',
    `Name the grammar: ${grammarNames.join(', ')}; or continue the merges instead.`,
  );
}
