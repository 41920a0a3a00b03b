/** A finished run of an experiment as a trained model: for Try, Download and proofs. And how fast a model reads text here. */
import { LabError } from '../error';
import type { Engine } from '../engine/index';
import type { ModelCard } from '../graft/index';
import {
  canonicalJson,
  defaultTrainSettings,
  experimentFigures,
  learnedText,
  modeGroups,
  readCheckpoint,
  readReport,
  readStatus,
  specVocabulary,
  stepFlops,
  Training,
  writtenSpec,
  type CorpusText,
  type LoadedModel,
  type RunKey,
  type RunRecord,
  type RunStatus,
  type TrainMode,
  type TrainSettings,
  type Vocabulary,
  type Watch,
} from '../lab/index';
import type { Experiments } from './experiments';

export interface TakenArm {
  readonly training: Training;
  readonly vocabulary?: Vocabulary;
  readonly records: readonly RunRecord[];
  readonly status: RunStatus;
  /** Specification and answer, as they go into a download. */
  readonly experiment: unknown;
  /** For the model card. */
  readonly figures: ReturnType<typeof experimentFigures> & Pick<ModelCard, 'learned'>;
}

/** Throws `lab/not-finished`. */
export async function takenArm(
  experiments: Experiments,
  id: string,
  key: RunKey,
  { engine, model, corpus }: { readonly engine: Engine; readonly model: LoadedModel; readonly corpus: CorpusText },
  { onProgress, signal }: Watch,
): Promise<TakenArm> {
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
  const settings: TrainSettings = {
    ...defaultTrainSettings(engine.report.kind, model.summary.parameters),
    mode: smallestMode(arm.stages.flatMap(({ rates }) => Object.keys(rates))),
    init: arm.start.input,
    seed: key.seed,
    steps: status.steps,
  };
  const training = await Training.open(
    { engine, model, corpus, settings, ...(vocabulary ? { vocabulary } : {}) },
    { ...(onProgress ? { onProgress } : {}), ...(signal ? { signal } : {}) },
  );
  try {
    const { weights, loop } = await readCheckpoint(folder, status);
    for (const [parameter, values] of Object.entries(weights)) training.session.store.write(parameter, values);
    const report = await readReport(folder);
    const experiment = { ...(writtenSpec(spec) as object), taken: key, report };
    return {
      training,
      ...(vocabulary ? { vocabulary } : {}),
      records: loop.records,
      status: finishedStatus(status.steps),
      experiment,
      figures: {
        ...experimentFigures(report, key.arm),
        learned: learnedText(arm.stages.map(({ objective }) => objective)),
      },
    };
  } catch (error) {
    training.close();
    throw error;
  }
}

/** The mode that holds as f32 all that was moved. */
function smallestMode(groups: readonly string[]): TrainMode {
  const modes = ['new-rows', 'embeddings', 'all'] as const;
  return (
    modes.find((mode) => groups.every((group) => (modeGroups[mode] as readonly string[]).includes(group))) ?? 'all'
  );
}

function finishedStatus(steps: number): RunStatus {
  return {
    state: 'finished',
    step: steps,
    steps,
    tokensPerSecond: 0,
    bytesPerSecond: 0,
    stepMilliseconds: 0,
    millisecondsLeft: 0,
  };
}

/** Share of the speed of plain matrix products that a whole step reaches (docs/performance.md). */
const stepEfficiency = 0.7;
const sampledCharacters = 16_384;

/** Of text that a step of everything reads. @param gigaflopsPerSecond of plain matrix products here. */
export function bytesPerSecond(model: LoadedModel, corpus: CorpusText, gigaflopsPerSecond: number): number {
  const length = Math.max(2, Math.min(128, model.summary.contextLength || 128));
  const rates = { oldRows: 1, body: 1, norms: 1 };
  const flops = stepFlops(model, 0, { rates, batch: { rows: 1, length } }) / length;
  const text = corpus.heldOut.join('\n').slice(0, sampledCharacters);
  const bytes = new TextEncoder().encode(text).length;
  const tokens = model.tokenizer.encode(text).ids.length;
  return (((gigaflopsPerSecond * 1e9 * stepEfficiency) / flops) * bytes) / Math.max(1, tokens);
}
