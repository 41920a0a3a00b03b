/**
 * Did it pay? Bits per byte of the arms over the same documents, the paired difference with its interval, and one
 * outcome. The rule, in this order: better than the base for sure (interval below 0): paid. At most 1 % worse than the
 * base for sure, and at least 10 % shorter: shorter and not worse. Worse for sure: did not pay. Else, and where a single
 * document gives no interval: not to be told apart. Before all of them: where an arm cannot write the held-out text, no
 * number of one arm is a number of the other, and nothing is compared but what each loses.
 */
import {
  bitsPerByte,
  losesText,
  pairedDifference,
  scoreInterval,
  sum,
  type Difference,
  type DocumentScores,
} from './bootstrap';
import type { ArmResult, Comparison, ScoreResult } from './comparison';
import type { TrainMode } from '../training/trainSettings';
import { worthwhileShortening } from './verdict';

export interface ArmScores {
  readonly heldOut: DocumentScores;
  readonly general: DocumentScores;
}

export interface ScoredArms {
  readonly base: ArmScores;
  readonly 'grafted-untrained': ArmScores;
  readonly 'grafted-trained': ArmScores;
}

export const notWorseMargin = 0.01;

export function scoreResult(scores: DocumentScores): ScoreResult {
  const tokens = sum(scores.tokens);
  return {
    bitsPerByte: bitsPerByte(scores),
    interval: scoreInterval(scores),
    nllPerToken: sum(scores.nats) / Math.max(1, tokens),
    tokens,
    bytes: sum(scores.bytes),
    lostBytes: sum(scores.lostBytes),
    documents: scores.bytes.length,
  };
}

export function compareArms(arms: ScoredArms, steps: number, mode: TrainMode): Comparison {
  const base = arms.base;
  const trained = arms['grafted-trained'];
  const difference = pairedDifference(base.heldOut, trained.heldOut);
  const isLost = losesText(base.heldOut) || losesText(trained.heldOut);
  const shorterBy = isLost ? null : 1 - sum(trained.heldOut.tokens) / Math.max(1, sum(base.heldOut.tokens));
  const results = (['base', 'grafted-untrained', 'grafted-trained'] as const).map((arm): ArmResult => ({
    arm,
    heldOut: scoreResult(arms[arm].heldOut),
    general: scoreResult(arms[arm].general),
  }));
  return {
    arms: results,
    difference,
    generalDifference: pairedDifference(base.general, trained.general),
    outcome: outcomeOf(difference, bitsPerByte(base.heldOut), shorterBy),
    shorterBy,
    steps,
    mode,
  };
}

/** @param difference and the others: null where text is lost. */
export function outcomeOf(
  difference: Difference | null,
  baseBitsPerByte: number | null,
  shorterBy: number | null,
): Comparison['outcome'] {
  if (difference === null || baseBitsPerByte === null || shorterBy === null) return 'not-comparable';
  const { interval } = difference;
  if (!interval) return 'not-distinguishable';
  const [low, high] = interval;
  if (high < 0) return 'paid';
  if (high <= notWorseMargin * baseBitsPerByte && shorterBy >= worthwhileShortening) return 'shorter-not-worse';
  if (low > 0) return 'did-not-pay';
  return 'not-distinguishable';
}
