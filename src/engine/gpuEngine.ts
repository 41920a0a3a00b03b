/** The engine of GPUs: WGSL programs on one WebGPU device. */
import type { LabError } from '../error';
import type { Device } from './device';
import type { Engine, EngineReport, Forward, MemoryNeed, MemoryRequest, Steps, Weights } from './engine';
import { ForwardProgram } from './forwardProgram';
import type { Graph, ParameterSpec, Tensor } from './graph';
import { answersFor, budgetOf, probeMemory, type MemoryProbe } from './memoryProbe';
import type { KernelTarget } from './op';
import { ParameterStore } from './parameters';
import { planProgram } from './plan';
import { precisions, type Precision } from './precision';
import type { StepTimes, TimedStep, TimingWatch } from './stepTimes';
import type { TrainingOptions } from './training';
import { TrainingProgram } from './trainingProgram';
import { tuningKey } from './tuningKey';
import { supportedVariants, withPrecision } from './variants';

/** Where probes are kept from one visit to the next, by the adapter. */
export interface KeptProbes {
  recall(key: string): Promise<MemoryProbe | undefined>;
  remember(probe: MemoryProbe): Promise<void>;
}

export class GpuEngine implements Engine {
  private memoryBytes: number | undefined;
  private readonly probes: KeptProbes | undefined;

  /** @param memory `bytes`: chosen, and not asked for; else `probes` of the adapter where they are kept. */
  constructor(
    readonly device: Device,
    memory: { readonly bytes?: number; readonly probes?: KeptProbes } = {},
  ) {
    this.memoryBytes = memory.bytes;
    this.probes = memory.probes;
  }

  get report(): EngineReport {
    const { isFallback, description, limits } = this.device.report;
    const { dropped, target } = this.device;
    const memory = this.memoryBytes === undefined ? {} : { memoryBytes: this.memoryBytes };
    const offered = precisions.filter((precision) =>
      supportedVariants(this.device.report, precision).some((name) => !dropped.some(({ variant }) => variant === name)),
    );
    const kernels = { matmulVariant: target.matmulVariant, ...(dropped.length > 0 ? { dropped } : {}) };
    const kind = isFallback ? 'software-gpu' : 'gpu';
    return { kind, description, limits, precisions: offered, ...memory, ...kernels };
  }

  get lost(): Promise<LabError> {
    return this.device.lost;
  }

  weights(specs: readonly ParameterSpec[]): Promise<Weights> {
    return ParameterStore.create(this.device, specs);
  }

  async learnMemory(neededBytes: number): Promise<void> {
    if (this.memoryBytes !== undefined || this.device.report.isFallback) return;
    let probe = await this.probes?.recall(tuningKey(this.device.report));
    if (!probe || !answersFor(probe, neededBytes)) {
      probe = await probeMemory(this.device, neededBytes);
      await this.probes?.remember(probe);
    }
    this.memoryBytes = budgetOf(probe);
  }

  plan(graph: Graph, request: MemoryRequest): MemoryNeed {
    const { report } = this.device;
    const target = withPrecision(this.device, request.training?.precision ?? 'f32');
    return planProgram(graph, { ...request, limits: report.limits, target });
  }

  forward(graph: Graph, weights: Weights, outputs: readonly Tensor[], precision?: Precision): Promise<Forward> {
    return ForwardProgram.compile(this.device, graph, ownStore(weights), outputs, precision ? { precision } : {});
  }

  training(graph: Graph, weights: Weights, options: TrainingOptions): Promise<Steps> {
    return TrainingProgram.compile(this.device, graph, ownStore(weights), options);
  }

  async stepTimes(step: TimedStep, weights: Weights, watch?: TimingWatch): Promise<StepTimes> {
    const program = await TrainingProgram.compile(this.device, step.graph, ownStore(weights), step.options);
    try {
      return await program.times(step.microBatches, watch);
    } finally {
      program.close();
    }
  }

  close(): void {
    this.device.close();
  }
}

/** Plans for a GPU that is not open. `target`: its kernels; absent: those of a GPU of WebGPU's least limits. */
export function gpuPlanner(
  report: Omit<EngineReport, 'kind' | 'precisions'> & Partial<Pick<EngineReport, 'kind'>>,
  target?: KernelTarget,
): Pick<Engine, 'report' | 'plan'> {
  const { limits } = report;
  return {
    report: { kind: 'gpu', precisions: ['f32'], ...report },
    plan: (graph, request) => planProgram(graph, { ...request, limits, ...(target ? { target } : {}) }),
  };
}

function ownStore(weights: Weights): ParameterStore {
  if (weights instanceof ParameterStore) return weights;
  throw new Error('these weights lie in another engine');
}
