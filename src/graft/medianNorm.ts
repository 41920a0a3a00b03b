/** New rows as long as old ones: means of several rows come out short, and a short head row has a small logit whatever is asked. */
import { oldRows, type StartRequest, type VocabularySide } from './starts/start';

/** @param rows f32 [newTokens, hiddenSize], changed in place to the median norm of the old rows; rows of zeros stay. */
export async function toMedianNorm(rows: Float32Array, request: StartRequest, side: VocabularySide): Promise<void> {
  const { hiddenSize } = request;
  const norms: number[] = [];
  for await (const old of oldRows(request, side)) norms.push(...normsOf(old, hiddenSize));
  const median = norms.sort((a, b) => a - b)[norms.length >> 1] ?? 0;
  normsOf(rows, hiddenSize).forEach((norm, index) => {
    if (norm === 0) return;
    for (let i = index * hiddenSize; i < (index + 1) * hiddenSize; i++) rows[i]! *= median / norm;
  });
}

function normsOf(rows: Float32Array, hiddenSize: number): number[] {
  return Array.from({ length: rows.length / hiddenSize }, (_, index) => {
    let squares = 0;
    for (let i = index * hiddenSize; i < (index + 1) * hiddenSize; i++) squares += rows[i]! * rows[i]!;
    return Math.sqrt(squares);
  });
}
