/** New tokens learned on a corpus: what the diagnosis traces and what a vocabulary is cut from. */
import { LabError } from '../../error';
import {
  continueBpe,
  countInShards,
  countWords,
  detectGrammar,
  inUnits,
  learnVocabulary as learn,
  slowPattern,
  type GrammarName,
  type LearnVocabularyOptions,
  type TracedExtension,
  type TrainingTexts,
  type VocabularyExtension,
  type WordCounts,
} from '../../tokenizer/index';
import { trainingTexts, type CorpusText } from '../open/corpusText';
import { shardedFromBytes, type OpenShards } from './countingShard';
import type { OnProgress } from '../progress';
import type { LearnRules, LearnWay } from './choice';
import type { TokenizerModel } from '../open/tokenizerModel';

/** A new token must stand in at least this many documents. */
const minDocuments = 2;

interface LearningOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /** Threads for counting the words of large corpora; without it one thread counts. */
  readonly openShards?: OpenShards;
}

export interface VocabularyOptions extends LearningOptions, Partial<LearnWay> {
  readonly newTokens: number;
}

type TrainingCorpus = Pick<CorpusText, 'train' | 'readTrain' | 'summary'>;

/** In any way. Throws `tokenizer/not-bpe`, `tokenizer/nothing-to-learn`, `tokenizer/no-grammar`, `lab/bad-pattern`. */
export async function learnVocabulary(
  model: TokenizerModel,
  corpus: TrainingCorpus,
  { method = 'continued', grammar, rules = {}, newTokens, ...options }: VocabularyOptions,
): Promise<VocabularyExtension> {
  const { onProgress, signal } = options;
  const notation = method === 'atomic' ? (grammar ?? grammarOf(corpus.train)) : undefined;
  const { trainDocuments } = corpus.summary;
  return learn(model.tokenizer, trainingTexts(corpus, signal), {
    minDocuments: Math.min(minDocuments, trainDocuments),
    ...learnOptions(rules),
    method,
    newTokens,
    ...(notation === undefined ? {} : { grammar: notation }),
    ...(signal ? { signal } : {}),
    count: (texts) => countedWords(model, texts, corpus, options),
    onProgress: ({ newTokens: done, of }) => onProgress?.({ phase: 'merging', done, total: of }),
  });
}

/** A way without what else a choice holds, and without rules that are the defaults. */
export function wayOf({ method, grammar, rules }: LearnWay): LearnWay {
  const { unit, mergeDigits, neverMerge, ...numbers } = rules ?? {};
  const set: LearnRules = {
    ...numbers,
    ...(unit === 'line' ? { unit } : {}),
    ...(mergeDigits ? { mergeDigits } : {}),
    ...(neverMerge ? { neverMerge } : {}),
  };
  return {
    method,
    ...(grammar === undefined ? {} : { grammar }),
    ...(Object.keys(set).length > 0 ? { rules: set } : {}),
  };
}

/** Of ways as `wayOf` gives them. */
export function isSameWay(one: LearnWay, other: LearnWay): boolean {
  const ruleOf = (way: LearnWay) => JSON.stringify(Object.entries(way.rules ?? {}).sort());
  return one.method === other.method && one.grammar === other.grammar && ruleOf(one) === ruleOf(other);
}

/** Told from the sample where the corpus is too large to be in memory. */
function grammarOf(documents: readonly string[]): GrammarName | undefined {
  return detectGrammar(documents)?.name;
}

function learnOptions({ mergeDigits, neverMerge, ...rules }: LearnRules): Partial<LearnVocabularyOptions> {
  return {
    ...rules,
    ...(mergeDigits ? { forbidDigits: false } : {}),
    ...(neverMerge === undefined ? {} : { neverMerge: patternOf(neverMerge) }),
  };
}

/** JavaScript cannot interrupt a pattern that backtracks for ever, so that such ones are refused. */
function patternOf(source: string): RegExp {
  const refuse = (why: string) =>
    new LabError(
      'lab/bad-pattern',
      `${JSON.stringify(source)} cannot say what is never merged: ${why}.`,
      'Write it as JavaScript does, without slashes, and without repeating a group that repeats inside.',
      { pattern: source },
    );
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, 'u');
  } catch (cause) {
    throw refuse((cause as Error).message);
  }
  const slow = slowPattern(source);
  if (slow !== null) throw refuse(slow);
  return pattern;
}

/** The words of all training documents. */
export function wordsOf(
  model: TokenizerModel,
  corpus: TrainingCorpus,
  options: LearningOptions & Pick<LearnRules, 'unit'> = {},
): Promise<WordCounts> {
  return countedWords(model, inUnits(trainingTexts(corpus, options.signal), options.unit), corpus, options);
}

async function countedWords(
  { tokenizer, checkpoint }: TokenizerModel,
  texts: TrainingTexts,
  { summary }: Pick<CorpusText, 'summary'>,
  { onProgress, signal, openShards }: LearningOptions,
): Promise<WordCounts> {
  const options = {
    documents: summary.trainDocuments,
    onProgress: ({ documents: done, of }: { documents: number; of: number }) =>
      onProgress?.({ phase: 'tokenizing', done: Math.min(done, of), total: of }),
    ...(signal ? { signal } : {}),
  };
  if (!openShards || summary.trainBytes < shardedFromBytes) return countWords(tokenizer, texts, options);
  const opened = await openShards(checkpoint);
  try {
    return await countInShards(opened.shards, texts, options);
  } finally {
    opened.close();
  }
}

/** Continued merges, with the trace that the frontier is read from. Throws `tokenizer/not-bpe`. */
export async function learnMerges(
  model: TokenizerModel,
  words: WordCounts,
  { onProgress, signal, newTokens }: VocabularyOptions,
): Promise<TracedExtension> {
  return continueBpe(model.tokenizer, words, {
    minDocuments: Math.min(minDocuments, words.documents),
    newTokens,
    ...(signal ? { signal } : {}),
    onProgress: ({ newTokens: done, of }) => onProgress?.({ phase: 'merging', done, total: of }),
  });
}
