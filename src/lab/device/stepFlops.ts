/** Floating-point operations of the matrix products and attention of one training step; the rest is left out. */
import { opKind, productOperations } from '../../engine/index';
import type { AdapterSettings } from '../../model/index';
import type { LoadedModel } from '../open/openModel';
import { taughtOf } from '../training/distillation';
import { movingGroups } from '../training/moves';
import type { Stage } from '../training/recipe';
import { ModelGraphs } from './modelGraphs';
import { addedRows, type PlannedRows } from './plannedRows';

/** Large enough that no matrix is cut: what a step computes does not depend on an adapter. */
const maxBindingBytes = 2 ** 40;

/** @param newRows how many are added, or where they lie. */
export function stepFlops(
  model: LoadedModel,
  newRows: number | PlannedRows,
  { rates, batch, ...stage }: Pick<Stage, 'rates' | 'batch'> & Partial<Pick<Stage, 'objective' | 'distillation'>>,
  adapters?: AdapterSettings,
): number {
  const graft = typeof newRows === 'number' ? addedRows(model.summary, newRows) : newRows;
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
