// Words as rows of ids under a tokenizer: what merging starts from. Tokens that stand for lost text are among them; how many
// more its bytes would be is counted beside them.
import type { Tokenizer } from '../Tokenizer';
import type { WordCounts } from './WordCounter';
import type { TrainingWords } from './MergeLearner';
import { lostSurplus } from './unknownCharacters';

export interface SegmentedWords extends TrainingWords {
  /** Weighted tokens that lost text would take in bytes, over those that stand in its place. */
  readonly lostSurplus: number;
}

export function segmentWords(tokenizer: Tokenizer, { words, counts }: WordCounts): SegmentedWords {
  const { bpe } = tokenizer;
  let symbols = new Int32Array(1 << 16);
  const offsets = new Int32Array(words.length + 1);
  let used = 0;
  let surplus = 0;
  words.forEach((word, index) => {
    const { ids, lost } = bpe.idsOnce(word);
    if (lost !== null) surplus += counts[index]! * lostSurplus(word, lost);
    if (used + ids.length > symbols.length) {
      const wide = new Int32Array((used + ids.length) * 2);
      wide.set(symbols);
      symbols = wide;
    }
    symbols.set(ids, used);
    used += ids.length;
    offsets[index + 1] = used;
  });
  return { symbols: symbols.slice(0, used), offsets, counts, lostSurplus: surplus };
}
