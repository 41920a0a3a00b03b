/**
 * The processor as an engine: the same differentiated graphs as on a GPU, lowered op by op to ONNX and run by onnxruntime-web's
 * wasm build, with AdamW on typed arrays. For browsers without WebGPU, for machines whose adapter is software, and as a second
 * witness for every gradient.
 */
import {
  requireF32,
  requireFit,
  type Engine,
  type EngineReport,
  type Forward,
  type Graph,
  type Inputs,
  type MemoryNeed,
  type MemoryRequest,
  type ParameterSpec,
  type Precision,
  type Steps,
  type StepTimes,
  type Tensor,
  type TimedStep,
  type TimingWatch,
  type TrainingOptions,
  type Weights,
} from '../engine/index';
import type { LabError } from '../error';
import { planProcessor } from './plan';
import { ProcessorProgram } from './program';
import type { ProcessorRuntime } from './runtime';
import { ProcessorSteps } from './steps';
import { Turns } from './turns';
import { ProcessorWeights } from './weights';

/** What one typed array, and one input of a session, may hold. */
const LARGEST_TENSOR = 2 ** 31 - 1;

export const processorLimits = { maxBindingBytes: LARGEST_TENSOR, maxBufferBytes: LARGEST_TENSOR } as const;

export class ProcessorEngine implements Engine {
  readonly report: EngineReport;
  /** It is never lost. */
  readonly lost = new Promise<LabError>(() => undefined);
  private readonly turns = new Turns();

  /** @param memoryBytes that were chosen; without them as much as wasm addresses. */
  constructor(
    private readonly runtime: ProcessorRuntime,
    memoryBytes?: number,
  ) {
    const { threads, version } = runtime;
    const memory = memoryBytes === undefined ? {} : { memoryBytes };
    const description = `onnxruntime-web ${version}`;
    this.report = { kind: 'processor', description, threads, limits: processorLimits, precisions: ['f32'], ...memory };
  }

  async weights(specs: readonly ParameterSpec[]): Promise<Weights> {
    return new ProcessorWeights(specs, this.turns);
  }

  async learnMemory(): Promise<void> {
    // wasm's end is known, and planned for.
  }

  plan(graph: Graph, request: MemoryRequest): MemoryNeed {
    return planProcessor(graph, request);
  }

  async forward(
    graph: Graph,
    weights: Weights,
    outputs: readonly Tensor[],
    precision: Precision = 'f32',
  ): Promise<Forward> {
    requireF32(precision, this.report.description);
    const plan = planProcessor(graph, { parameters: [...weights.specs.values()], outputs });
    requireFit(plan);
    const program = await ProcessorProgram.compile(this.runtime, graph, own(weights), outputs);
    return {
      plan,
      run: async (inputs: Inputs) => {
        const feeds = program.feeds(inputs);
        const found = await this.turns.take(() => program.run(feeds, inputs));
        return outputs.map(({ id }) => found.get(id)!);
      },
      close: () => void this.turns.take(() => program.close()),
    };
  }

  async training(graph: Graph, weights: Weights, options: TrainingOptions): Promise<Steps> {
    requireF32(options.precision ?? 'f32', this.report.description);
    const plan = planProcessor(graph, { parameters: [...weights.specs.values()], training: options });
    requireFit(plan);
    return ProcessorSteps.compile(this.runtime, graph, own(weights), { options, plan, turns: this.turns });
  }

  async stepTimes(step: TimedStep, weights: Weights, watch?: TimingWatch): Promise<StepTimes> {
    const { graph, options } = step;
    requireFit(planProcessor(graph, { parameters: [...weights.specs.values()], training: options }));
    // Asked for by few visits, and no part of a first load.
    const { stepTimes } = await import('./stepTimes');
    return this.turns.take(() => stepTimes(this.runtime, step, own(weights), watch));
  }

  close(): void {
    // Programs and weights are given back one by one.
  }
}

function own(weights: Weights): ProcessorWeights {
  if (weights instanceof ProcessorWeights) return weights;
  throw new Error('these weights lie in another engine');
}
