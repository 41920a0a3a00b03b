/** What a training reports: one record a line of run.jsonl, and its status. Losses are nats, times milliseconds. */
import type { FittingPlan } from '../device/fittingPlan';

export interface StepRecord {
  readonly type: 'step';
  readonly step: number;
  /** Mean nats per target; null where the step had no such target. */
  readonly loss: number;
  readonly newTokenLoss: number | null;
  readonly oldTokenLoss: number | null;
  readonly afterNewTokenLoss: number | null;
  /** Mean square between hidden states and those that teach them; of a distillation. */
  readonly taughtError?: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly milliseconds: number;
}

export interface EvaluationRecord {
  readonly type: 'evaluation';
  readonly step: number;
  /** UTF-8 bytes of training text read until then; absent in runs that an earlier build saved. */
  readonly bytesRead?: number;
  /** On the same held-out documents as the base's figure; null where some of their text is lost. */
  readonly bitsPerByte: number | null;
  /** Bytes of them that the tokenizer cannot write; absent: none. */
  readonly lostBytes?: number;
  /** Of held-out answers; absent without instructions. */
  readonly answerBitsPerByte?: number | null;
  /** Nats of each of those documents, to a thousandth; absent in runs that an earlier build saved. */
  readonly documentNats?: readonly number[];
  /** Nats of the first ids of those documents, one document after the other (keptPrices.ts); absent in runs that an earlier build saved. */
  readonly idNats?: readonly number[];
  readonly milliseconds: number;
}

export interface TokenProgress {
  readonly id: number;
  readonly exposures: number;
  /** Smoothed nats where this token is the target; null before it was seen. */
  readonly firstLoss: number | null;
  readonly loss: number | null;
  /** A few points of the curve for a sparkline. */
  readonly curve: readonly number[];
}

export interface TokensRecord {
  readonly type: 'tokens';
  readonly step: number;
  readonly tokens: readonly TokenProgress[];
  /** New tokens never seen so far. */
  readonly neverSeen: number;
}

export interface LogRecord {
  readonly type: 'log';
  readonly step: number;
  readonly event:
    'started' | 'paused' | 'resumed' | 'stopped' | 'finished' | 'checkpoint' | 'not-a-number' | 'device-lost' | 'error';
  readonly details?: Readonly<Record<string, string | number>>;
}

/** One line of run.jsonl. */
export type RunRecord = StepRecord | EvaluationRecord | TokensRecord | LogRecord;

export type RunState = 'preparing' | 'running' | 'paused' | 'finished' | 'stopped' | 'failed';

export interface RunStatus {
  readonly state: RunState;
  readonly step: number;
  readonly steps: number;
  readonly tokensPerSecond: number;
  readonly bytesPerSecond: number;
  readonly stepMilliseconds: number;
  readonly millisecondsLeft: number;
  readonly plan?: FittingPlan;
  readonly savedStep?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}
