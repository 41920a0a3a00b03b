/** Floating-point operations of the matrix products and attention of one training step; the rest is left out. */
import { opKind, productOperations } from '../../engine/index';
import type { GraftPlan } from '../../graft/index';
import type { AdapterSettings } from '../../model/index';
import type { LoadedModel } from '../open/openModel';
import { graftedIds } from '../open/rowlessTokens';
import { taughtOf } from '../training/distillation';
import { movingGroups } from '../training/moves';
import type { Stage } from '../training/recipe';
import { ModelGraphs } from './modelGraphs';

/** Large enough that no matrix is cut: what a step computes does not depend on an adapter. */
const maxBindingBytes = 2 ** 40;

/** @param newRows how many are grafted on, or where an earlier graft put them. */
export function stepFlops(
  model: LoadedModel,
  newRows: number | GraftPlan,
  { rates, batch, ...stage }: Pick<Stage, 'rates' | 'batch'> & Partial<Pick<Stage, 'objective' | 'distillation'>>,
  adapters?: AdapterSettings,
): number {
  const graft = typeof newRows === 'number' ? graftOf(model, newRows) : newRows;
  const graphs = new ModelGraphs({
    ...{ model, moves: movingGroups(rates), maxBindingBytes, graft },
    ...(adapters ? { adapters } : {}),
  });
  const taught = taughtOf(stage, model.config);
  const { graph } = graphs.build(batch.length, {
    ...{ outputs: 'loss', differentiate: true, rowLength: batch.length },
    ...(taught ? { taught } : {}),
  });
  const ofRow = graph.nodes.reduce((sum, node) => sum + (opKind(node.op) ? productOperations(node) : 0), 0);
  return ofRow * batch.rows;
}

function graftOf({ summary: { largestId, embeddingRows } }: LoadedModel, newTokens: number) {
  const { firstNewId, count } = graftedIds(embeddingRows, largestId + 1, newTokens);
  return { firstNewId, count, newEmbeddingRows: Math.max(embeddingRows, firstNewId + count) };
}
