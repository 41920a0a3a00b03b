/**
 * A differentiated graph compiled for training. `step` writes the batch and the rates, encodes and submits; it never
 * waits for the GPU. Losses and norms come back through a ring of staging buffers, a few steps later.
 */
import { requireMicroBatches, requireRates, savedStep, stepOf } from './checks';
import type { Device } from './device';
import { dispatchesOf } from './forwardProgram';
import { byteLength, elementCount, type Graph, type Inputs } from './graph';
import { ProgramMemory } from './memory';
import { Optimizer } from './optimizer';
import { layOutOptimizer } from './optimizerLayout';
import type { ParameterStore } from './parameters';
import { compileDispatches, type CompiledDispatch } from './pipelines';
import { inputsOf, planProgram, requireFit, type MemoryPlan } from './plan';
import { ReadbackRing } from './readbackRing';
import { addTime, zeroRates, type StepTimes, type TimingWatch } from './stepTimes';
import { Pace, submitInPieces, totalWork } from './submission';
import {
  clipRecordBytes,
  microBatchBytes,
  readbackBytes,
  ringSlots,
  type StepReading,
  type TrainingOptions,
} from './training';
import { withPrecision } from './variants';

const leastTimedSteps = 2;
const mostTimedSteps = 12;
const timedMilliseconds = 2000;

export class TrainingProgram {
  readonly plan: MemoryPlan;
  private readonly device: Device;
  private readonly memory: ProgramMemory;
  private readonly optimizer: Optimizer;
  private readonly dispatches: readonly CompiledDispatch[];
  private readonly options: TrainingOptions;
  private readonly ring: ReadbackRing<StepReading>;
  private readonly pace = new Pace();
  private stepCount = 0;
  private lastCompletion = 0;

  private constructor(parts: {
    device: Device;
    plan: MemoryPlan;
    memory: ProgramMemory;
    optimizer: Optimizer;
    dispatches: readonly CompiledDispatch[];
    options: TrainingOptions;
    ring: ReadbackRing<StepReading>;
  }) {
    this.device = parts.device;
    this.plan = parts.plan;
    this.memory = parts.memory;
    this.optimizer = parts.optimizer;
    this.dispatches = parts.dispatches;
    this.options = parts.options;
    this.ring = parts.ring;
  }

  /** `graph` has its gradients (addGradients). Throws `engine/does-not-fit` before anything is allocated. */
  static async compile(
    device: Device,
    graph: Graph,
    store: ParameterStore,
    options: TrainingOptions,
  ): Promise<TrainingProgram> {
    const target = withPrecision(device, options.precision ?? 'f32');
    const { limits } = device.report;
    const plan = planProgram(graph, { parameters: store, training: options, limits, target });
    requireFit(plan);
    const optimizerPlan = layOutOptimizer(graph, options, [...store.specs.values()], limits);
    const open: { close(): void }[] = [];
    try {
      const memory = await ProgramMemory.allocate(device, plan, store, inputsOf(plan.nodes));
      open.push(memory);
      const dispatches = await compileDispatches(device, dispatchesOf(plan, target), (tensor) => memory.locate(tensor));
      const optimizer = await Optimizer.create(device, optimizerPlan, options, memory);
      open.push(optimizer);
      const ring = await ReadbackRing.allocate<StepReading>(device, readbackBytes(options));
      return new TrainingProgram({ device, plan, memory, optimizer, dispatches, options, ring });
    } catch (error) {
      for (const part of open) part.close();
      throw error;
    }
  }

  /** Steps submitted so far, restored ones included. */
  get steps(): number {
    return this.stepCount;
  }

  /**
   * Encodes and submits one optimizer step over one or more micro-batches. Their losses are scaled by the inputs
   * (lossScale), so gradients simply add up. `rates`: learning rate a group.
   */
  step(microBatches: readonly Inputs[], rates: Readonly<Record<string, number>>): void {
    const { device, options } = this;
    device.check();
    requireMicroBatches(microBatches.length, options.microBatches);
    requireRates(options.groups, rates);
    const step = this.stepCount + 1;
    device.running = `training step ${step}`;
    this.optimizer.writeScalars(step, rates);
    this.stepCount = step;
    const submitted = performance.now();
    const slot = this.ring.take();
    for (const [index, inputs] of microBatches.entries()) {
      this.memory.writeInputs(inputs);
      submitInPieces(device, this.dispatches, this.pace.workPerSubmission, {
        finish: (encoder) => this.copyReadback(encoder, slot.buffer, index),
      });
    }
    const { clip } = this.optimizer;
    submitInPieces(device, this.optimizer.dispatches, this.pace.workPerSubmission, {
      finish: (encoder) => encoder.copyBufferToBuffer(clip.buffer, clip.offset, slot.buffer, 0, clipRecordBytes),
    });
    const work = totalWork(this.dispatches) * microBatches.length + totalWork(this.optimizer.dispatches);
    this.ring.submitted(slot, (bytes) => this.decode(bytes, step, microBatches.length, submitted, work));
  }

