// Words as rows of ids under a tokenizer: what merging starts from.
import type { Tokenizer } from '../Tokenizer';
import type { WordCounts } from './WordCounter';
import type { TrainingWords } from './MergeLearner';

export function segmentWords(tokenizer: Tokenizer, { words, counts }: WordCounts): TrainingWords {
  let symbols = new Int32Array(1 << 16);
  const offsets = new Int32Array(words.length + 1);
  let used = 0;
  words.forEach((word, index) => {
    const { ids } = tokenizer.bpe.segment(word);
    if (used + ids.length > symbols.length) {
      const wide = new Int32Array((used + ids.length) * 2);
      wide.set(symbols);
      symbols = wide;
    }
    symbols.set(ids, used);
    used += ids.length;
    offsets[index + 1] = used;
  });
  return { symbols: symbols.slice(0, used), offsets, counts };
}
