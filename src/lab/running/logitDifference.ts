/** How far apart two sets of logits are. */

/** Infinity where one is not a number, or they are not of one length: neither may pass. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}

/** Share of positions at which both find the same token likeliest. */
export function greedyAgreement(a: Float32Array, b: Float32Array, positions: number): number {
  const rows = a.length / positions;
  let agreed = 0;
  for (let at = 0; at < positions; at++) {
    agreed += likeliest(a, at * rows, rows) === likeliest(b, at * rows, rows) ? 1 : 0;
  }
  return agreed / positions;
}

function likeliest(logits: Float32Array, start: number, rows: number): number {
  let best = 0;
  for (let id = 1; id < rows; id++) if (logits[start + id]! > logits[start + best]!) best = id;
  return best;
}
