/**
 * So many optimizer steps as a budget in bytes of text: what an arm has read is told in bytes, which mean the same for every
 * vocabulary, so that another arm can be put beside it.
 */
import { packedLength, utf8Length } from '../../corpus/index';
import type { Tokenizer } from '../../tokenizer/index';
import { firstBytes, noTokens, readingOrder } from './trainingText';

export interface StepsAsked {
  readonly steps: number;
  /** Tokens of one step. */
  readonly stepTokens: number;
  readonly seed: number;
  readonly startId: number | null;
  readonly endId: number | null;
}

/** The most text of the seed's reading order that takes so many steps and no more. Throws `lab/no-training-text`. */
export function bytesOfSteps(documents: readonly string[], tokenizer: Tokenizer, asked: StepsAsked): number {
  const packed = (text: string) => packedLength(tokenizer.encode(text).ids, asked);
  const known = new Map<string, number>();
  let left = asked.steps * asked.stepTokens;
  let [bytes, empty] = [0, 0];
  for (const text of readingOrder(documents, asked.seed)) {
    const length = known.get(text) ?? packed(text);
    known.set(text, length);
    empty = length === 0 ? empty + 1 : 0;
    if (empty > documents.length) throw noTokens(documents.length);
    if (length > left) return bytes + bytesWithin(text, left);
    bytes += utf8Length(text);
    left -= length;
  }
  return bytes;

  /** Cut after a token; what is cut off may join the last ones otherwise. */
  function bytesWithin(text: string, tokens: number): number {
    const { ends } = tokenizer.encode(text);
    for (let kept = Math.min(tokens, ends.length); kept > 0; kept--) {
      const cut = firstBytes(text, utf8Length(text.slice(0, ends[kept - 1])));
      if (packed(cut) <= tokens) return utf8Length(cut);
    }
    return 0;
  }
}
