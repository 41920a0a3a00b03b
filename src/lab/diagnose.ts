/**
 * Does this domain deserve tokens of its own? Merges are learned once, up to the largest sensible size; the frontier and
 * every smaller vocabulary come from that one trace. The signals are those of the suggested size, on held-out text.
 */
import { LabError } from '../error';
import type { Tokenizer, VocabularyExtension, WordCounts } from '../tokenizer/index';
import { throwIfCancelled } from './cancel';
import { countedBytes, type CorpusText } from './corpusText';
import { countText } from './counting';
import { cappedDocuments } from './evaluate';
import { frontierOf, frontierSizes } from './frontier';
import { learnMerges, wordsOf, type LearnOptions } from './learnVocabulary';
import type { LoadedModel } from './openModel';
import { piecesOf } from './pieces';
import { throttled, type OnProgress } from './progress';
import type { Diagnosis } from './results';
import { signalsOf, suggestSize, verdictOf, type DiagnosisCounts } from './signals';
import { largestNewTokens } from './thresholds';

export interface DiagnosedVocabulary {
  readonly diagnosis: Diagnosis;
  /** Every vocabulary up to the largest is a prefix of this; null where nothing could be learned. */
  readonly extension: VocabularyExtension | null;
}

/** How often the default run sees the training text; exposures are counted over that many passes. */
const epochs = 1;
const excerptLength = 600;
const shownWords = 12;

export async function diagnose(
  model: LoadedModel,
  corpus: CorpusText,
  options: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal; readonly largest?: number } = {},
): Promise<DiagnosedVocabulary> {
  const started = performance.now();
  const { tokenizer, summary } = model;
  const { signal } = options;
  const report = throttled(options.onProgress ?? (() => undefined));
  const learning = { onProgress: report, ...(signal ? { signal } : {}) };
  const words = await wordsOf(model, corpus.train, learning);
  const newest = options.largest ?? largestNewTokens(words.bytes);
  const extension = await learnedOrNull(model, words, { ...learning, newTokens: newest });
  throwIfCancelled(signal);

  const tokens = extension?.tokens ?? [];
  const points = frontierOf(
    tokens.map(({ left, right, occurrencesAtMerge: count }) => ({ left, right, count })),
    tokens[0]?.id ?? 0,
    extension?.tokensAfter[0] ?? 0,
    frontierSizes(tokens.length),
  );
  const holding = suggestSize(points, epochs);
  // Without any size that holds, the signals describe the smallest one.
  const newTokens = holding || (points[1]?.newTokens ?? 0);

  report({ phase: 'measuring', done: 0, total: points.length + 1 });
  const heldOut = await countText(tokenizer, corpus.heldOut, countedBytes, {
    preTokens: true,
    ...(signal ? { signal } : {}),
  });
  const general = await countText(tokenizer, corpus.general, countedBytes, signal ? { signal } : {});
  const frontier: Diagnosis['frontier'][number][] = [];
  let tokensAfter = heldOut.tokens;
  for (const [index, point] of points.entries()) {
    const extended = tokenizer.extended(tokens.slice(0, point.newTokens));
    const counted = await countText(extended, corpus.heldOut, countedBytes, signal ? { signal } : {});
    if (point.newTokens === newTokens) tokensAfter = counted.tokens;
    const bytesPerToken = counted.bytes / Math.max(1, counted.tokens);
    frontier.push({ newTokens: point.newTokens, bytesPerToken, exposureP10: point.exposureP10 });
    report({ phase: 'measuring', done: index + 1, total: points.length + 1 });
  }
  const counts: DiagnosisCounts = {
    newTokens,
    exposureP10: points.find((point) => point.newTokens === newTokens)?.exposureP10 ?? 0,
    epochs,
    trainBytes: words.bytes,
    heldOut: { bytes: heldOut.bytes, tokensBefore: heldOut.tokens, tokensAfter },
    general,
    preTokens: { bytes: heldOut.bytes, count: heldOut.preTokens },
    parameters: summary.parameters,
    hiddenSize: summary.hiddenSize,
    embeddingRows: summary.embeddingRows,
    tied: summary.tied,
  };
  report({ phase: 'measuring', done: 1, total: 1 });
  return {
    extension,
    diagnosis: {
      verdict: verdictOf(counts, holding > 0),
      signals: signalsOf(counts),
      frontier,
      suggestedNewTokens: newTokens,
      bytesPerPreToken: heldOut.bytes / Math.max(1, heldOut.preTokens),
      mostFragmented: mostFragmented(tokenizer, words),
      heldOutExcerpt: excerptOf(corpus.heldOut),
      milliseconds: performance.now() - started,
    },
  };
}

async function learnedOrNull(
  model: LoadedModel,
  words: WordCounts,
  options: LearnOptions,
): Promise<VocabularyExtension | null> {
  try {
    return await learnMerges(model, words, options);
  } catch (error) {
    const codes = ['tokenizer/nothing-to-learn', 'lab/not-extendable'];
    if (error instanceof LabError && codes.includes(error.code)) return null;
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
  const text = tokenizer.family === 'sentencepiece-bpe' ? word.replaceAll('▁', ' ') : word;
  return text.length > 60 ? text.slice(0, 60) : text;
}

function excerptOf(documents: readonly string[]): string {
  const text = cappedDocuments(documents, excerptLength).join('\n');
  return text.length <= excerptLength ? text : Array.from(text).slice(0, excerptLength).join('');
}
