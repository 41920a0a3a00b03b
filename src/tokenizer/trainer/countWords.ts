// Word counting on this thread, giving the event loop its turn.
import type { Tokenizer } from '../Tokenizer';
import { Pause } from './pause';
import { batchesOf, type TrainingTexts } from './trainingTexts';
import { WordCounter, type WordCounterLimits, type WordCounts } from './WordCounter';

export interface CountProgress {
  readonly documents: number;
  readonly of: number;
}

export interface CountOptions {
  /** How many documents will come, for the progress. Default: those in memory. */
  readonly documents?: number;
  readonly onProgress?: (progress: CountProgress) => void;
  readonly signal?: AbortSignal;
}

export async function countWords(
  tokenizer: Tokenizer,
  texts: TrainingTexts,
  options: CountOptions & WordCounterLimits = {},
): Promise<WordCounts> {
  const counter = new WordCounter(tokenizer, options);
  const pause = new Pause(options.signal);
  const of = options.documents ?? (typeof texts === 'function' ? 0 : texts.length);
  for await (const batch of batchesOf(texts)) {
    for (const text of batch) {
      counter.add(text);
      if (!pause.isDue) continue;
      options.onProgress?.({ documents: counter.documents, of });
      await pause.take();
    }
  }
  return counter.finish();
}
