/** Where the rows of new tokens will lie, as far as a plan depends on it, before a vocabulary is built. */
import type { GraftPlan } from '../../graft/index';
import type { ModelSummary } from '../open/modelSummary';
import { graftedIds } from '../open/rowlessTokens';

export type PlannedRows = Pick<GraftPlan, 'firstNewId' | 'count' | 'newEmbeddingRows'>;

type RowsOfModel = Pick<ModelSummary, 'largestId' | 'embeddingRows'>;

/** Of their own: behind all tokens, in spare rows first. */
export function addedRows({ largestId, embeddingRows }: RowsOfModel, newTokens: number): PlannedRows {
  const { firstNewId, count } = graftedIds(embeddingRows, largestId + 1, newTokens);
  return { firstNewId, count, newEmbeddingRows: Math.max(embeddingRows, firstNewId + count) };
}

/** That the model has: of old tokens which go, or of an earlier graft. Which ones they are changes no size. */
export function rowsWithin({ largestId, embeddingRows }: RowsOfModel, newTokens: number): PlannedRows {
  const end = Math.min(largestId + 1, embeddingRows);
  const count = Math.min(newTokens, end);
  return { firstNewId: end - count, count, newEmbeddingRows: embeddingRows };
}
