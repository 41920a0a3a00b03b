/**
 * A tied checkpoint may hold its head a second time. An exact copy is harmless and is not written again. One with other
 * values is read as tied by transformers 4 and as untied by transformers 5: whichever the lab chose, one of them would
 * compute something else with what it writes.
 */
import { isWeightDtype, rowChunks, type Checkpoint } from '../../checkpoint/index';
import { LabError } from '../../error';
import { headName, parameterSpecs, type ModelConfig } from '../../model/index';

/** Reads both matrices, only where there are two. Throws `checkpoint/two-heads`. */
export async function requireOneHead(
  { tensors }: Pick<Checkpoint, 'tensors'>,
  config: ModelConfig,
  signal?: AbortSignal,
): Promise<void> {
  const head = config.tied ? tensors.get(headName(config)) : undefined;
  if (!head) return;
  const input = tensors.get(parameterSpecs(config).find(({ role }) => role === 'inputVocabulary')!.name)!;
  const [rows = 0, width = 1] = input.shape;
  const comparable = isWeightDtype(head.dtype) && head.shape.join() === input.shape.join();
  if (comparable) {
    let same = true;
    for (const range of rowChunks(rows, width * 4)) {
      const [a, b] = [await input.readF32(range, signal), await head.readF32(range, signal)];
      // NaN is told from numbers, not from itself.
      same &&= a.every((value, at) => Object.is(value, b[at]) || value === b[at]);
      if (!same) break;
    }
    if (same) return;
  }
  throw new LabError(
    'checkpoint/two-heads',
    `config.json ties \`${head.name}\` to \`${input.name}\`, but the checkpoint holds both, and they differ.`,
    'If the head is meant, set "tie_word_embeddings" to false in config.json; else save the model without it.',
    { head: head.name, input: input.name },
  );
}
