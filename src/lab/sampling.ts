/** The next token from logits: temperature and top-k, then one draw. Temperature 0 takes the likeliest token. */
import type { Random } from './random';

export interface SamplingOptions {
  readonly temperature: number;
  /** Only the k likeliest are drawn from; 0 for all. */
  readonly topK: number;
}

/** `allowed` keeps padding rows, which stand for no token, from being drawn. */
export function pickToken(
  logits: Float32Array,
  { temperature, topK }: SamplingOptions,
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
  if (topK > 0 && topK < candidates.length) {
    candidates.sort((a, b) => logits[b]! - logits[a]!);
    candidates.length = topK;
  }
  const weights = candidates.map((id) => Math.exp((logits[id]! - logits[best]!) / temperature));
  let left = random() * weights.reduce((total, weight) => total + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left <= 0) return candidates[index]!;
  }
  return candidates.at(-1)!;
}
