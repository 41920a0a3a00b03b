/**
 * Whether what the diagnosis said before the run held. A prediction holds when its outcome is the measured one, to the word:
 * "expand" of a run that ends at "expand for speed" failed.
 *
 *     predicted                                   held                           failed
 *     expand, expand-for-speed, do-not-expand     the verdict's outcome is it    the verdict is another of the three
 *     atomic-only                                 an atomic arm expands, and     another vocabulary expands, or every
 *                                                 no other vocabulary does       atomic arm ends at do-not-expand
 *     need-more-data                              never scored: it predicts no outcome
 *
 * ("Expands": `expand` or `expand-for-speed`.) Not scored: what is provisional, and what the measurement leaves open
 * (cannot-tell, no-verdict, not-comparable, unfinished, no-control, or an atomic prediction without an atomic arm).
 */
import type { Verdict } from '../diagnosis/diagnosis';
import type { ComparisonOutcome, ExperimentReading } from './experimentVerdict';

export type PredictionScore = 'held' | 'failed' | 'not-scored';

export interface PredictionTally {
  readonly held: number;
  readonly failed: number;
  readonly notScored: number;
}

const isDecided = (outcome: ComparisonOutcome): boolean => expands(outcome) || outcome === 'do-not-expand';
const expands = (outcome: ComparisonOutcome): boolean => outcome === 'expand' || outcome === 'expand-for-speed';

/** @param atomicArms names of the arms whose vocabulary gives each symbol one token. */
export function scorePrediction(
  predicted: Verdict,
  { verdict, comparisons }: ExperimentReading,
  atomicArms: readonly string[] = [],
): PredictionScore {
  if (!verdict || verdict.provisional || predicted === 'need-more-data') return 'not-scored';
  if (predicted === 'atomic-only') {
    const outcomes = (isAtomic: boolean) =>
      comparisons.filter(({ arm }) => atomicArms.includes(arm) === isAtomic).map(({ outcome }) => outcome);
    const atomic = outcomes(true);
    if (outcomes(false).some(expands)) return 'failed';
    if (atomic.some(expands)) return 'held';
    return atomic.length > 0 && atomic.every((outcome) => outcome === 'do-not-expand') ? 'failed' : 'not-scored';
  }
  if (!isDecided(verdict.outcome)) return 'not-scored';
  return verdict.outcome === predicted ? 'held' : 'failed';
}

/** "6 of 7 held": `held` of `held + failed`. */
export function tallyPredictions(scores: readonly PredictionScore[]): PredictionTally {
  const count = (score: PredictionScore) => scores.filter((each) => each === score).length;
  return { held: count('held'), failed: count('failed'), notScored: count('not-scored') };
}
