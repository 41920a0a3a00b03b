/** Runs of an experiment that evidence is gathered of: the untouched base and every trained arm that is finished, or one arm with its control. */
import type { DurableFolder } from '../../checkpoint/index';
import { LabError } from '../../error';
import { checkChoice } from './checks';
import { readReport } from './experimentFolder';
import { readStatus, type RunStatusFile } from './runFolder';
import { seedsOf, type ExperimentSpec } from './spec';

export interface FinishedRun {
  readonly status: RunStatusFile;
  readonly isBase: boolean;
}

/**
 * @param only absent: all arms. The base is there in any case.
 * @throws `lab/no-such-arm` where the specification has none of that name or seed, `lab/not-finished` where no trained arm is.
 */
export async function finishedRuns(
  { spec, folder }: { readonly spec: ExperimentSpec; readonly folder: DurableFolder },
  { arm: only, runSeed }: { readonly arm?: string; readonly runSeed?: number },
): Promise<readonly FinishedRun[]> {
  checkChoice(spec, {
    ...(only === undefined ? {} : { arm: only }),
    ...(runSeed === undefined ? {} : { seed: runSeed }),
  });
  const control =
    only === undefined ? null : (await readReport(folder)).comparisons.find(({ arm }) => arm === only)?.against;
  const runs: FinishedRun[] = [];
  for (const [name, { stages, vocabulary }] of Object.entries(spec.arms)) {
    const isBase = stages.length === 0;
    // A graft that was never trained has nothing to show.
    if (isBase && vocabulary) continue;
    if (only !== undefined && !isBase && name !== only && name !== control) continue;
    for (const seed of seedsOf(spec, name)) {
      if (runSeed !== undefined && !isBase && seed !== runSeed) continue;
      const status = await readStatus(folder, { arm: name, seed });
      if (status?.state === 'finished') runs.push({ status, isBase });
    }
  }
  if (runs.some(({ isBase }) => !isBase)) return runs;
  throw new LabError('lab/not-finished', 'No trained arm of this experiment is finished.', 'Run it first.');
}
