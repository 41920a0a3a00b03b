/**
 * A graft beside its untouched base over the same documents: bits per byte and the paired difference with its interval, and no
 * outcome: the base was not trained on the text, so that the difference does not tell what the new tokens did. That is told by
 * a control (experimentVerdict.ts). Where an arm cannot write the held-out text, no number of one arm is a number of the other,
 * and nothing is compared but what each loses.
 */
import { bitsPerByte, losesText, pairedDifference, scoreInterval, sum, type DocumentScores } from './bootstrap';
import type { ArmResult, Comparison, ScoreResult } from './comparison';
import type { TrainMode } from '../training/trainSettings';

export interface ArmScores {
  readonly heldOut: DocumentScores;
  readonly general: DocumentScores;
  /** Of held-out conversations, where there are instructions. */
  readonly answers?: DocumentScores;
}

export interface ScoredArms {
  readonly base: ArmScores;
  readonly 'grafted-untrained': ArmScores;
  readonly 'grafted-trained': ArmScores;
}

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
    shorterBy,
    steps,
    mode,
  };
}
