// Continued BPE: more merges after the model's own, learned on a domain (DESIGN section 4). Text is cut as before and
// then only joined further, so that the boundaries after are a subset of those before, and general text stays as it was
// or gets coarser. Tokens that no text would ever give are not learned.
import { LabError } from '../../error';
import { pieceBytes } from '../family';
import type { NewPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import { visibleText } from '../visibleText';
import type { WordCounts } from './countWords';
import { DocumentIndex, documentsOfTokens } from './documentFrequency';
import { MergeLearner } from './MergeLearner';
import { mergeRule, type MergeRuleOptions } from './mergeRule';
import { Pause } from './pause';
import { segmentWords } from './segmentWords';
import type { TrainingProgress } from './trainBpe';

export interface ContinueBpeOptions extends MergeRuleOptions {
  /** How many tokens to learn; fewer come when no pair is left that the rules allow. */
  readonly newTokens: number;
  /** A pair below this count is not merged. Default 2. */
  readonly minFrequency?: number;
  /** A pair that stands in fewer documents is not merged. Default 1. */
  readonly minDocuments?: number;
  /** Default: the id after the tokenizer's largest, also where the model has more embedding rows than that. */
  readonly firstNewId?: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
}

export interface NewToken extends NewPiece {
  /** For people. */
  readonly text: string;
  readonly bytes: Uint8Array;
  /** What the old tokenizer makes of it: old ids. */
  readonly pieces: readonly number[];
  /** Weighted count of the pair when it was merged. */
  readonly occurrencesAtMerge: number;
  /** Occurrences in the training text cut with all new tokens: those inside of longer new tokens no longer count. */
  readonly occurrences: number;
  /** Documents with at least one of those. */
  readonly documents: number;
}

export interface VocabularyExtension {
  readonly tokens: readonly NewToken[];
  /** `tokensAfter[k]`: tokens of the training text with the first k new tokens; [0] is the old tokenizer. */
  readonly tokensAfter: Float64Array;
  readonly bytes: number;
  readonly documents: number;
  /** Pieces that were frequent enough and not learned because no text would be cut into them. */
  readonly dead: readonly string[];
}

/** @throws LabError tokenizer/nothing-to-learn when the words hold no pair that the rules allow. */
export async function continueBpe(
  tokenizer: Tokenizer,
  words: WordCounts,
  options: ContinueBpeOptions,
): Promise<VocabularyExtension> {
  const dead = new Set<string>();
  for (;;) {
    const learned = await learn(tokenizer, words, options, dead);
    // A merge that holds in one context may not in another; what the finished tokenizer cannot give is dropped, and the
    // merges after it are learned anew, because they may have been built on it.
    const extended = tokenizer.extended(learned.pieces);
    const unreachable = learned.pieces.filter((piece) => !extended.reaches(piece.id));
    if (unreachable.length === 0) return summary(tokenizer, words, learned, dead);
    for (const { piece } of unreachable) dead.add(piece);
  }
}

interface Learned {
  readonly pieces: readonly NewPiece[];
  readonly pairCounts: readonly number[];
  readonly tokensAfter: readonly number[];
  readonly learner: MergeLearner;
}

async function learn(
  tokenizer: Tokenizer,
  words: WordCounts,
  options: ContinueBpeOptions,
  dead: Set<string>,
): Promise<Learned> {
  const learner = new MergeLearner(segmentWords(tokenizer, words));
  const made = new Set<string>();
  const allowed = mergeRule(tokenizer, options, made, dead);
  const minDocuments = options.minDocuments ?? 1;
  const documentIndex = minDocuments > 1 ? new DocumentIndex(words) : null;
  const pieces: NewPiece[] = [];
  const pieceOf = new Map<number, string>();
  const textOf = (id: number): string => pieceOf.get(id) ?? tokenizer.piece(id);
  const pairCounts: number[] = [];
  const tokensAfter = [learner.tokens];
  const pause = new Pause(options.signal);
  let id = options.firstNewId ?? tokenizer.largestId + 1;

  while (pieces.length < options.newTokens) {
    const best = learner.best();
    if (best === null || best.count < Math.max(1, options.minFrequency ?? 2)) break;
    const left = textOf(best.left);
    const right = textOf(best.right);
    const isFrequent = (): boolean =>
      documentIndex === null || documentIndex.holdsAtLeast(learner.wordsOfBest(), minDocuments);
    if (!allowed(best.left, best.right, left, right) || !isFrequent()) {
      learner.skipBest();
    } else {
      if (tokenizer.hasId(id)) throw takenId(id, tokenizer);
      pieces.push({ id, piece: left + right, left: best.left, right: best.right });
      pieceOf.set(id, left + right);
      made.add(left + right);
      pairCounts.push(best.count);
      learner.mergeBest(id++);
      tokensAfter.push(learner.tokens);
    }
    if (pause.isDue) {
      options.onProgress?.({ newTokens: pieces.length, of: options.newTokens });
      await pause.take();
    }
  }
  if (pieces.length === 0) throw nothingToLearn(words);
  return { pieces, pairCounts, tokensAfter, learner };
}

function summary(
  tokenizer: Tokenizer,
  words: WordCounts,
  { pieces, pairCounts, tokensAfter, learner }: Learned,
  dead: ReadonlySet<string>,
): VocabularyExtension {
  const occurrences = new Map<number, number>();
  for (let word = 0; word < words.words.length; word++) {
    for (const id of learner.segmentation(word)) {
      occurrences.set(id, (occurrences.get(id) ?? 0) + words.counts[word]!);
    }
  }
  const isNew = new Set(pieces.map((piece) => piece.id));
  const documents = documentsOfTokens(words, (word) => learner.segmentation(word).filter((id) => isNew.has(id)));
  const oldPieces = new Map<number, readonly number[]>();
  const oldPiecesOf = (id: number): readonly number[] => oldPieces.get(id) ?? [id];
  const tokens = pieces.map((piece, index): NewToken => {
    const bytes = pieceBytes(piece.piece, tokenizer.family);
    oldPieces.set(piece.id, [...oldPiecesOf(piece.left), ...oldPiecesOf(piece.right)]);
    return {
      ...piece,
      text: visibleText(bytes),
      bytes,
      pieces: oldPiecesOf(piece.id),
      occurrencesAtMerge: pairCounts[index]!,
      occurrences: occurrences.get(piece.id) ?? 0,
      documents: documents.get(piece.id) ?? 0,
    };
  });
  return {
    tokens,
    tokensAfter: Float64Array.from(tokensAfter),
    bytes: words.bytes,
    documents: words.documents,
    dead: [...dead],
  };
}

function nothingToLearn(words: WordCounts): LabError {
  return new LabError(
    'tokenizer/nothing-to-learn',
    `No pair of tokens in ${words.documents} documents (${words.bytes} bytes) is frequent enough and allowed to merge.`,
    'Give more text, lower the minimum frequency, or allow digits to merge.',
    { documents: words.documents, bytes: words.bytes },
  );
}

function takenId(id: number, tokenizer: Tokenizer): LabError {
  return new LabError(
    'tokenizer/taken-id',
    `Id ${id} for a new token belongs to ${JSON.stringify(tokenizer.tokenText(id))} already.`,
    `New ids begin at ${tokenizer.largestId + 1}.`,
    { id, largestId: tokenizer.largestId },
  );
}
