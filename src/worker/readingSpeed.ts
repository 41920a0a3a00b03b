/** How fast a model reads text here. */
import { canonicalJson, stepFlops, type CorpusText, type EngineSummary, type LoadedModel } from '../lab/index';

const sampledCharacters = 16_384;

/** FLOPs of one token of a step of everything. */
export function flopsPerToken(model: LoadedModel): number {
  const length = Math.max(2, Math.min(128, model.summary.contextLength || 128));
  return stepFlops(model, 0, { rates: { oldRows: 1, body: 1, norms: 1 }, batch: { rows: 1, length } }) / length;
}

/** Of the open text, in the tokens of the model. */
export function bytesPerToken(model: LoadedModel, corpus: CorpusText): number {
  const text = corpus.heldOut.join('\n').slice(0, sampledCharacters);
  const bytes = new TextEncoder().encode(text).length;
  return bytes / Math.max(1, model.tokenizer.encode(text).ids.length);
}

/** What a speed depends on: what computes, and the model's shape, whatever its weights are. */
export function speedKey(
  { kind, description, threads = 1, matmulVariant = '' }: EngineSummary,
  { checkpoint }: Pick<LoadedModel, 'checkpoint'>,
): string {
  return [kind, description, threads, matmulVariant, canonicalJson(checkpoint.config)].join('\n');
}
