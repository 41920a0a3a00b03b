/**
 * What the lab needs of whatever computes: weights, programs that run a graph forward, programs that train. WGSL on a GPU
 * (gpuEngine.ts) and the processor (src/processor) both give it for the same graphs. Everything is ordered as it was asked for:
 * weights are read as all steps before have left them.
 */
import type { LabError } from '../error';
import type { Graph, Inputs, ParameterSpec, Tensor } from './graph';
import type { Precision } from './precision';
import type { StepTimes, TimedStep, TimingWatch } from './stepTimes';
import type { StepReading, TrainingOptions } from './training';
import type { DroppedVariant } from './variants';

/** How fast it is, which sizes follow from: a GPU, onnxruntime's processor build, or a GPU that software imitates. */
export type EngineKind = 'gpu' | 'processor' | 'software-gpu';

export interface EngineReport {
  readonly kind: EngineKind;
  /** The adapter's name; the processor's threads are `threads`. */
  readonly description: string;
  /** Of the processor. */
  readonly threads?: number;
  readonly limits: { readonly maxBindingBytes: number; readonly maxBufferBytes: number };
  /** What programs may be asked to multiply in. */
  readonly precisions: readonly Precision[];
  /** What programs may use in all, where it is known or was chosen; plans are made to fit it. */
  readonly memoryBytes?: number;
  /** Of a GPU: the kernel for matrix products in use, and those that are wrong here or do not run. */
  readonly matmulVariant?: string;
  readonly dropped?: readonly DroppedVariant[];
}

/** A model's parameters, shared by all programs that run it, each held as its type says (elementTypes.ts). */
export interface Weights {
  readonly specs: ReadonlyMap<string, ParameterSpec>;
  /** Bytes of all parameters. */
  readonly bytes: number;
  /** Raw stored bytes at `byteOffset` (a multiple of 4) of the tensor. Throws `engine/bad-write` where they do not fit. */
  write(name: string, data: ArrayBufferView, byteOffset?: number): void;
  /**
   * Values of rows from `start` on, rounded as the parameter's type holds them. `start` is even where rows of a narrow type are no
   * whole words. Throws `engine/overflow` for what the type cannot hold, `engine/bad-write` for what does not fit.
   */
  writeRows(name: string, start: number, values: Float32Array): void;
  /** The tensor's stored bytes. */
  read(name: string): Promise<Uint8Array>;
  /** The tensor's values, widened exactly. */
  readF32(name: string): Promise<Float32Array>;
  /** The values of rows [start, end) along the first dimension. */
  readRows(name: string, start: number, end: number): Promise<Float32Array>;
  /** Throws `engine/no-such-parameter`. */
  spec(name: string): ParameterSpec;
  close(): void;
}

/**
 * What a program takes, known before anything is allocated; on a GPU to the byte what is then allocated. Beyond it come up to 16 MB
 * while weights or moments are read.
 */
export interface MemoryNeed {
  readonly bytes: {
    readonly parameters: number;
    readonly gradients: number;
    readonly optimizer: number;
    readonly activations: number;
    readonly inputs: number;
    readonly staging: number;
    /** Of programs that are open beside a training, as it was told (`besideBytes`). */
    readonly beside: number;
  };
  readonly total: number;
  readonly largestBinding: { readonly tensor: string; readonly bytes: number };
  readonly fits: boolean;
  readonly problems: readonly { readonly message: string; readonly hint: string }[];
}

export interface MemoryRequest {
  readonly parameters: readonly ParameterSpec[];
  readonly training?: TrainingOptions;
  /** Tensors read back after a run. */
  readonly outputs?: readonly Tensor[];
}

export interface Forward {
  readonly plan: MemoryNeed;
  /** One array an output, in the order given; gradients are those of this run alone. */
  run(inputs: Inputs): Promise<Float32Array[]>;
  close(): void;
}

export interface Steps {
  readonly plan: MemoryNeed;
  /** Steps submitted so far, restored ones included. */
  readonly steps: number;
  /**
   * One optimizer step over one or more micro-batches, whose losses are scaled by the inputs (lossScale), so that gradients
   * simply add up. Returns at once. `rates`: learning rate a group.
   */
  step(microBatches: readonly Inputs[], rates: Readonly<Record<string, number>>): void;
  /** Readings of steps that finished since the last call. Waits only while more than a few steps are under way. */
  readings(): Promise<StepReading[]>;
  /** Waits for everything submitted, then returns the readings that were left. */
  flush(): Promise<StepReading[]>;
  /** Moments, row steps and the step count, after everything submitted so far; the same bytes on every engine. */
  optimizerState(): Promise<Record<string, Uint8Array>>;
  /** The inverse; training goes on to the bit. Throws `engine/bad-state`. */
  restoreOptimizerState(state: Readonly<Record<string, Uint8Array>>): void;
  close(): void;
}

export interface Engine {
  readonly report: EngineReport;
  /** Resolves when it is lost (an operating system that resets the GPU), never rejects. */
  readonly lost: Promise<LabError>;
  /** Zeros. Throws `engine/out-of-memory`, or `engine/too-large` for a tensor past the limits. */
  weights(specs: readonly ParameterSpec[]): Promise<Weights>;
  /** Finds out, where it can, whether there is memory for plans of so many bytes; what it found stands in `report.memoryBytes`. */
  learnMemory(neededBytes: number): Promise<void>;
  plan(graph: Graph, request: MemoryRequest): MemoryNeed;
  /** `outputs` are f32 activations or gradients. Throws `engine/does-not-fit` before anything is allocated. */
  forward(graph: Graph, weights: Weights, outputs: readonly Tensor[], precision?: Precision): Promise<Forward>;
  /**
   * `graph` has its gradients (addGradients). Throws `engine/does-not-fit` before anything is allocated, and `engine/no-f16` where
   * that is asked for and not there.
   */
  training(graph: Graph, weights: Weights, options: TrainingOptions): Promise<Steps>;
  /** Where the time of one step goes; weights stay as they are. Throws as `training` does, and what `signal` was aborted with. */
  stepTimes(step: TimedStep, weights: Weights, watch?: TimingWatch): Promise<StepTimes>;
  close(): void;
}
