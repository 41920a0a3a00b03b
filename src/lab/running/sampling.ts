/**
 * The next token from logits: temperature, top-k and top-p in the order of `transformers`, then one draw. Temperature 0
 * takes the likeliest token.
 */
import type { Random } from '../../random';

export interface SamplingOptions {
  readonly temperature: number;
  /** Only the k likeliest are drawn from; 0 for all. */
  readonly topK: number;
  /**
   * Only the likeliest that together reach this probability are drawn from (nucleus sampling, Holtzman et al. 2019), the
   * one that reaches it included; 1, the default, for all.
   */
  readonly topP?: number;
}

/** `allowed` keeps padding rows, which stand for no token, from being drawn. */
export function pickToken(
  logits: Float32Array,
  { temperature, topK, topP = 1 }: SamplingOptions,
  random: Random,
  allowed: (id: number) => boolean = () => true,
): number {
  let best = -1;
  const candidates: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    if (!allowed(id)) continue;
    candidates.push(id);
    if (best < 0 || logits[id]! > logits[best]!) best = id;
  }
  if (temperature <= 0) return best;
  const isCut = (topK > 0 && topK < candidates.length) || topP < 1;
  if (isCut) candidates.sort((a, b) => logits[b]! - logits[a]!);
  if (topK > 0 && topK < candidates.length) candidates.length = topK;
  let weights = candidates.map((id) => Math.exp((logits[id]! - logits[best]!) / temperature));
  let total = weights.reduce((sum, weight) => sum + weight, 0);
  if (topP < 1) {
    let reached = 0;
    const last = weights.findIndex((weight) => (reached += weight) >= topP * total);
    weights = weights.slice(0, last + 1);
    total = reached;
  }
  let left = random() * total;
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left <= 0) return candidates[index]!;
  }
  return candidates[weights.length - 1]!;
}
