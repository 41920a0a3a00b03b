/**
 * Settings that a newcomer can start with: a run of a few minutes on any machine. New rows learn fast (they start as
 * means of trained rows, and only they move); the body, where it moves, learns at a tenth of that.
 */
import type { EngineKind } from '../../engine/index';
import { defaultInit } from '../../graft/index';
import { defaultOptimizer, type OptimizerSettings, type Rates } from './moves';
import { modeGroups, type TrainMode, type TrainSettings } from './trainSettings';
import { rateShareAt } from './learningRate';
import type { LoopSettings } from './trainRun';
import { sizesFor } from '../device/sizes';

const rates: Readonly<Record<TrainMode, { learningRate: number; bodyLearningRate?: number }>> = {
  'new-rows': { learningRate: 3e-3 },
  embeddings: { learningRate: 3e-3, bodyLearningRate: 1e-3 },
  all: { learningRate: 3e-3, bodyLearningRate: 3e-4 },
};

export function defaultRates(mode: TrainMode): { learningRate: number; bodyLearningRate?: number } {
  return rates[mode];
}

/** @param parameters of the model. */
export function defaultTrainSettings(kind: EngineKind, parameters: number): TrainSettings {
  const { steps, batchRows, rowLength, evaluateEvery, sampleEvery, evaluationBytes } = sizesFor(kind, parameters);
  return {
    mode: 'new-rows',
    init: defaultInit,
    steps,
    batchRows,
    rowLength,
    ...rates['new-rows'],
    // Used by the modes that move more than the new rows, which at the rows' rate would forget what they know.
    bodyLearningRate: 3e-4,
    warmupSteps: Math.round(steps / 20),
    weightDecay: 0.01,
    clipNorm: 1,
    evaluateEvery,
    sampleEvery,
    seed: 1,
    evaluationBytes,
  };
}

/** Peak rates of the groups that these settings move. Without a rate of its own, the body moves as fast as the rows. */
export function ratesOf({ mode, learningRate, bodyLearningRate = learningRate }: TrainSettings): Rates {
  return Object.fromEntries(
    modeGroups[mode].map((group) => [group, group === 'newRows' ? learningRate : bodyLearningRate]),
  );
}

/** The loop of a run with these settings. */
export function loopOf(settings: TrainSettings): LoopSettings {
  const { mode, seed, steps, warmupSteps, evaluateEvery, sampleEvery, learningRate } = settings;
  return {
    steps,
    evaluateEvery,
    sampleEvery,
    peak: learningRate,
    share: (step) => (learningRate === 0 ? 0 : rateShareAt(step, { steps, warmupSteps })),
    details: { mode, seed },
  };
}

export function optimizerOf({ weightDecay, clipNorm }: TrainSettings): OptimizerSettings {
  return { ...defaultOptimizer, weightDecay, clipNorm };
}
