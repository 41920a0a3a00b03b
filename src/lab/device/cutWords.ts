/** In English: what gave way so that a step fits, and what that costs. */
import type { Adaptation, StepCut } from './stepCut';

const words: Readonly<Record<Adaptation, (cut: StepCut) => string>> = {
  microBatch: ({ microBatchRows, batchRows }) => `micro-batches of ${microBatchRows} of ${batchRows} rows`,
  chunk: ({ chunkTokens }) => `logits of ${chunkTokens} tokens at a time`,
  recomputation: ({ recomputedLayers, layers, moreArithmetic }) =>
    `${recomputedLayers} of ${layers} layers computed twice, ${Math.round(100 * moreArithmetic)} % more arithmetic`,
};

/** Empty where nothing gave way. */
export function cutWords(cut: StepCut): string {
  return cut.adapted.map((adaptation) => words[adaptation](cut)).join('; ');
}
