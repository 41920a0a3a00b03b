/**
 * Where new rows live. The vocabulary matrix is addressed by id, never as "the last n": a matrix padded past its
 * tokenizer (Qwen: 151,669 tokens, 151,936 rows) takes new ids in its spare rows first and is never shrunk. New rows are
 * a tensor of their own between runs of old ones, so that grafting copies no old row.
 */
import { LabError } from '../error';

export interface VocabularyCounts {
  /** Rows of the embedding matrix. */
  readonly embeddingRows: number;
  /** Tokens the tokenizer knows, added ones included. */
  readonly tokenizerLength: number;
  /** The first id the extended tokenizer gave away: the old largest id + 1. */
  readonly firstNewId: number;
  readonly count: number;
}

/** A run of consecutive ids in one tensor. `old` runs are rows [firstId, firstId + rows) of the stored matrix. */
export interface GraftSegment {
  readonly kind: 'old' | 'new';
  readonly firstId: number;
  readonly rows: number;
}

export interface GraftPlan {
  readonly firstNewId: number;
  readonly count: number;
  readonly embeddingRows: number;
  readonly newEmbeddingRows: number;
  /** New ids that fell into rows the matrix already had. */
  readonly spareRowsUsed: number;
  readonly rowsAdded: number;
  /** Cover ids 0 to newEmbeddingRows without gap, in the order of the file; empty runs are left out. */
  readonly segments: readonly GraftSegment[];
}

/** Throws `graft/counts` when the four numbers cannot belong together. */
export function planGraft({ embeddingRows, tokenizerLength, firstNewId, count }: VocabularyCounts): GraftPlan {
  const counts = { embeddingRows, tokenizerLength, firstNewId, count };
  if (Object.values(counts).some((value) => !Number.isSafeInteger(value) || value < 0)) {
    throw countsError('The vocabulary counts must be whole numbers', counts);
  }
  if (firstNewId < tokenizerLength) {
    throw countsError(`New ids would start at ${firstNewId}, but the tokenizer has ${tokenizerLength} tokens`, counts);
  }
  if (firstNewId > embeddingRows) {
    throw countsError(
      `The tokenizer's ids reach ${firstNewId - 1}, but the embedding has ${embeddingRows} rows`,
      counts,
    );
  }
  const endNewId = firstNewId + count;
  const newEmbeddingRows = Math.max(embeddingRows, endNewId);
  const segments: GraftSegment[] = [
    { kind: 'old', firstId: 0, rows: firstNewId },
    { kind: 'new', firstId: firstNewId, rows: count },
    { kind: 'old', firstId: endNewId, rows: newEmbeddingRows - endNewId },
  ];
  if (count === 0) segments.splice(0, 3, { kind: 'old', firstId: 0, rows: embeddingRows });
  return {
    firstNewId,
    count,
    embeddingRows,
    newEmbeddingRows,
    spareRowsUsed: Math.min(embeddingRows, endNewId) - firstNewId,
    rowsAdded: newEmbeddingRows - embeddingRows,
    segments: segments.filter(({ rows }) => rows > 0),
  };
}

function countsError(what: string, counts: VocabularyCounts): LabError {
  return new LabError('graft/counts', `${what}.`, 'Tokenizer and weights must be of the same model.', { ...counts });
}
