/** Floating-point operations of the matrix products and attention of one training step; the rest is left out. */
import { opKind, productOperations } from '../../engine/index';
import type { LoadedModel } from '../open/openModel';
import { graftedIds } from '../open/rowlessTokens';
import { movingGroups } from '../training/moves';
import type { Stage } from '../training/recipe';
import { ModelGraphs } from './modelGraphs';

/** Large enough that no matrix is cut: what a step computes does not depend on an adapter. */
const maxBindingBytes = 2 ** 40;

export function stepFlops(
  model: LoadedModel,
  newTokens: number,
  { rates, batch }: Pick<Stage, 'rates' | 'batch'>,
): number {
  const { largestId, embeddingRows } = model.summary;
  const { firstNewId, count } = graftedIds(embeddingRows, largestId + 1, newTokens);
  const graft = { firstNewId, count, newEmbeddingRows: Math.max(embeddingRows, firstNewId + count) };
  const graphs = new ModelGraphs({ model, moves: movingGroups(rates), maxBindingBytes, graft });
  const { graph } = graphs.build(batch.length, { outputs: 'loss', differentiate: true, rowLength: batch.length });
  const ofRow = graph.nodes.reduce((sum, node) => sum + (opKind(node.op) ? productOperations(node) : 0), 0);
  return ofRow * batch.rows;
}
