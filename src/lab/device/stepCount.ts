/** What one training step must do on an adapter, counted from its graph: nothing is opened, loaded or run. */
import { stepWork, targetFor, type DeviceReport, type StepWork } from '../../engine/index';
import { microBatchRowsOf } from '../training/batches';
import { defaultOptimizer } from '../training/moves';
import { modeAdapters, modeGroups } from '../training/trainSettings';
import { requireShape } from '../training/stepShape';
import type { LoadedModel } from '../open/openModel';
import { graftedIds } from '../open/rowlessTokens';
import { ModelGraphs } from './modelGraphs';
import { engineSizes } from './sizes';
import type { ProfiledStep } from './stepProfile';

/** An adapter as far as kernels are picked from it. */
export type AdapterDescription = Pick<DeviceReport, 'description' | 'features' | 'isFallback' | 'limits'>;

/** The limits that every WebGPU adapter grants. */
export const leastAdapter: AdapterDescription = {
  description: "a GPU of WebGPU's least limits",
  features: [],
  isFallback: false,
  limits: {
    maxBufferBytes: 256 * 2 ** 20,
    maxBindingBytes: 128 * 2 ** 20,
    maxBindingsPerKernel: 8,
    maxWorkgroupsPerDimension: 65535,
    maxInvocationsPerWorkgroup: 256,
    maxWorkgroupStorageBytes: 16384,
  },
};

/**
 * @param matmulVariant instead of the one that the adapter starts with.
 * Throws `lab/too-long`, `lab/bad-step`, `engine/no-variant`.
 */
export function countStep(
  model: LoadedModel,
  { mode, batchRows, rowLength, newTokens }: ProfiledStep,
  adapter: AdapterDescription = leastAdapter,
  matmulVariant?: string,
): StepWork {
  requireShape({ rows: batchRows, length: rowLength }, model.config);
  const { microBatchTokens } = engineSizes[adapter.isFallback ? 'software-gpu' : 'gpu'];
  const rows = microBatchRowsOf(batchRows, rowLength, microBatchTokens);
  const { largestId, embeddingRows } = model.summary;
  const { firstNewId, count } = graftedIds(embeddingRows, largestId + 1, newTokens);
  const graphs = new ModelGraphs({
    model,
    moves: modeGroups[mode],
    maxBindingBytes: adapter.limits.maxBindingBytes,
    graft: { firstNewId, count, newEmbeddingRows: Math.max(embeddingRows, firstNewId + count) },
    ...modeAdapters(mode),
  });
  const graph = graphs.build(rows * rowLength, { outputs: 'loss', differentiate: true, rowLength });
  const options = graphs.trainingOptions(graph, defaultOptimizer, batchRows / rows);
  const target = targetFor(adapter);
  return stepWork(graph.graph, options, matmulVariant === undefined ? target : { ...target, matmulVariant });
}
