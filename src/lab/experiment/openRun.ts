/** A finished run of an experiment as a model with its trained weights, for Try, Download, proofs and evidence. */
import type { DurableFolder } from '../../checkpoint/index';
import type { Engine } from '../../engine/index';
import { LabError } from '../../error';
import type { EarlierGraft } from '../device/earlierGraft';
import type { CorpusText } from '../open/corpusText';
import type { LoadedModel } from '../open/openModel';
import type { Watch } from '../progress';
import { ArmModel } from '../training/armModel';
import type { RunRecord } from '../training/records';
import type { OpenShards } from '../vocabulary/countingShard';
import { specVocabulary } from '../vocabulary/specVocabulary';
import type { Vocabulary } from '../vocabulary/vocabulary';
import type { NewToken } from '../vocabulary/vocabularySummary';
import { checkChoice } from './checks';
import { canonicalJson } from './fingerprints';
import { readCheckpoint, readStatus, type RunKey, type RunStatusFile } from './runFolder';
import { heldAs, movedBy, movesEarlierRows, type ArmSpec, type ExperimentSpec } from './spec';

export interface OpenedForRun {
  readonly spec: ExperimentSpec;
  readonly folder: DurableFolder;
  readonly engine: Engine;
  readonly model: LoadedModel;
  readonly corpus: CorpusText;
  /** Rows that an earlier graft put into the model. */
  earlier?(): Promise<EarlierGraft | undefined>;
  readonly openShards?: OpenShards;
  /** Learned already, by their specification as canonical JSON; a further one is added. */
  readonly vocabularies?: Map<string, Vocabulary>;
}

export interface OpenedRun {
  /** To be closed. */
  readonly arm: ArmModel;
  readonly spec: ArmSpec;
  readonly vocabulary?: Vocabulary;
  /** Of its vocabulary, or of the earlier graft whose rows it moves; else empty. */
  readonly newTokens: readonly NewToken[];
  readonly records: readonly RunRecord[];
  readonly status: RunStatusFile;
}

/** Throws `lab/no-such-arm`, `lab/not-finished`. */
export async function openRun(
  opened: OpenedForRun,
  key: RunKey,
  { onProgress, signal }: Watch = {},
): Promise<OpenedRun> {
  const { spec, folder, engine, model, corpus, openShards } = opened;
  checkChoice(spec, { arm: key.arm });
  const status = await readStatus(folder, key);
  const arm = spec.arms[key.arm]!;
  if (status?.state !== 'finished' || arm.stages.length === 0) {
    throw new LabError(
      'lab/not-finished',
      `The arm \`${key.arm}\` with seed ${key.seed} has no trained weights.`,
      'Take a trained arm whose run is finished.',
    );
  }
  const known = opened.vocabularies ?? new Map<string, Vocabulary>();
  const name = canonicalJson(arm.vocabulary);
  const vocabulary = arm.vocabulary
    ? (known.get(name) ??
      (await specVocabulary(model, corpus, arm.vocabulary, {
        ...{ onProgress, signal },
        ...(openShards ? { openShards } : {}),
      })))
    : undefined;
  if (vocabulary) known.set(name, vocabulary);
  const old = movesEarlierRows(arm) ? await opened.earlier?.() : undefined;
  const { start, adapters } = arm;
  const setup = {
    ...{ engine, model, corpus, start, moves: movedBy(arm), seed: key.seed, evaluation: spec.evaluation },
    ...(vocabulary ? { vocabulary } : {}),
    ...(adapters ? { adapters } : {}),
    ...heldAs(spec),
    ...(old ? { earlier: old.graft } : {}),
  };
  const held = await ArmModel.open(setup, { onProgress, signal });
  try {
    const { weights, loop } = await readCheckpoint(folder, status);
    for (const [parameter, values] of Object.entries(weights)) held.session.store.write(parameter, values);
    const newTokens = vocabulary?.summary.newTokens ?? old?.newTokens ?? [];
    return { arm: held, spec: arm, newTokens, records: loop.records, status, ...(vocabulary ? { vocabulary } : {}) };
  } catch (error) {
    held.close();
    throw error;
  }
}
