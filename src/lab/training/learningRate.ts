/**
 * Linear warm-up, then a cosine down to a tenth of the peak. It ends above zero so that a run can be continued without
 * a jump; new rows seen only late in the run still move.
 */
export interface LearningRateSchedule {
  readonly peak: number;
  readonly steps: number;
  readonly warmupSteps: number;
}

export const finalFraction = 0.1;

/** @param step counts from 1 to `steps`. */
export function learningRateAt(step: number, { peak, steps, warmupSteps }: LearningRateSchedule): number {
  if (step <= warmupSteps) return (peak * step) / Math.max(1, warmupSteps);
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  return peak * (finalFraction + (1 - finalFraction) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
