/** The texts an experiment works on, already split by document, and what the page says about them. */
import type { TrainingTexts } from '../../tokenizer/index';
import type { CorpusSummary } from './corpusSummary';
import type { Instructions } from './instructions';

export interface CorpusText {
  /** All training documents, or an even sample of them where `readTrain` is there. */
  readonly train: readonly string[];
  /** Of a corpus that does not fit in memory: all training documents in batches, read from the files again each time. */
  readTrain?(signal?: AbortSignal): AsyncIterable<readonly string[]>;
  readonly heldOut: readonly string[];
  /** General text in another style, never trained on: what the model may forget. */
  readonly general: readonly string[];
  /** Conversations that a stage may learn answers from. */
  readonly instructions?: Instructions;
  readonly summary: CorpusSummary;
}

/** General text is measured on at most this many bytes; more does not change a ratio of thousands of tokens. */
export const countedBytes = 256 * 1024;

/** Every training document, for what reads them once from front to end. */
export function trainingTexts(corpus: Pick<CorpusText, 'train' | 'readTrain'>, signal?: AbortSignal): TrainingTexts {
  const { readTrain } = corpus;
  return readTrain ? () => readTrain(signal) : corpus.train;
}
