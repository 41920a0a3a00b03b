/**
 * Does this domain deserve tokens of its own? Merges are learned once, up to the largest sensible size; the frontier and
 * every smaller vocabulary come from that one trace. The signals are those of the suggested size, on held-out text; where
 * no size is seen often enough, those of the largest, since the question is then whether more text would be worth it.
 */
import { LabError } from '../../error';
import {
  countBoundaries,
  detectGrammar,
  lostCharacters,
  type NewToken,
  type Tokenizer,
  type TracedExtension,
  type WordCounts,
} from '../../tokenizer/index';
import { throwIfCancelled } from '../cancel';
import { verdictConfidence } from './confidence';
import { countedBytes, type CorpusText } from '../open/corpusText';
import { expansionCost } from './cost';
import { countText, countDocuments } from '../vocabulary/counting';
import type { OpenShards } from '../vocabulary/countingShard';
import { cappedDocuments, countedDocuments } from '../scoring/evaluate';
import { frontierOf, frontierSizes, type FrontierPoint } from './frontier';
import { learnMerges, wordsOf } from '../vocabulary/learnVocabulary';
import { piecesOf } from '../open/pieces';
import { throttled, type OnProgress } from '../progress';
import { replayedTokens } from '../vocabulary/replay';
import type { Diagnosis, Prediction } from './diagnosis';
import { predictionOf } from './prediction';
import { signalsOf, suggestSize, type DiagnosisCounts } from './signals';
import { largestNewTokens, thresholds } from './thresholds';
import type { TokenizerModel } from '../open/tokenizerModel';

export interface DiagnosedVocabulary {
  readonly diagnosis: Diagnosis;
  /** Made when it was: what runs later is held against it. */
  readonly prediction: Prediction;
  /** Every vocabulary up to the largest is a prefix of this; null where nothing could be learned. */
  readonly extension: TracedExtension | null;
  /** Why nothing could be learned, where it could not. */
  readonly refusal: LabError | null;
  /** Of the training text. */
  readonly words: WordCounts;
}

export interface DiagnoseOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /** Of the frontier. Default: by the size of the corpus. */
  readonly largest?: number;
  /** Judge this size. Default: the one the frontier suggests. */
  readonly newTokens?: number;
  /** Threads for counting the words of large corpora. */
  readonly openShards?: OpenShards;
}

/** How often the default run sees the training text; exposures are counted over that many passes. */
const epochs = 1;
const excerptLength = 600;
const shownWords = 12;

export async function diagnose(
  model: TokenizerModel,
  corpus: CorpusText,
  options: DiagnoseOptions = {},
): Promise<DiagnosedVocabulary> {
  const started = performance.now();
  const { tokenizer, summary } = model;
  const signal = options.signal ? { signal: options.signal } : {};
  const report = throttled(options.onProgress ?? (() => undefined));
  const learning = { onProgress: report, ...signal };
  const words = await wordsOf(model, corpus, {
    ...learning,
    ...(options.openShards ? { openShards: options.openShards } : {}),
  });
  const largest = Math.max(options.newTokens ?? 0, options.largest ?? largestNewTokens(words.bytes));
  const { extension, refusal } = await learnedOrRefused(model, words, { ...learning, newTokens: largest });
  throwIfCancelled(options.signal);

  const tokens = extension?.tokens ?? [];
  const sizes = new Set(frontierSizes(tokens.length));
  if (options.newTokens !== undefined) sizes.add(Math.min(tokens.length, options.newTokens));
  const points = extension
    ? frontierOf(
        extension,
        [...sizes].sort((a, b) => a - b),
      )
    : [];
  const holding = suggestSize(points, epochs);
  const newTokens = Math.min(tokens.length, options.newTokens ?? (holding || tokens.length));
  // Without any size that holds, the smallest does the least harm.
  const suggested = holding === 0 && options.newTokens === undefined ? (points[1]?.newTokens ?? 0) : newTokens;
  const lost = lostCharacters(tokenizer, words);

  report({ phase: 'measuring', done: 0, total: 4 });
  const before = await countDocuments(tokenizer, corpus.heldOut, countedBytes, { preTokens: true, ...signal });
  report({ phase: 'measuring', done: 1, total: 4 });
  const general = await countText(tokenizer, corpus.general, countedBytes, signal);
  report({ phase: 'measuring', done: 2, total: 4 });
  const extended = newTokens === 0 ? tokenizer : tokenizer.extended(tokens.slice(0, newTokens));
  const after = await countDocuments(extended, corpus.heldOut, countedBytes, signal);
  report({ phase: 'measuring', done: 3, total: 4 });
  const saved = extension ? await savedTokens(tokenizer, corpus.heldOut, tokens, signal) : () => 0;
  const heldOut = {
    bytes: before.bytes,
    tokensBefore: before.tokens,
    tokensAfter: after.tokens,
    lostBefore: before.lostBytes,
    lostAfter: after.lostBytes,
  };
  const point = points.find((each) => each.newTokens === newTokens);
  const counts: DiagnosisCounts = {
    ...summary,
    newTokens,
    exposureP10: point?.exposureP10 ?? 0,
    links: point?.links ?? 0,
    lostCharacters: lost.size,
    epochs,
    trainBytes: words.bytes,
    heldOut,
    general,
    preTokens: { bytes: before.bytes, count: before.preTokens },
    boundaries: boundariesOf(tokenizer, corpus.heldOut),
    boundPairs: tokens.slice(0, newTokens).filter(isBoundPair).length,
  };
  const bytesPerToken = (count: number) => before.bytes / Math.max(1, count);
  report({ phase: 'measuring', done: 4, total: 4 });
  const diagnosis: Diagnosis = {
    ...verdictConfidence(
      counts,
      {
        bytes: before.documents.bytes,
        tokensBefore: before.documents.tokens,
        tokensAfter: after.documents.tokens,
        lostBefore: before.documents.lostBytes,
        lostAfter: after.documents.lostBytes,
      },
      exposuresOf(points, lost),
    ),
    signals: signalsOf(counts),
    cost: expansionCost(summary, newTokens, {
      before: bytesPerToken(heldOut.tokensBefore),
      after: bytesPerToken(heldOut.tokensAfter),
    }),
    frontier: points.map((each) => ({
      newTokens: each.newTokens,
      bytesPerToken: bytesPerToken(before.tokens - saved(each.newTokens)),
      exposureP10: each.exposureP10,
      links: each.links,
    })),
    suggestedNewTokens: suggested,
    readAtNewTokens: newTokens,
    bytesPerPreToken: bytesPerToken(before.preTokens),
    mostFragmented: mostFragmented(tokenizer, words),
    heldOutExcerpt: excerptOf(corpus.heldOut),
    droppedShare: droppedShare(words),
    milliseconds: performance.now() - started,
  };
  return { extension, refusal, words, diagnosis, prediction: predictionOf(diagnosis) };
}

