/** What the training loop is given, and what it leaves: plain values, so that it runs in tests without an engine. */
import type { EvaluationRecord, RunRecord, RunStatus } from './records';
import type { CurvesState } from './tokenLosses';

export interface StepBatch {
  readonly microBatches: readonly MicroBatch[];
  readonly tokens: number;
  /** UTF-8 bytes of the targets. */
  readonly bytes: number;
}

export interface MicroBatch {
  readonly inputs: Readonly<Record<string, Uint32Array | Float32Array>>;
  readonly ids: Uint32Array;
  readonly targets: Uint32Array;
  /** Tokens that are taught; of a distillation. */
  readonly taughtTokens?: number;
}

/** What the loop needs of a program that trains. */
export interface StepProgram {
  step(microBatches: readonly MicroBatch['inputs'][], rates: Readonly<Record<string, number>>): void;
  readings(): Promise<StepOutcome[]>;
  flush(): Promise<StepOutcome[]>;
}

export interface StepOutcome {
  readonly gradientNorm: number;
  readonly readback: readonly (readonly Float32Array[])[];
  readonly milliseconds: number;
}

/** How long the loop runs, and what it does on the way. */
export interface LoopSettings {
  readonly steps: number;
  /** Of a stage among others: the step after which it begins, and its last one. */
  readonly stage?: { readonly from: number; readonly until: number };
  /** Steps between evaluations; 0: before the first and after the last only. */
  readonly evaluateEvery: number;
  /** The largest peak of any group, which the records give the schedule of. */
  readonly peak: number;
  /** Of the peak, at a step counted from 1. */
  share(step: number): number;
  /** Whether it is left at its first evaluation behind a step, saved, to be gone on with later. */
  readonly untilFirstReading?: boolean;
  /** Of the first line of the log. */
  readonly details: Readonly<Record<string, string | number>>;
  /** A run that goes on later is saved at least this often, and is not measured when it is stopped half-way. */
  readonly autosaveMilliseconds?: number;
}

/** Everything of the loop that weights, moments and batches do not hold; with them, training goes on to the bit. */
export interface LoopState {
  /** Steps done; the next batch is the one after them. */
  readonly step: number;
  readonly curves: CurvesState;
  readonly records: readonly RunRecord[];
}

export interface TrainRunParts {
  readonly program: StepProgram;
  nextBatch(): StepBatch;
  /** Learning rate of each parameter group, given the schedule's value as a share of the peak. */
  rates(share: number): Readonly<Record<string, number>>;
  readonly newIds: readonly number[];
  evaluate(): Promise<Omit<EvaluationRecord, 'type' | 'step' | 'bytesRead' | 'milliseconds'>>;
  /** Keeps the run's state where closing the page does not lose it. */
  save?(status: RunStatus): Promise<void>;
  readonly plan?: RunStatus['plan'];
  /** Frees the program when the run is over. */
  close?(): void;
}

export type OnUpdate = (update: { readonly status: RunStatus; readonly records: readonly RunRecord[] }) => void;
