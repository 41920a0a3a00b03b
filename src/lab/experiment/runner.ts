/**
 * Arms times seeds, unattended: seed 1 of every arm first, so that a provisional answer comes after a part of the time. What is
 * finished is skipped, what was begun goes on from its last save, to the bit. A training that diverges or does not fit ends its own
 * run and no other; a lost engine or a full disk ends them all, and whoever runs the experiment again goes on from there.
 */
import type { DurableFolder } from '../../checkpoint/index';
import type { Engine } from '../../engine/index';
import { asLabError, LabError } from '../../error';
import { throwIfCancelled } from '../cancel';
import type { EarlierGraft } from '../device/earlierGraft';
import type { CorpusText } from '../open/corpusText';
import type { LoadedModel } from '../open/openModel';
import type { Progress, Watch } from '../progress';
import type { ArmScores } from '../scoring/compare';
import type { Worsening } from '../scoring/worsening';
import type { CompressedSize } from '../scoring/xzSize';
import { ArmTraining, type ArmCheckpoint, type ArmSetup } from '../training/armTraining';
import type { EvaluationRecord, RunRecord, RunStatus } from '../training/records';
import type { OpenShards } from '../vocabulary/countingShard';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { ArmVocabularies } from './armVocabularies';
import { checkArms, checkChoice, earlierRows, isOfOneRun } from './checks';
import { keepSpec, reportedRun } from './experimentFolder';
import { beginsUntouched, pinned, runFingerprint, untouchedKey } from './fingerprints';
import { ReferencesBeside } from './referencesBeside';
import { reportOf, type ExperimentReport, type ReportedRun } from './report';
import { readingsSoFar, readSoFar, seenTokens, worseningOf } from './runFacts';
import {
  isSameRun,
  readCheckpoint,
  readStatus,
  saveRun,
  sweep,
  type ArmRunState,
  type RunFacts,
  type RunKey,
  type RunStatusFile,
} from './runFolder';
import { turnsOf, type Turn } from './runOrder';
import { isUntouched, movesEarlierRows, seedsOf, trainedAs, type ExperimentSpec } from './spec';
import { takeOverRuns } from './takeOverRuns';

export interface OpenedExperiment {
  readonly spec: ExperimentSpec;
  readonly model: LoadedModel;
  readonly corpus: CorpusText;
  readonly folder: DurableFolder;
  /** Asked for when something is to be computed. */
  engine(): Promise<Engine>;
  /** Rows that an earlier graft put into the model; asked for where an arm moves them. */
  earlier?(): Promise<EarlierGraft | undefined>;
  readonly openShards?: OpenShards;
  /** Learned already on this model and corpus, by their specification as canonical JSON; further ones are added. */
  readonly vocabularies?: Map<string, Vocabulary>;
  /** Folders of other experiments; runs that are finished there are copied. */
  others?(): AsyncIterable<DurableFolder>;
  /** Scores of the untouched base, by what they depend on; further ones are added. */
  readonly untouched?: Map<string, ArmScores>;
}

export interface RunCell extends RunKey {
  readonly state: ArmRunState | 'waiting' | 'preparing' | 'paused' | 'stopped';
  readonly step: number;
  /** 0 while it is not known. */
  readonly steps: number;
  readonly bytes: number;
  /** Of the last evaluation, or of all held-out text when it is finished. */
  readonly bitsPerByte: number | null;
  /** While its last evaluation is worse than that before its first step; else null. */
  readonly worsened?: Worsening | null;
}

export interface ExperimentUpdate {
  readonly cells: readonly RunCell[];
  /** What has come in of the run that is under way. */
  readonly run?: RunKey & {
    readonly status: RunStatus;
    readonly records: readonly RunRecord[];
    /** They are all that it has so far, also what was told before it went on. */
    readonly isAnew: boolean;
  };
  /** Of what stands outside the steps: learning a vocabulary, loading, scoring. */
  readonly progress?: Progress & Partial<RunKey>;
  /** After every finished run. */
  readonly report?: ExperimentReport;
}

export interface RunExperimentOptions extends Watch {
  /** Compresses with xz; without it there are no reference lines. */
  readonly xzSize?: CompressedSize;
  /** Only this arm, or this seed. */
  readonly only?: Partial<RunKey>;
  readonly autosaveMilliseconds?: number;
  readonly onUpdate?: (update: ExperimentUpdate) => void;
  /** Handed each training as it begins, to be paused and stopped. */
  readonly onTraining?: (training: Pick<ArmTraining, 'pause' | 'resume' | 'stop'> | undefined) => void;
}

