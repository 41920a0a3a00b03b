/** Questions from the text, answered by an experiment's arms; loaded when they are asked. */
import { askExperiment, heldAs, ModelSession, openRun, type ClozeOptions, type ExperimentReport } from '../lab/index';
import type { Experiments } from './experiments';
import { keptRunsOf, type OpenedForRuns } from './keptRunsOf';

export async function askKept(
  experiments: Experiments,
  id: string,
  opened: OpenedForRuns,
  options: ClozeOptions,
): Promise<ExperimentReport> {
  const runs = await keptRunsOf(experiments, id, opened);
  const { spec, folder, engine, model, corpus } = runs;
  return askExperiment(
    {
      ...{ spec, folder, corpus },
      async open(key, watch) {
        const arm = key && (await openRun(runs, key, watch)).arm;
        const session = arm?.session ?? (await ModelSession.open(engine, model, { ...watch, ...heldAs(spec) }));
        return { scorer: session.scorer(), tokenizer: arm?.tokenizer ?? model.tokenizer, close: () => session.close() };
      },
    },
    options,
  );
}
