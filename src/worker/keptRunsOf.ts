/** What the runs of a kept experiment are opened with, for what asks trained arms. */
import type { FileTree } from '../checkpoint/index';
import type { Engine } from '../engine/index';
import { earlierGraft, type OpenedForRun } from '../lab/index';
import type { Experiments, OpenedLab } from './experiments';

export interface OpenedForRuns extends Pick<OpenedLab, 'model' | 'corpus'> {
  readonly tree: FileTree;
  readonly engine: Engine;
}

export async function keptRunsOf(
  experiments: Experiments,
  id: string,
  { engine, model, corpus, tree }: OpenedForRuns,
): Promise<OpenedForRun> {
  const [folder, spec] = [await experiments.folder(id), await experiments.spec(id)];
  const { openShards } = experiments;
  const vocabularies = experiments.vocabulariesFor(model, corpus);
  const earlier = () => earlierGraft(tree, model);
  return { spec, folder, engine, model, corpus, openShards, vocabularies, earlier };
}
