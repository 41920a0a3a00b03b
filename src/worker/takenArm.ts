/** A finished run of an experiment as a trained model: for Try, Download and proofs. */
import type { Engine } from '../engine/index';
import {
  controlIn,
  experimentFigures,
  learnedText,
  openRun,
  readReport,
  readScores,
  writtenSpec,
  writtenTemplate,
  type CorpusText,
  type EarlierGraft,
  type LoadedModel,
  type RunKey,
  type RunStatusFile,
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
  opened: OpenedForArm,
  watch: Watch,
): Promise<TrainedArm> {
  const folder = await experiments.folder(id);
  const spec = await experiments.spec(id);
  const { model, corpus } = opened;
  const { openShards } = experiments;
  const vocabularies = experiments.vocabulariesFor(model, corpus);
  const from = { ...opened, spec, folder, openShards, vocabularies };
  const { arm, spec: ofArm, vocabulary, records, status } = await openRun(from, key, watch);
  try {
    const report = await readReport(folder);
    const chatTemplate = await writtenTemplate(model, ofArm.stages);
    const against = controlIn(report, key);
    const openControl = async (asked: Watch) => {
      const control = await openRun(from, { ...key, arm: against! }, asked);
      return { ...control, weights: weightsOf(control.status) };
    };
    return {
      ...{ arm, start: ofArm.start, records, steps: status.steps },
      ...(status.precision ? { precision: status.precision.precision } : {}),
      ...{ weights: weightsOf(status), scores: await readScores(folder, status) },
      ...(vocabulary ? { vocabulary } : {}),
      ...(chatTemplate === undefined ? {} : { chatTemplate }),
      ...(against === undefined ? {} : { control: { name: against, open: openControl } }),
      extras: { 'experiment.json': asFile(writtenSpec(spec)), 'report.json': asFile({ taken: key, ...report }) },
      figures: {
        ...experimentFigures(report, key.arm),
        learned: learnedText(ofArm.stages.map(({ objective }) => objective)),
      },
    };
  } catch (error) {
    arm.close();
    throw error;
  }
}

/** A generation is saved once. */
const weightsOf = ({ fingerprint, generation }: RunStatusFile): string => `${fingerprint} ${generation}`;

const asFile = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