  /** Readings of steps that finished since the last call. Waits only while more than a few steps are on the GPU. */
  readings(): Promise<StepReading[]> {
    return this.ring.drain(ringSlots);
  }

  /** Waits for everything submitted, then returns the readings that were left. */
  flush(): Promise<StepReading[]> {
    return this.ring.drain(0);
  }

  /** Moments, row steps and the step count, after everything submitted so far. */
  async optimizerState(): Promise<Record<string, Uint8Array>> {
    const step = savedStep(this.stepCount);
    return { ...(await this.optimizer.state()), ...step };
  }

  /** The inverse of `optimizerState`; training goes on to the bit. */
  restoreOptimizerState(state: Readonly<Record<string, Uint8Array>>): void {
    const step = stepOf(state);
    this.optimizer.restore(state);
    this.stepCount = step;
  }

  /**
   * Where the time of such a step goes. No weight moves, but gradients and moments are not those of a training any more: for a
   * program that is closed afterwards.
   */
  async times(microBatches: readonly Inputs[], watch: TimingWatch = {}): Promise<StepTimes> {
    const { device, optimizer, dispatches } = this;
    const { timeDispatches, timingMethod } = await import('./dispatchTimes');
    const before = await this.fastestStep(microBatches, watch);
    device.running = 'the timing of a step';
    const runs = Math.max(2, Math.min(mostTimedSteps, Math.round(timedMilliseconds / before)));
    const how = { runs, workPerSubmission: this.pace.workPerSubmission };
    const times = await timeDispatches(device, [...dispatches, ...optimizer.dispatches], how, watch);
    const opMilliseconds = new Map<string, number>();
    for (const [index, { label }] of dispatches.entries()) {
      addTime(opMilliseconds, label.split(' / ').at(-1)!, times[index]! * microBatches.length);
    }
    const optimizerMilliseconds = times.slice(dispatches.length).reduce((sum, time) => sum + time, 0);
    // Other work on the machine comes and goes.
    const stepMilliseconds = Math.min(before, await this.fastestStep(microBatches, watch));
    return { method: timingMethod(device), stepMilliseconds, optimizerMilliseconds, opMilliseconds };
  }

  close(): void {
    this.ring.close();
    this.optimizer.close();
    this.memory.close();
  }

  /** Milliseconds of a step that moves nothing, after one that drivers may compile in. */
  private async fastestStep(microBatches: readonly Inputs[], { signal }: TimingWatch): Promise<number> {
    const rates = zeroRates(this.options);
    let best = Infinity;
    let spent = 0;
    for (let run = 0; run <= leastTimedSteps || (run <= mostTimedSteps && spent < timedMilliseconds); run++) {
      signal?.throwIfAborted();
      this.step(microBatches, rates);
      const [{ milliseconds }] = (await this.flush()) as [StepReading];
      if (run === 0) continue;
      best = Math.min(best, milliseconds);
      spent += milliseconds;
    }
    return best;
  }

  private copyReadback(encoder: GPUCommandEncoder, target: GPUBuffer, microBatch: number): void {
    const { readback } = this.options;
    let at = clipRecordBytes + microBatch * microBatchBytes(readback);
    for (const tensor of readback) {
      const { buffer, offset } = this.memory.locate(tensor);
      encoder.copyBufferToBuffer(buffer, offset, target, at, byteLength(tensor));
      at += byteLength(tensor);
    }
  }

  private decode(bytes: ArrayBuffer, step: number, microBatches: number, submitted: number, work: number): StepReading {
    const now = performance.now();
    const milliseconds = now - Math.max(submitted, this.lastCompletion);
    this.lastCompletion = now;
    this.pace.measured(work, milliseconds);
    const norm = new Float32Array(bytes, 0, 4)[2]!;
    const readback: Float32Array[][] = [];
    let at = clipRecordBytes;
    for (let index = 0; index < microBatches; index++) {
      readback.push(
        this.options.readback.map((tensor) => {
          const values = new Float32Array(bytes, at, elementCount(tensor.shape));
          at += byteLength(tensor);
          return values;
        }),
      );
    }
    return { step, gradientNorm: Number.isFinite(norm) ? norm : NaN, readback, milliseconds };
  }
}
