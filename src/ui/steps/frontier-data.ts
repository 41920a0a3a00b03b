/** Reading the frontier between its measured points: straight lines over log2 of the size. */
import type { Diagnosis, ModelSummary } from '../../worker/index';

export interface Frontier {
  readonly base: number;
  readonly points: Diagnosis['frontier'];
}

function between(points: Frontier['points'], size: number): [before: number, after: number, share: number] {
  const last = points.length - 1;
  if (size <= points[0]!.newTokens) return [0, 0, 0];
  for (let at = 1; at <= last; at++) {
    const low = points[at - 1]!.newTokens;
    const high = points[at]!.newTokens;
    if (size <= high) return [at - 1, at, Math.log2(size / low) / Math.log2(high / low)];
  }
  return [last, last, 0];
}

export function lengthAt({ points }: Frontier, size: number): number {
  const [before, after, share] = between(points, size);
  return points[before]!.bytesPerToken * (1 - share) + points[after]!.bytesPerToken * share;
}

/** Exposure falls by powers, so it is read on a log scale. */
export function exposureAt({ points }: Frontier, size: number): number {
  const [before, after, share] = between(points, size);
  const log = (at: number) => Math.log(Math.max(1, points[at]!.exposureP10));
  return Math.exp(log(before) * (1 - share) + log(after) * share);
}

/** g* = k d / (N + (V + k) d) with N the body: the shortening that pays for the larger head (DESIGN section 5). */
export function breakEven(model: ModelSummary, newTokens: number): number {
  const matrix = model.embeddingRows * model.hiddenSize;
  const body = model.parameters - matrix * (model.tied ? 1 : 2);
  const added = newTokens * model.hiddenSize;
  return added / (body + matrix + added);
}

/** Sizes a person would name: two significant digits, but powers of two stay what they are. */
export function roundSize(size: number): number {
  const power = 2 ** Math.round(Math.log2(size));
  if (Math.abs(size / power - 1) < 0.02) return power;
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(size)) - 1);
  return Math.round(size / unit) * unit;
}