/**
 * Of every size. A tokenizer that cannot be extended here has no sizes: how often its most frequent lost character is seen
 * says whether there is text enough to learn at least that.
 */
function exposuresOf(points: readonly FrontierPoint[], lost: ReadonlyMap<string, number>): number[] {
  const sizes = points.filter((point) => point.newTokens > 0);
  if (sizes.length === 0) return [[...lost.values()].reduce((most, count) => Math.max(most, count), 0) * epochs];
  return sizes.map((point) => point.exposureP10 * epochs);
}

function droppedShare({ counts, droppedOccurrences }: WordCounts): number {
  if (droppedOccurrences === 0) return 0;
  return droppedOccurrences / (droppedOccurrences + counts.reduce((sum, count) => sum + count, 0));
}

/** How many tokens of `documents` the first `newTokens` merges save. */
async function savedTokens(
  tokenizer: Tokenizer,
  documents: readonly string[],
  tokens: readonly NewToken[],
  options: { readonly signal?: AbortSignal },
): Promise<(newTokens: number) => number> {
  const replayed = await replayedTokens(tokenizer, documents, tokens, options);
  return (newTokens) => replayed[0]! - replayed[newTokens]!;
}

/** Frequent, but hardly as its parts, and in a handful of documents: a running title, a phrase that one author repeats. */
export function isBoundPair({ pairShare, documents }: Pick<NewToken, 'pairShare' | 'documents'>): boolean {
  const { boundPair } = thresholds;
  return pairShare !== undefined && pairShare > boundPair.share && documents < boundPair.documents;
}

function boundariesOf(tokenizer: Tokenizer, documents: readonly string[]): DiagnosisCounts['boundaries'] {
  const counted = countedDocuments(documents, countedBytes);
  const grammar = detectGrammar(counted);
  return grammar && { grammar: grammar.name, ...countBoundaries(tokenizer, grammar, counted) };
}

async function learnedOrRefused(
  model: TokenizerModel,
  words: WordCounts,
  options: Parameters<typeof learnMerges>[2],
): Promise<Pick<DiagnosedVocabulary, 'extension' | 'refusal'>> {
  try {
    return { extension: await learnMerges(model, words, options), refusal: null };
  } catch (error) {
    const codes = ['tokenizer/nothing-to-learn', 'tokenizer/not-bpe'];
    if (error instanceof LabError && codes.includes(error.code)) return { extension: null, refusal: error };
    throw error;
  }
}

/** Frequent words that the base cuts into many pieces: the most tokens saved if each were one. */
function mostFragmented(tokenizer: Tokenizer, words: WordCounts): Diagnosis['mostFragmented'] {
  const frequent = [...words.counts.keys()].sort((a, b) => words.counts[b]! - words.counts[a]!).slice(0, 3000);
  return frequent
    .map((index) => {
      const text = decodedWord(tokenizer, words.words[index]!);
      return { text, occurrences: words.counts[index]!, pieces: piecesOf(tokenizer, text) };
    })
    .filter(({ pieces, text }) => pieces.length >= 3 && text.trim().length > 0 && !/\p{N}{3}/u.test(text))
    .sort((a, b) => (b.pieces.length - 1) * b.occurrences - (a.pieces.length - 1) * a.occurrences)
    .slice(0, shownWords);
}

/** A pre-token as text: SentencePiece writes its spaces as U+2581, the byte-level alphabet its bytes as letters. */
function decodedWord(tokenizer: Tokenizer, word: string): string {
  const text = tokenizer.family === 'byte-level-bpe' ? word : word.replaceAll('▁', ' ');
  return text.length > 60 ? text.slice(0, 60) : text;
}

function excerptOf(documents: readonly string[]): string {
  const text = cappedDocuments(documents, excerptLength).join('\n');
  return text.length <= excerptLength ? text : Array.from(text).slice(0, excerptLength).join('');
}
