/** What an engine says of the time of one training step; the same of every engine. */
import type { Graph, Inputs } from './graph';
import type { TrainingOptions } from './training';

export interface StepTimes {
  /** The GPU's own clock around each dispatch, or each op run alone, its inputs in place. */
  readonly method: 'timestamps' | 'alone';
  /** The fastest of a few steps as they really run, micro-batches and optimizer included. */
  readonly stepMilliseconds: number;
  readonly optimizerMilliseconds: number;
  /** Of weights in and gradients out, where what computes has a memory of its own and they are copied every time. */
  readonly copyMilliseconds?: number;
  /** Milliseconds of a step by op, over all its nodes and micro-batches. */
  readonly opMilliseconds: ReadonlyMap<string, number>;
}

export interface TimedStep {
  readonly graph: Graph;
  readonly options: TrainingOptions;
  readonly microBatches: readonly Inputs[];
}

export interface TimingWatch {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A rate of zero a group: a step runs in full and moves nothing. */
export function zeroRates({ groups }: TrainingOptions): Record<string, number> {
  return Object.fromEntries(Object.keys(groups).map((name) => [name, 0]));
}

export function addTime(times: Map<string, number>, op: string, milliseconds: number): void {
  times.set(op, (times.get(op) ?? 0) + milliseconds);
}
