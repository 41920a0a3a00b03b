// A vocabulary from scratch, as the Rust BpeTrainer learns it: the pieces of a blank tokenizer (special tokens and the
// alphabet), then one per merge until the vocabulary is full or no pair is frequent enough.
import { BYTE_TO_CHARACTER } from '../byteLevelAlphabet';
import type { Tokenizer } from '../Tokenizer';
import type { WordCounts } from './WordCounter';
import { MergeLearner } from './MergeLearner';
import { Pause } from './pause';
import { segmentWords } from './segmentWords';

export interface BpeTraining {
  /** Pieces of the whole vocabulary; the index is the id. */
  readonly pieces: readonly string[];
  readonly merges: readonly (readonly [left: string, right: string])[];
}

export interface TrainingProgress {
  readonly newTokens: number;
  readonly of: number;
}

export interface TrainBpeOptions {
  readonly vocabSize: number;
  /** A pair below this count is not merged. */
  readonly minFrequency: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
}

/** Special tokens first, then all 256 bytes in the order of their characters: ids as the Rust trainer gives them. */
export function byteLevelVocabulary(specialTokens: readonly string[]): Record<string, number> {
  const alphabet = BYTE_TO_CHARACTER.toSorted();
  return Object.fromEntries([...specialTokens, ...alphabet].map((piece, id) => [piece, id]));
}

/** @param blank a tokenizer whose ids are consecutive and whose model has no merges. */
export async function trainBpe(blank: Tokenizer, words: WordCounts, options: TrainBpeOptions): Promise<BpeTraining> {
  const pieces = Array.from({ length: blank.largestId + 1 }, (_, id) => blank.piece(id));
  const idOf = new Map(blank.model.vocabulary);
  const merges: [string, string][] = [];
  const learner = new MergeLearner(segmentWords(blank, words));
  const pause = new Pause(options.signal);
  while (pieces.length < options.vocabSize) {
    const best = learner.best();
    if (best === null || best.count < Math.max(1, options.minFrequency)) break;
    const left = pieces[best.left]!;
    const right = pieces[best.right]!;
    const piece = left + right;
    let id = idOf.get(piece);
    if (id === undefined) {
      id = pieces.length;
      pieces.push(piece);
      idOf.set(piece, id);
    }
    merges.push([left, right]);
    learner.mergeBest(id);
    if (pause.isDue) {
      options.onProgress?.({ newTokens: pieces.length, of: options.vocabSize });
      await pause.take();
    }
  }
  return { pieces, merges };
}
