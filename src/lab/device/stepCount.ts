/** What one training step must do on an adapter, as it would be cut there, counted from its graph: nothing is opened, loaded or run. */
import { gpuPlanner, stepWork, targetFor, type DeviceReport, type MemoryNeed, type StepWork } from '../../engine/index';
import { defaultOptimizer } from '../training/moves';
import { modeAdapters, modeGroups } from '../training/trainSettings';
import { requireShape } from '../training/stepShape';
import type { LoadedModel } from '../open/openModel';
import type { ModelWeights } from '../open/openWeights';
import { ModelGraphs } from './modelGraphs';
import { addedRows } from './plannedRows';
import { planStep } from './plannedStep';
import type { StepCut } from './stepCut';
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

export interface CountOptions {
  /** Instead of the kernel for matrix products that the adapter starts with. */
  readonly matmulVariant?: string;
  /** That the training may use in all: the step is cut so that it fits. */
  readonly memoryBytes?: number;
}

/** What a step as it was cut does beyond one that is cut as it is without a budget; negative where it does less. */
export interface CutCosts {
  readonly dispatches: number;
  readonly flops: number;
  /** Read and written. */
  readonly movedBytes: number;
  /** Of memory, in all. */
  readonly memoryBytes: number;
}

/** The step that would run. */
export interface CountedStep extends StepWork {
  readonly cut: StepCut;
  readonly memory: MemoryNeed & { readonly budgetBytes?: number };
  readonly costs: CutCosts;
}

/** Throws `lab/too-long`, `lab/bad-step`, `engine/no-variant`. */
export function countStep(
  model: ModelWeights & { readonly summary: Pick<LoadedModel['summary'], 'largestId' | 'embeddingRows'> },
  { mode, batchRows, rowLength, newTokens }: ProfiledStep,
  adapter: AdapterDescription = leastAdapter,
  { matmulVariant, memoryBytes }: CountOptions = {},
): CountedStep {
  requireShape({ rows: batchRows, length: rowLength }, model.config);
  const graphs = new ModelGraphs({
    model,
    moves: modeGroups[mode],
    maxBindingBytes: adapter.limits.maxBindingBytes,
    graft: addedRows(model.summary, newTokens),
    ...modeAdapters(mode),
  });
  const target = { ...targetFor(adapter), ...(matmulVariant === undefined ? {} : { matmulVariant }) };
  const { description, limits, isFallback } = adapter;
  const report = { description, limits, kind: isFallback ? 'software-gpu' : 'gpu' } as const;
  const shape = { batchRows, rowLength, optimizer: defaultOptimizer };
  const counted = (budget?: number) => {
    const planner = gpuPlanner(budget === undefined ? report : { ...report, memoryBytes: budget }, target);
    const planned = planStep(graphs, shape, planner);
    return { planned, work: stepWork(planned.graph.graph, planned.options, target) };
  };
  const { planned, work } = counted(memoryBytes);
  const free = planned.cut.adapted.length === 0 ? { planned, work } : counted();
  const moved = ({ total }: StepWork) => total.reads + total.writes;
  return {
    ...work,
    cut: planned.cut,
    memory: { ...needOf(planned.need), ...(memoryBytes === undefined ? {} : { budgetBytes: memoryBytes }) },
    costs: {
      dispatches: work.total.dispatches - free.work.total.dispatches,
      flops: work.total.flops - free.work.total.flops,
      movedBytes: moved(work) - moved(free.work),
      memoryBytes: planned.need.total - free.planned.need.total,
    },
  };
}

/** Without where each tensor lies. */
function needOf({ bytes, total, largestBinding, fits, problems }: MemoryNeed): MemoryNeed {
  return { bytes, total, largestBinding, fits, problems };
}