const autosaveMilliseconds = 5000;

/** Of an experiment's folder: held while it is run. */
export const runLock = 'experiment';

/** Throws what `checkArms` does, `lab/changed`, `lab/other-experiment`, `lab/in-use`, `lab/no-such-arm`, `lab/no-new-rows`, before anything is run. */
export async function runExperiment(
  opened: OpenedExperiment,
  options: RunExperimentOptions = {},
): Promise<ExperimentReport> {
  const spec = await pinned(opened.spec, opened.model, opened.corpus);
  const { folder } = opened;
  checkChoice(spec, options.only);
  checkArms(spec, opened.model, opened.corpus);
  const earlier = await earlierRows(spec, async () => opened.earlier?.());
  const release = await folder.lock(runLock);
  if (!release) {
    throw new LabError(
      'lab/in-use',
      `Another run works on the experiment in ${folder.name}.`,
      'Wait for it, stop it there, or give this one a folder of its own. If there is none, take experiment.lock away.',
    );
  }
  try {
    return await new Runner({ ...opened, spec: await keepSpec(folder, spec) }, earlier, options).run();
  } finally {
    await release();
  }
}

class Runner {
  private readonly vocabularies: ArmVocabularies;
  private readonly runs: ReportedRun[] = [];
  private readonly cells: RunCell[];
  private readonly references: ReferencesBeside;
  /** Of the run under way, with its training text read; one that goes on says its earlier records again. */
  private readings: EvaluationRecord[] = [];
  private bytes = 0;
  private isAnew = true;

  constructor(
    private readonly opened: OpenedExperiment,
    private readonly earlier: EarlierGraft | undefined,
    private readonly options: RunExperimentOptions,
  ) {
    const { spec } = opened;
    this.vocabularies = new ArmVocabularies(opened);
    const onFound = () => this.update({ report: this.report });
    this.references = new ReferencesBeside(opened, options.xzSize, onFound, options.signal);
    this.cells = spec.seeds.flatMap((seed) =>
      Object.keys(spec.arms)
        .filter((arm) => seedsOf(spec, arm).includes(seed))
        .map((arm): RunCell => ({ arm, seed, state: 'waiting', step: 0, steps: 0, bytes: 0, bitsPerByte: null })),
    );
  }

  async run(): Promise<ExperimentReport> {
    const { spec, folder } = this.opened;
    const { only = {} } = this.options;
    const isWanted = ({ arm, seed }: RunKey) =>
      (only.arm === undefined || only.arm === arm) && (only.seed === undefined || only.seed === seed);
    await this.takeOver();
    const todo: RunKey[] = [];
    for (const { arm, seed } of [...this.cells]) {
      const known = await reportedRun(folder, spec, spec.arms[arm]!, { arm, seed });
      if (known) {
        // A process may have died between its last save and clearing up behind it.
        await sweep(folder, known.status);
        this.note(known);
      }
      if (isWanted({ arm, seed }) && (!known || known.status.state === 'running' || known.status.state === 'failed')) {
        todo.push({ arm, seed });
      }
    }
    this.update({ report: this.report });
    // All of them before anything is trained: what cannot be learned is said at once.
    for (const { arm } of todo) {
      const onProgress = (progress: Progress) => this.update({ progress: { ...progress, arm } });
      await this.vocabularies.learn(arm, { onProgress, signal: this.options.signal });
    }
    try {
      const ended: RunKey[] = [];
      for (const turn of turnsOf(spec, todo, this.runs)) {
        // With one reading only, or diverged, a run has ended in the turn that was to leave it half-way.
        if (ended.some((key) => isSameRun(key, turn))) continue;
        throwIfCancelled(this.options.signal);
        this.references.ask(this.runs);
        const run = await this.runOne(turn);
        this.note(run);
        if (run.status.state === 'running') this.set(turn, { state: 'waiting' });
        else ended.push(turn);
        this.update({ report: this.report });
      }
      this.references.ask(this.runs);
      await this.references.settled();
    } finally {
      await this.references.end();
    }
    return this.report;
  }

  private get report(): ExperimentReport {
    return reportOf(this.opened.spec, this.runs, this.references.found);
  }

