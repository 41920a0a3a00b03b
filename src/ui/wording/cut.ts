/** What gave way so that a step fits the memory, and what that costs. */
import { msg, str } from '@lit/localize';
import type { Adaptation, StepCut } from '../../worker/index';
import { count, joinSentences, percent } from '../format';

const words: Readonly<Record<Adaptation, (cut: StepCut) => string>> = {
  microBatch: ({ microBatchRows, batchRows }) =>
    msg(str`Its rows are computed ${count(microBatchRows)} of ${count(batchRows)} at a time.`),
  chunk: ({ chunkTokens }) => msg(str`Logits are there for ${count(chunkTokens)} tokens at a time.`),
  recomputation: ({ recomputedLayers, layers, moreArithmetic }) =>
    msg(
      str`${count(recomputedLayers)} of ${count(layers)} layers are computed twice, which is ${percent(moreArithmetic, 0)} more arithmetic.`,
    ),
};

/** Empty where nothing gave way. */
export function cutText(cut: StepCut | undefined): string {
  if (!cut || cut.adapted.length === 0) return '';
  return joinSentences(msg('So that it fits:'), ...cut.adapted.map((adaptation) => words[adaptation](cut)));
}
