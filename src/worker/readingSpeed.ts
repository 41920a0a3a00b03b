/** How fast a model reads text here. */
import { stepFlops, type CorpusText, type LoadedModel } from '../lab/index';

/** Share of the speed of plain matrix products that a whole step reaches (docs/performance.md). */
const stepEfficiency = 0.7;
const sampledCharacters = 16_384;

/** Of text that a step of everything reads. @param gigaflopsPerSecond of plain matrix products here. */
export function readingSpeed(
  model: LoadedModel,
  corpus: CorpusText,
  gigaflopsPerSecond: number,
): { readonly bytesPerSecond: number; readonly bytesPerToken: number } {
  const length = Math.max(2, Math.min(128, model.summary.contextLength || 128));
  const rates = { oldRows: 1, body: 1, norms: 1 };
  const flops = stepFlops(model, 0, { rates, batch: { rows: 1, length } }) / length;
  const text = corpus.heldOut.join('\n').slice(0, sampledCharacters);
  const bytes = new TextEncoder().encode(text).length;
  const tokens = model.tokenizer.encode(text).ids.length;
  const bytesPerToken = bytes / Math.max(1, tokens);
  return { bytesPerSecond: ((gigaflopsPerSecond * 1e9 * stepEfficiency) / flops) * bytesPerToken, bytesPerToken };
}
