/** How many predictions held, over all experiments this browser has kept: those deleted since count as well. */
import type { KeptExperiment } from '../../worker/index';
import { keep, read } from '../storage';

const KEY = 'tokengraft.predictions';
const SCORES = ['held', 'failed', 'not-scored'] as const;
export type Score = (typeof SCORES)[number];

/** By id. */
export type Scores = Readonly<Record<string, Score>>;

export interface ScoreSum {
  readonly held: number;
  readonly scored: number;
  readonly experiments: number;
}

export function readScores(): Scores {
  try {
    const kept = JSON.parse(read(KEY) ?? '{}') as Record<string, unknown>;
    const known = Object.entries(kept).filter(([, score]) => SCORES.includes(score as Score));
    return Object.fromEntries(known) as Scores;
  } catch {
    return {};
  }
}

export function keepScores(scores: Scores): void {
  keep(KEY, JSON.stringify(scores));
}

/** What a kept experiment says now holds over what was noted of it before. */
export const scoresWith = (before: Scores, experiments: readonly KeptExperiment[]): Scores => ({
  ...before,
  ...Object.fromEntries(experiments.map(({ id, report }) => [id, report.prediction?.score ?? 'not-scored'])),
});

export function sumOf(scores: Scores): ScoreSum {
  const all = Object.values(scores);
  const count = (score: Score) => all.filter((each) => each === score).length;
  return { held: count('held'), scored: count('held') + count('failed'), experiments: all.length };
}
