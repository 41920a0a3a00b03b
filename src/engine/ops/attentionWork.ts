/**
 * What the attention kernels read, write and compute. Where documents begin is known only when a batch is there: counted as if
 * each row of the batch (where the graph knows rows, else the whole batch) were one document.
 */
import type { Work } from '../op';

/** Queries of one head (or keys of one key head) that a workgroup holds; it takes all keys (or queries) that they see. */
export const blockTokens = 32;

export interface AttendedShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly rowLength?: number;
}

export type AttentionKernel = 'forward' | 'queryGradient' | 'keyValueGradient';

export function attentionWork(tokens: number, shape: AttendedShape): Readonly<Record<AttentionKernel, Work>> {
  const { heads, kvHeads, headSize, rowLength } = shape;
  const length = rowLength !== undefined && tokens % rowLength === 0 ? rowLength : tokens;
  let keysSeen = 0;
  let queriesSeeing = 0;
  let pairs = 0;
  for (let first = 0; first < tokens; first += blockTokens) {
    const end = Math.min(first + blockTokens, tokens);
    const keys = end - Math.floor(first / length) * length;
    const queries = (Math.floor((end - 1) / length) + 1) * length - first;
    keysSeen += keys;
    queriesSeeing += queries;
    pairs += keys * (end - first);
  }
  const [query, key, row] = [4 * tokens * heads * headSize, 4 * tokens * kvHeads * headSize, 4 * tokens * heads];
  const headBytes = 4 * headSize;
  return {
    // Scores, and weights times values.
    forward: {
      reads: query + 2 * heads * keysSeen * headBytes,
      writes: query + row,
      flops: 4 * headSize * heads * pairs,
    },
    // Scores, gradients of weights, and of queries.
    queryGradient: {
      reads: 2 * query + 2 * row + 2 * heads * keysSeen * headBytes,
      writes: query,
      flops: 6 * headSize * heads * pairs,
    },
    // Scores, gradients of weights, of keys and of values.
    keyValueGradient: {
      reads: 2 * key + heads * queriesSeeing * (2 * headBytes + 8),
      writes: 2 * key,
      flops: 8 * headSize * heads * pairs,
    },
  };
}
