import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/lab/diagnosis/diagnosis';
import type {
  ArmComparison,
  ComparisonOutcome,
  ExperimentReading,
  ExperimentVerdict,
} from '../../../src/lab/scoring/experimentVerdict';
import { scorePrediction, tallyPredictions } from '../../../src/lab/scoring/predictionScore';

/** An experiment whose best arm comes first. */
function measured(outcomes: Readonly<Record<string, ComparisonOutcome>>, provisional = false): ExperimentReading {
  const comparisons = Object.entries(outcomes).map(([arm, outcome]) => ({ arm, outcome }) as ArmComparison);
  return { comparisons, verdict: { ...comparisons[0]!, provisional } as ArmComparison & ExperimentVerdict };
}

const decided = ['expand', 'expand-for-speed', 'do-not-expand'] as const;
const open = ['cannot-tell', 'no-verdict', 'not-comparable', 'unfinished', 'no-score', 'trim', 'no-control'] as const;
const predictions: Verdict[] = [...decided, 'atomic-only', 'need-more-data'];

describe('a prediction', () => {
  it.each(decided.flatMap((predicted) => decided.map((outcome) => [predicted, outcome] as const)))(
    'of %s after %s holds where they are the same',
    (predicted, outcome) => {
      const score = scorePrediction(predicted, measured({ merges: outcome }));
      expect(score).toBe(predicted === outcome ? 'held' : 'failed');
    },
  );

  it.each(predictions)('of %s is not scored where the measurement leaves it open', (predicted) => {
    for (const outcome of open) {
      expect(scorePrediction(predicted, measured({ atoms: outcome }), ['atoms'])).toBe('not-scored');
    }
    expect(scorePrediction(predicted, { comparisons: [], verdict: null })).toBe('not-scored');
  });

  it.each(predictions)('of %s is not scored before all runs are done', (predicted) => {
    for (const outcome of decided) {
      expect(scorePrediction(predicted, measured({ atoms: outcome }, true), ['atoms'])).toBe('not-scored');
    }
  });

  it('that there is too little text is none', () => {
    for (const outcome of decided) {
      expect(scorePrediction('need-more-data', measured({ merges: outcome }))).toBe('not-scored');
    }
  });

  it.each([
    ['atoms alone expand', { atoms: 'expand', merges: 'do-not-expand' }, 'held'],
    ['atoms alone expand, for speed', { atoms: 'expand-for-speed', merges: 'cannot-tell' }, 'held'],
    ['atoms expand, and nothing else was tried', { atoms: 'expand' }, 'held'],
    ['both expand', { merges: 'expand', atoms: 'expand-for-speed' }, 'failed'],
    ['merges alone expand', { merges: 'expand', atoms: 'cannot-tell' }, 'failed'],
    ['neither expands', { atoms: 'do-not-expand', merges: 'do-not-expand' }, 'failed'],
    ['atoms stay open', { atoms: 'cannot-tell', merges: 'do-not-expand' }, 'not-scored'],
    ['there is no atomic arm', { merges: 'do-not-expand' }, 'not-scored'],
    ['there is no atomic arm, and merges expand', { merges: 'expand' }, 'failed'],
  ] as const)('of atoms only, where %s', (_, outcomes, score) => {
    expect(scorePrediction('atomic-only', measured(outcomes), ['atoms'])).toBe(score);
  });

  it('is counted over many', () => {
    expect(tallyPredictions(['held', 'failed', 'held', 'not-scored', 'held'])).toEqual({
      held: 3,
      failed: 1,
      notScored: 1,
    });
    expect(tallyPredictions([])).toEqual({ held: 0, failed: 0, notScored: 0 });
  });
});
