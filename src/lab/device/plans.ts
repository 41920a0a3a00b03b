/** What each mode of training needs, known before anything is allocated. Pure: nothing is computed. */
import { gpuPlanner, type Engine } from '../../engine/index';
import type { Taught } from '../../model/index';
import { microBatchRowsOf } from '../training/batches';
import { defaultOptimizer } from '../training/moves';
import { modeAdapters, modeGroups, type TrainMode, type TrainSettings } from '../training/trainSettings';
import { requireShape } from '../training/stepShape';
import { ModelGraphs } from './modelGraphs';
import type { AdapterSettings } from '../../model/index';
import type { LoadedModel } from '../open/openModel';
import { graftedIds } from '../open/rowlessTokens';
import type { FittingPlan } from './fittingPlan';
import { engineSizes } from './sizes';

/** What plans: an engine, or what is known of one that is not open. */
export type Planner = Pick<Engine, 'report' | 'plan'>;

/** For a GPU that nobody opened: the limits that every WebGPU adapter grants. */
export const unopenedGpu: Planner = gpuPlanner('', { maxBindingBytes: 128 * 2 ** 20, maxBufferBytes: 256 * 2 ** 20 });

export interface PlannedSettings extends Pick<TrainSettings, 'batchRows' | 'rowLength' | 'frozen'> {
  readonly taught?: Taught;
}

/** Throws `lab/too-long`, `lab/bad-step`. */
export function planTraining(
  model: LoadedModel,
  newTokens: number,
  mode: TrainMode,
  settings: PlannedSettings,
  engine: Planner,
  adapters: AdapterSettings | undefined = modeAdapters(mode).adapters,
): FittingPlan {
  const { kind, limits } = engine.report;
  const { batchRows, rowLength, taught, frozen } = settings;
  requireShape({ rows: batchRows, length: rowLength }, model.config);
  const rows = microBatchRowsOf(batchRows, rowLength, engineSizes[kind].microBatchTokens);
  const { largestId, embeddingRows } = model.summary;
  const { firstNewId, count } = graftedIds(embeddingRows, largestId + 1, newTokens);
  const newEmbeddingRows = Math.max(embeddingRows, firstNewId + count);
  const graphs = new ModelGraphs({
    model,
    moves: modeGroups[mode],
    maxBindingBytes: limits.maxBindingBytes,
    graft: { firstNewId, count, newEmbeddingRows },
    ...(adapters ? { adapters } : {}),
    ...(frozen ? { frozen } : {}),
  });
  const graph = graphs.build(rows * rowLength, {
    ...{ outputs: 'loss', differentiate: true, rowLength },
    ...(taught ? { taught } : {}),
  });
  const training = graphs.trainingOptions(graph, defaultOptimizer, batchRows / rows);
  const plan = engine.plan(graph.graph, { parameters: graphs.parameters, training });
  const { parameters, gradients, optimizer, activations, inputs, staging } = plan.bytes;
  return {
    mode,
    totalBytes: plan.total,
    bytes: { parameters, gradients, optimizer, activations, other: inputs + staging },
    largestBinding: plan.largestBinding,
    ...(graphs.frozen === 'as-stored'
      ? {}
      : { frozen: { held: graphs.frozen, ...graphs.frozenMatrices, widened: kind === 'processor' } }),
    fits: plan.fits,
    problems: plan.problems,
  };
}
