/** `--experiment DIR`: what an experiment was run with, opened again, and its runs with their trained weights. */
import { existsSync } from 'node:fs';
import { diskFolder } from '../../checkpoint/node';
import type { DurableFolder } from '../../checkpoint/index';
import type { Engine } from '../../engine/index';
import { LabError } from '../../error';
import {
  controlIn,
  earlierGraft,
  openRun,
  pinned,
  readReport,
  readSpec,
  type CorpusText,
  type ExperimentSpec,
  type LoadedModel,
  type OpenedRun,
  type RunKey,
} from '../../lab/index';
import type { Command } from '../arguments';
import { openShards } from '../countingShards';
import { nodeEngine } from '../engine';
import { progressLine } from '../stdout';
import { textsOfSpec } from './instructions';
import { loaded, sourceNamed } from './model';

export interface ExperimentRuns {
  readonly folder: DurableFolder;
  /** As it is written, and with the fingerprints of what was opened. */
  readonly written: ExperimentSpec;
  readonly spec: ExperimentSpec;
  readonly model: LoadedModel;
  readonly corpus: CorpusText;
  readonly engine: Engine;
  /** A finished run, to be closed. Throws `lab/not-finished`. */
  open(key: RunKey): Promise<OpenedRun>;
  /** Name of the arm that it is compared with. */
  controlOf(key: RunKey): Promise<string | undefined>;
}

/** Throws `lab/no-experiment`. */
export async function experimentRuns(command: Command, path: string): Promise<ExperimentRuns> {
  const folder = existsSync(path) ? await diskFolder(path) : undefined;
  const written = folder && (await readSpec(folder));
  if (!folder || !written) {
    throw new LabError(
      'lab/no-experiment',
      `There is no experiment.json in ${path}.`,
      'Give the folder that an experiment was run in.',
    );
  }
  const source = await sourceNamed(command, written.model.name);
  const model = await loaded(source);
  const corpus = await textsOfSpec(command, written);
  const spec = await pinned(written, model, corpus);
  const engine = await nodeEngine(command);
  const earlier = () => earlierGraft(source.tree, model);
  const opened = { spec, folder, engine, model, corpus, earlier, openShards, vocabularies: new Map() };
  const onProgress = progressLine();
  return {
    ...{ folder, written, spec, model, corpus, engine },
    open: (key) => openRun(opened, key, { onProgress }),
    controlOf: async (key) => controlIn(await readReport(folder), key),
  };
}

/** The run that is meant: `--arm` and `--seed`, else the first that is trained with new tokens. */
export function keyNamed(command: Command, { arms }: ExperimentSpec): RunKey {
  const expanded = Object.keys(arms).find((name) => arms[name]!.vocabulary && arms[name]!.stages.length > 0);
  return {
    arm: command.text('arm') ?? expanded ?? Object.keys(arms)[0]!,
    seed: command.number('seed')!,
  };
}