  private async takeOver(): Promise<void> {
    const { others, folder, spec } = this.opened;
    if (!others) return;
    const { report } = await this.opened.engine();
    const onProgress = (progress: Progress) => this.update({ progress });
    const { signal } = this.options;
    await takeOverRuns(folder, spec, others(), {
      engine: report.description,
      onProgress,
      ...(signal ? { signal } : {}),
    });
  }

  private async runOne({ until, ...key }: Turn): Promise<ReportedRun> {
    const { spec, model, corpus, folder } = this.opened;
    const { signal } = this.options;
    const arm = spec.arms[key.arm]!;
    const fingerprint = runFingerprint(spec, arm, key.seed);
    const engine = await this.opened.engine();
    const before = await readStatus(folder, key);
    // A failed run keeps what it had: it may fit another time, or elsewhere.
    const earlier = before && 'loop.json' in before.files ? await readCheckpoint(folder, before) : undefined;
    const vocabulary = this.vocabularies.of(key.arm);
    const { evaluation, budget } = spec;
    const { start, stages, adapters } = arm;
    const setup: ArmSetup = {
      ...{ engine, model, corpus, start, stages, budget, evaluation, seed: key.seed },
      ...(vocabulary ? { vocabulary } : {}),
      ...(adapters ? { adapters } : {}),
      ...trainedAs(spec),
      ...(this.earlier && movesEarlierRows(arm) ? { earlier: this.earlier.graft } : {}),
    };
    const onProgress = (progress: Progress) => this.update({ progress: { ...progress, ...key } });
    let training: ArmTraining | undefined;
    let last: ArmCheckpoint | undefined = earlier;
    const newTokens = vocabulary?.summary.newTokens ?? [];
    const facts = (status: RunStatus | undefined, records: readonly RunRecord[], state: ArmRunState): RunFacts => {
      const exposure = seenTokens(records, newTokens);
      const precision = training?.precision ?? last?.precision;
      return {
        state,
        step: status?.step ?? last?.loop.step ?? 0,
        steps: status?.steps ?? before?.steps ?? 0,
        ...readSoFar(records),
        ...(training ? readingsSoFar(records, training) : { curve: before?.curve ?? [] }),
        engine: engine.report.description,
        newTokens: newTokens.length,
        ...(exposure ? { exposure } : {}),
        ...(status?.plan?.cut ? { cut: status.plan.cut } : {}),
        ...(precision ? { precision } : {}),
        ...(status?.error ? { error: status.error } : {}),
      };
    };
    const failed = async (thrown: unknown): Promise<ReportedRun> => {
      const error = asLabError(thrown);
      if (!isOfOneRun(error.code)) throw thrown;
      const { code, message, hint } = error;
      const records = last?.loop.records ?? [];
      const what = { ...facts(undefined, records, 'failed'), error: { code, message, hint } };
      const kept = last ? { checkpoint: last } : {};
      return { status: await saveRun(folder, { key, fingerprint, facts: what, records, ...kept }) };
    };
    [this.readings, this.bytes, this.isAnew] = [[], 0, true];
    const untouched = isUntouched(arm) ? untouchedKey(spec, engine) : undefined;
    const known = untouched === undefined ? undefined : this.opened.untouched?.get(untouched);
    if (known) {
      const done = { key, fingerprint, facts: facts(undefined, [], 'finished'), records: [], scores: known };
      return { status: await saveRun(folder, done), scores: known };
    }
    this.set(key, { state: 'preparing' });
    try {
      training = await ArmTraining.open(setup, { onProgress, signal });
    } catch (thrown) {
      return failed(thrown);
    }
    const running = training;
    const stop = () => running.stop();
    signal?.addEventListener('abort', stop);
    this.options.onTraining?.(training);
    try {
      let status: RunStatus | undefined;
      let saved: RunStatusFile | undefined;
      if (stages.length > 0) {
        status = await training.run(
          {
            onUpdate: (update) => this.follow(key, update.status, update.records),
            ...(earlier ? { earlier } : {}),
            untilFirstReading: until === 'first-reading',
            autosaveMilliseconds: this.options.autosaveMilliseconds ?? autosaveMilliseconds,
            save: async (checkpoint, now) => {
              last = checkpoint;
              const { records } = checkpoint.loop;
              const soFar = facts(now, records, 'running');
              saved = await saveRun(folder, { key, fingerprint, facts: soFar, records, checkpoint });
              this.noteReadings(saved);
            },
          },
          { onProgress, signal },
        );
        if (status.error && status.error.code !== 'lab/not-a-number') {
          throw new LabError(status.error.code, status.error.message, status.error.hint);
        }
        if (status.error)
          return await this.diverged(key, fingerprint, facts(status, last?.loop.records ?? [], 'diverged'), last);
        throwIfCancelled(signal);
        if (status.state === 'running' && saved) return { status: saved };
        if (status.state !== 'finished')
          throw new LabError('cancelled', 'The run was stopped; it can go on from here.');
      }
      const scores = await training.score({ onProgress, signal }, (bitsPerByte) => {
        this.set(key, { bitsPerByte });
        this.update({});
      });
      if (untouched !== undefined) this.opened.untouched?.set(untouched, scores);
      const records = last?.loop.records ?? [];
      const done = { key, fingerprint, facts: facts(status, records, 'finished'), records, scores };
      return { status: await saveRun(folder, { ...done, ...(last ? { checkpoint: last } : {}) }), scores };
    } catch (thrown) {
      return await failed(thrown);
    } finally {
      signal?.removeEventListener('abort', stop);
      this.options.onTraining?.(undefined);
      training.close();
    }
  }

