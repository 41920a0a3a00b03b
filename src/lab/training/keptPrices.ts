/**
 * What an evaluation keeps of each id's price, so that a graft and its control can be compared token by token over the whole
 * training: of the first ids only, to a hundredth of a nat, since it stands in run.jsonl at every point.
 */
export const keptIds = 8192;

/** @param nats of each id of each document. */
export function keptPrices(nats: readonly Float32Array[]): readonly number[] {
  const kept: number[] = [];
  for (const document of nats) {
    for (const value of document.subarray(0, keptIds - kept.length)) kept.push(Math.round(value * 100) / 100);
    if (kept.length === keptIds) break;
  }
  return kept;
}
