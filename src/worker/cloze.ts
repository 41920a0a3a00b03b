/** Questions from the text, answered by an experiment's arms; loaded when they are asked. */
import {
  askExperiment,
  earlierGraft,
  ModelSession,
  openRun,
  type ClozeOptions,
  type ExperimentReport,
} from '../lab/index';
import type { Experiments } from './experiments';
import type { OpenedForField } from './field';

export async function askKept(
  experiments: Experiments,
  id: string,
  { engine, model, corpus, tree }: Omit<OpenedForField, 'device'>,
  options: ClozeOptions,
): Promise<ExperimentReport> {
  const [folder, spec] = [await experiments.folder(id), await experiments.spec(id)];
  const { openShards } = experiments;
  const vocabularies = experiments.vocabulariesFor(model, corpus);
  const earlier = () => earlierGraft(tree, model);
  const runs = { spec, folder, engine, model, corpus, openShards, vocabularies, earlier };
  return askExperiment(
    {
      ...{ spec, folder, corpus },
      async open(key, watch) {
        const arm = key && (await openRun(runs, key, watch)).arm;
        const session = arm?.session ?? (await ModelSession.open(engine, model, watch));
        return { scorer: session.scorer(), tokenizer: arm?.tokenizer ?? model.tokenizer, close: () => session.close() };
      },
    },
    options,
  );
}
