/** What each mode of training needs on an adapter, known before anything is allocated. Pure: no device is touched. */
import { planProgram, type PlanLimits } from '../engine/index';
import { microBatchRowsOf } from './batches';
import { ModelGraphs } from './modelGraphs';
import type { LoadedModel } from './openModel';
import { graftedIds } from './rowlessTokens';
import type { FittingPlan, TrainMode, TrainSettings } from './results';

/** Tokens of one micro-batch: enough to fill a GPU, few enough that activations stay small. */
export const microBatchTokens = { software: 1024, hardware: 8192 } as const;

/** Limits that every WebGPU adapter grants, for planning where no device is open. */
export const leastLimits: PlanLimits = { maxBindingBytes: 128 * 2 ** 20, maxBufferBytes: 256 * 2 ** 20 };

export type PlannedSettings = Pick<TrainSettings, 'batchRows' | 'rowLength'> & Partial<TrainSettings>;

export function planTraining(
  model: LoadedModel,
  newTokens: number,
  mode: TrainMode,
  settings: PlannedSettings,
  limits: PlanLimits,
  isSoftware: boolean,
): FittingPlan {
  const { batchRows, rowLength } = settings;
  const rows = microBatchRowsOf(batchRows, rowLength, microBatchTokens[isSoftware ? 'software' : 'hardware']);
  const { largestId, embeddingRows } = model.summary;
  const { firstNewId, count } = graftedIds(embeddingRows, largestId + 1, newTokens);
  const newEmbeddingRows = Math.max(embeddingRows, firstNewId + count);
  const graphs = new ModelGraphs({
    model,
    mode,
    maxBindingBytes: limits.maxBindingBytes,
    graft: { firstNewId, count, newEmbeddingRows },
  });
  const graph = graphs.build(rows * rowLength, { outputs: 'loss', differentiate: true });
  const training = graphs.trainingOptions(
    graph,
    { weightDecay: 0, clipNorm: 1, ...settings } as TrainSettings,
    batchRows / rows,
  );
  const plan = planProgram(graph.graph, { parameters: graphs.parameters, limits, training });
  const { parameters, gradients, optimizer, activations, inputs, staging } = plan.bytes;
  return {
    mode,
    totalBytes: plan.total,
    bytes: { parameters, gradients, optimizer, activations, other: inputs + staging },
    largestBinding: plan.largestBinding,
    fits: plan.fits,
    problems: plan.problems,
  };
}
