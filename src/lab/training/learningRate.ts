/**
 * Linear warm-up, then a cosine down to a share of the peak. It ends above zero so that a run can be continued without
 * a jump; new rows seen only late in the run still move.
 */
export interface LearningRateSchedule {
  readonly steps: number;
  readonly warmupSteps: number;
  /** Share of the peak at the last step. */
  readonly final: number;
}

/** As a share of the peak. @param step counts from 1 to `steps`. */
export function rateShareAt(step: number, { steps, warmupSteps, final }: LearningRateSchedule): number {
  if (step <= warmupSteps) return step / Math.max(1, warmupSteps);
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  return final + (1 - final) * 0.5 * (1 + Math.cos(Math.PI * progress));
}
