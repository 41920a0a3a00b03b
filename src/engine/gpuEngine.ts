/** The engine of GPUs: WGSL programs on one WebGPU device. */
import type { LabError } from '../error';
import type { Device } from './device';
import type { Engine, EngineReport, Forward, MemoryNeed, MemoryRequest, Steps, Weights } from './engine';
import { ForwardProgram } from './forwardProgram';
import type { Graph, ParameterSpec, Tensor } from './graph';
import { ParameterStore } from './parameters';
import { planProgram } from './plan';
import type { StepTimes, TimedStep, TimingWatch } from './stepTimes';
import type { TrainingOptions } from './training';
import { TrainingProgram } from './trainingProgram';

export class GpuEngine implements Engine {
  constructor(readonly device: Device) {}

  get report(): EngineReport {
    const { isFallback, description, limits } = this.device.report;
    return { kind: isFallback ? 'software-gpu' : 'gpu', description, limits };
  }

  get lost(): Promise<LabError> {
    return this.device.lost;
  }

  weights(specs: readonly ParameterSpec[]): Promise<Weights> {
    return ParameterStore.create(this.device, specs);
  }

  plan(graph: Graph, request: MemoryRequest): MemoryNeed {
    return planProgram(graph, { ...request, limits: this.device.report.limits, target: this.device.target });
  }

  forward(graph: Graph, weights: Weights, outputs: readonly Tensor[]): Promise<Forward> {
    return ForwardProgram.compile(this.device, graph, ownStore(weights), outputs);
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

/** Plans for a GPU that is not open. */
export function gpuPlanner(description: string, limits: EngineReport['limits']): Pick<Engine, 'report' | 'plan'> {
  return {
    report: { kind: 'gpu', description, limits },
    plan: (graph, request) => planProgram(graph, { ...request, limits }),
  };
}

function ownStore(weights: Weights): ParameterStore {
  if (weights instanceof ParameterStore) return weights;
  throw new Error('these weights lie in another engine');
}
