/** A finished run of an experiment as a trained model: for Try, Download and proofs. */
import { LabError } from '../error';
import type { Engine } from '../engine/index';
import {
  ArmModel,
  canonicalJson,
  experimentFigures,
  movedBy,
  movesEarlierRows,
  learnedText,
  readCheckpoint,
  readReport,
  readStatus,
  specVocabulary,
  writtenSpec,
  type CorpusText,
  type EarlierGraft,
  type LoadedModel,
  type RunKey,
  type Watch,
} from '../lab/index';
import type { Experiments } from './experiments';
import type { TrainedArm } from './trainedArm';

export interface OpenedForArm {
  readonly engine: Engine;
  readonly model: LoadedModel;
  readonly corpus: CorpusText;
  /** Rows that an earlier graft put into the model. */
  earlier?(): Promise<EarlierGraft | undefined>;
}

/** Throws `lab/not-finished`. */
export async function takenArm(
  experiments: Experiments,
  id: string,
  key: RunKey,
  { engine, model, corpus, earlier }: OpenedForArm,
  { onProgress, signal }: Watch,
): Promise<TrainedArm> {
  const folder = await experiments.folder(id);
  const spec = await experiments.spec(id);
  const status = await readStatus(folder, key);
  const arm = spec.arms[key.arm];
  if (!arm || status?.state !== 'finished' || arm.stages.length === 0) {
    throw new LabError(
      'lab/not-finished',
      `The arm \`${key.arm}\` with seed ${key.seed} has no trained weights.`,
      'Take a trained arm whose run is finished.',
    );
  }
  const known = experiments.vocabulariesFor(model, corpus);
  const name = canonicalJson(arm.vocabulary);
  const vocabulary = arm.vocabulary
    ? (known.get(name) ??
      (await specVocabulary(model, corpus, arm.vocabulary, { onProgress, signal, openShards: experiments.openShards })))
    : undefined;
  if (vocabulary) known.set(name, vocabulary);
  const old = movesEarlierRows(arm) ? await earlier?.() : undefined;
  const { start } = arm;
  const setup = {
    ...{ engine, model, corpus, start, moves: movedBy(arm), seed: key.seed, evaluation: spec.evaluation },
    ...(vocabulary ? { vocabulary } : {}),
    ...(old ? { earlier: old.graft } : {}),
  };
  const held = await ArmModel.open(setup, { onProgress, signal });
  try {
    const { weights, loop } = await readCheckpoint(folder, status);
    for (const [parameter, values] of Object.entries(weights)) held.session.store.write(parameter, values);
    const report = await readReport(folder);
    return {
      ...{ arm: held, start, records: loop.records, steps: status.steps },
      ...(vocabulary ? { vocabulary } : {}),
      extras: { 'experiment.json': asFile(writtenSpec(spec)), 'report.json': asFile({ taken: key, ...report }) },
      figures: {
        ...experimentFigures(report, key.arm),
        learned: learnedText(arm.stages.map(({ objective }) => objective)),
      },
    };
  } catch (error) {
    held.close();
    throw error;
  }
}

const asFile = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
