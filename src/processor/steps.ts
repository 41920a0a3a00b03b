/** Training on the processor: a step is asked for at once and taken in its turn. */
import {
  planOptimizer,
  requireMicroBatches,
  requireRates,
  ringSlots,
  savedStep,
  stepOf,
  type Graph,
  type Inputs,
  type MemoryNeed,
  type StepReading,
  type Steps,
  type TrainingOptions,
} from '../engine/index';
import { ProcessorOptimizer } from './optimizer';
import { ProcessorProgram } from './program';
import type { ProcessorRuntime } from './runtime';
import type { Turns } from './turns';
import type { ProcessorWeights } from './weights';

export class ProcessorSteps implements Steps {
  private stepCount = 0;
  private finished: StepReading[] = [];
  private readonly pending = new Set<Promise<void>>();
  private failure: unknown;
  private lastCompletion = 0;

  private constructor(
    readonly plan: MemoryNeed,
    private readonly program: ProcessorProgram,
    private readonly optimizer: ProcessorOptimizer,
    private readonly options: TrainingOptions,
    private readonly turns: Turns,
  ) {}

  static async compile(
    runtime: ProcessorRuntime,
    graph: Graph,
    weights: ProcessorWeights,
    { options, plan, turns }: { readonly options: TrainingOptions; readonly plan: MemoryNeed; readonly turns: Turns },
  ): Promise<ProcessorSteps> {
    const optimizer = new ProcessorOptimizer(planOptimizer(graph, options), options, weights);
    const outputs = [...options.readback, ...graph.parameterGradients.values()];
    const program = await ProcessorProgram.compile(runtime, graph, weights, outputs);
    return new ProcessorSteps(plan, program, optimizer, options, turns);
  }

  get steps(): number {
    return this.stepCount;
  }

  step(microBatches: readonly Inputs[], rates: Readonly<Record<string, number>>): void {
    if (this.failure !== undefined) throw this.failure as Error;
    const { options } = this;
    requireMicroBatches(microBatches.length, options.microBatches);
    requireRates(options.groups, rates);
    const fed = microBatches.map((inputs) => [this.program.feeds(inputs), inputs] as const);
    const step = ++this.stepCount;
    const submitted = performance.now();
    const done: Promise<void> = this.turns
      .take(async () => {
        const results: Map<number, Float32Array>[] = [];
        for (const [feeds, inputs] of fed) results.push(await this.program.run(feeds, inputs));
        const readback = results.map((found) => options.readback.map(({ id }) => found.get(id)!));
        const gradientNorm = this.optimizer.update(results, step, rates);
        const now = performance.now();
        const milliseconds = now - Math.max(submitted, this.lastCompletion);
        this.lastCompletion = now;
        this.finished.push({ step, gradientNorm, readback, milliseconds });
      })
      .catch((error: unknown) => {
        this.failure ??= error;
      })
      .finally(() => this.pending.delete(done));
    this.pending.add(done);
  }

  readings(): Promise<StepReading[]> {
    return this.drain(ringSlots);
  }

  flush(): Promise<StepReading[]> {
    return this.drain(0);
  }

  optimizerState(): Promise<Record<string, Uint8Array>> {
    return this.turns.take(() => ({
      ...this.optimizer.state(),
      ...savedStep(this.stepCount),
    }));
  }

  restoreOptimizerState(state: Readonly<Record<string, Uint8Array>>): void {
    const step = stepOf(state);
    this.optimizer.restore(state);
    this.stepCount = step;
  }

  close(): void {
    void this.turns.take(() => this.program.close());
  }

  private async drain(allowed: number): Promise<StepReading[]> {
    while (this.pending.size > allowed) await [...this.pending][0];
    if (this.failure !== undefined) throw this.failure as Error;
    const readings = this.finished;
    this.finished = [];
    return readings;
  }
}