  private async diverged(key: RunKey, fingerprint: string, facts: RunFacts, last: ArmCheckpoint | undefined) {
    const records = last?.loop.records ?? [];
    return { status: await saveRun(this.opened.folder, { key, fingerprint, facts, records }) };
  }

  private follow(key: RunKey, status: RunStatus, records: readonly RunRecord[]): void {
    const readings = records.filter((record) => record.type === 'evaluation');
    const evaluated = readings.at(-1);
    this.readings.push(...readings);
    if (readings[0]?.step === 0 && beginsUntouched(this.opened.spec, key.arm)) this.foresee(readings[0].bitsPerByte);
    this.bytes += readSoFar(records).bytes;
    const state = status.state === 'finished' ? 'running' : status.state;
    this.set(key, {
      state,
      step: status.step,
      steps: status.steps,
      bytes: this.bytes,
      ...(evaluated ? { bitsPerByte: evaluated.bitsPerByte } : {}),
      worsened: worseningOf(this.opened.spec.arms[key.arm]!, this.readings),
    });
    this.update({ run: { ...key, status, records, isAnew: this.isAnew } });
    this.isAnew = false;
  }

  /** Of the text that trainings are watched by, until the untouched model has its turn. */
  private foresee(bitsPerByte: number | null): void {
    for (const { arm, seed, state } of [...this.cells]) {
      if (state === 'waiting' && isUntouched(this.opened.spec.arms[arm]!)) this.set({ arm, seed }, { bitsPerByte });
    }
  }

  /** What readings on the way say, as long as nothing else does. */
  private noteReadings(status: RunStatusFile): void {
    const before = this.keep({ status });
    if (before?.status.curve.length === status.curve.length) return;
    if (this.report.early) this.update({ report: this.report });
  }

  /** In place of what was known of the same run, which it answers with. */
  private keep(run: ReportedRun): ReportedRun | undefined {
    const at = this.runs.findIndex(({ status }) => isSameRun(status, run.status));
    const [before] = this.runs.splice(at < 0 ? this.runs.length : at, 1, run);
    return before;
  }

  private note(run: ReportedRun): void {
    this.keep(run);
    const { state, step, steps, bytes, curve } = run.status;
    const [scored] = run.scores ? reportOf(this.opened.spec, [run]).arms : [];
    // What is saved half-way waits for its turn.
    this.set(run.status, {
      state: state === 'running' ? 'stopped' : state,
      step,
      steps,
      bytes,
      ...(scored ? { bitsPerByte: scored.heldOut.bitsPerByte } : {}),
      worsened: worseningOf(this.opened.spec.arms[run.status.arm]!, curve),
    });
  }

  private set(key: RunKey, change: Partial<RunCell>): void {
    const at = this.cells.findIndex((cell) => isSameRun(cell, key));
    if (at >= 0) this.cells[at] = { ...this.cells[at]!, ...change };
  }

  private update(update: Omit<ExperimentUpdate, 'cells'>): void {
    if (update.progress) this.options.onProgress?.(update.progress);
    this.options.onUpdate?.({ cells: [...this.cells], ...update });
  }
}
