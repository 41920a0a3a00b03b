/** Scores in bits per byte, and arms compared on the same documents. */
import type { TrainMode } from '../training/trainSettings';
import type { Difference, Interval } from './bootstrap';

export interface ScoreResult {
  /** Null where text is lost: what an unknown token stands for has no price. */
  readonly bitsPerByte: number | null;
  /** Of `bytes`, those that the tokenizer cannot write: under its unknown token, or left out. */
  readonly lostBytes: number;
  /** 95 % interval by bootstrap over documents; null where text is lost, or under three documents. */
  readonly interval: Interval;
  readonly nllPerToken: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly documents: number;
}

export interface ArmResult {
  readonly arm: 'base' | 'grafted-untrained' | 'grafted-trained';
  readonly heldOut: ScoreResult;
  readonly general: ScoreResult;
}

export interface Comparison {
  readonly arms: readonly ArmResult[];
  /** Paired over the same documents: trained graft minus base, bits per byte, and its 95 % interval. Null where either loses text. */
  readonly difference: Difference | null;
  readonly generalDifference: Difference | null;
  /** 1 - tokens after / tokens before on held-out text; null where either loses some. */
  readonly shorterBy: number | null;
  readonly steps: number;
  readonly mode: TrainMode;
}
