/**
 * The lab as the page drives it (api.ts), in three layers: what is open (openedLab.ts), the trained model that is held
 * (trainedLab.ts), and here what computes, and experiments.
 */
import {
  choiceOf,
  earlierGraft,
  isSameWay,
  openModel,
  ownShareOf,
  plannedExposure,
  planModes,
  rowsWithin,
  shapeFor,
  unopenedGpu,
  wayOf,
  type EngineChoice,
  type EngineSummary,
  type Exposure,
  type ExperimentReport,
  type PlannedArm,
  type PlannedRows,
  type Preset,
  type PresetRequest,
  type RunKey,
  type FittingPlan,
  type SpecProblem,
  type SpecSchema,
  type StepProfile,
  type TrainSettings,
  type VocabularyChoice,
  type LoadedModel,
  type VocabularySummary,
  type WrittenSpec,
} from '../lab/index';
import { defaultInit } from '../graft/index';
import { openShards } from './countingShards';
import type { ExperimentUpdateOf, KeptList, KeptRun, LabApi, OnProgress, RunFileForm } from './api';
import type { Experiments } from './experiments';
import { bytesPerToken, flopsPerToken, speedKey } from './readingSpeed';
import { EXPERIMENTS, privateRoot } from './privateRoot';
import { Profiling } from './profiling';
import type { Speed } from './speeds';
import { xzSize } from './xzWorker';
import { bundledModel } from './publicFiles';

import { TrainedLab } from './trainedLab';

export class Experiment extends TrainedLab implements LabApi {
  private readonly profiling = new Profiling();
  private keptExperiments: Promise<Experiments> | undefined;

  async openEngine(choice: EngineChoice, onProgress: OnProgress): Promise<EngineSummary> {
    const before = await this.engines.current();
    const summary = await this.engines.summary(choice, onProgress);
    if (before && before !== (await this.engines.current())) this.dropBase();
    return summary;
  }

  async plans(
    settings: Pick<TrainSettings, 'batchRows' | 'rowLength' | 'frozen'>,
    newTokens: number,
    replaces = false,
  ): Promise<readonly FittingPlan[]> {
    const model = this.requireModel();
    const engine = (await this.engines.current()) ?? unopenedGpu;
    return planModes(model, replaces ? rowsWithin(model.summary, newTokens) : newTokens, settings, engine);
  }

  async armPlans(written: WrittenSpec): Promise<Readonly<Record<string, FittingPlan>>> {
    const model = this.requireModel();
    const { heldAs, parseSpec, planArms } = await import('./specification');
    const { summary } = model;
    const spec = parseSpec(written);
    // How many atoms a notation has is known when they were found.
    const found = this.vocabulary?.summary.newTokens.length ?? 0;
    const newRows = ({ vocabulary }: WrittenSpec['arms'][string]): PlannedRows | number => {
      // Rows of an earlier graft move as new ones, where they are.
      if (!vocabulary) return rowsWithin(summary, summary.earlierTokens ?? 0);
      const { method, newTokens, added = [], room } = vocabulary;
      if (method === 'trim') return 0;
      const count = newTokens === undefined ? found : newTokens + added.length;
      return room === 'replace' ? rowsWithin(summary, count) : count;
    };
    const arms = Object.entries(spec.arms).map(([name, arm]) => [
      name,
      { ...arm, newRows: newRows(written.arms[name]!) },
    ]);
    const engine = (await this.engines.current()) ?? unopenedGpu;
    return planArms(model, Object.fromEntries(arms) as Record<string, PlannedArm>, heldAs(spec), engine);
  }

  async defaultSettings(): Promise<TrainSettings> {
    const { summary } = this.requireModel();
    return {
      mode: 'new-rows',
      init: defaultInit,
      ...shapeFor((await this.engines.engine()).report.kind, summary),
    };
  }

  profile(
    settings: Parameters<LabApi['profile']>[0],
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): Promise<StepProfile> {
    return this.cancellable(asked, (signal) => {
      const { removal, summary } = this.requireVocabulary();
      const request = {
        ...{ engine: () => this.engines.engine(), model: this.requireModel(), settings, removal },
        newTokens: summary.newTokens.length,
      };
      return this.profiling.profile(request, { onProgress, signal });
    });
  }

  async presets(
    choice: VocabularyChoice | null,
    { mode, init: start, frozen }: Pick<TrainSettings, 'mode' | 'init' | 'frozen'>,
  ): Promise<readonly Preset[]> {
    const [model, corpus] = [this.requireModel(), this.requireCorpus()];
    const { prediction } = this.diagnosed ?? {};
    // Until the vocabulary is there, diagnosis and counting compute beside whatever would be timed.
    const speed = choice && !this.profiling.isBusy ? await this.settledSpeed(model) : await this.speed(model);
    const bytesPerFlop = bytesPerToken(model, corpus) / flopsPerToken(model);
    const { source, name, parameters, contextLength } = model.summary;
    const { trainBytes, heldOutBytes, heldOutDocuments } = corpus.summary;
    const request: PresetRequest = {
      title: choice ? `${corpus.summary.name}: tokens of its own?` : `${corpus.summary.name}: adapted`,
      model: source === 'bundled' ? 'bundled' : name,
      corpus: this.sampleId === undefined ? { name: corpus.summary.name } : { sample: this.sampleId },
      ...(choice ? { vocabulary: choice } : {}),
      ...(this.opened ? { instructions: this.opened.named } : {}),
      ...(prediction ? { prediction } : {}),
      ...(frozen ? { frozen } : {}),
      ...{ mode, start, parameters, contextLength, trainBytes, heldOutBytes, heldOutDocuments },
      bytesPerToken: bytesPerToken(model, corpus),
      bytesPerSecond: speed.newest * bytesPerFlop,
      sizedBytesPerSecond: speed.sized * bytesPerFlop,
    };
    const { presetOf, presetsFor } = await import('./specification');
    return presetsFor(request).map((preset) => presetOf(preset, request));
  }

  async tokensPerSecond(): Promise<number | null> {
    const { model } = this;
    return model ? (await this.speed(model)).newest / flopsPerToken(model) : null;
  }

  async plannedExposures({ arms, budget }: WrittenSpec): Promise<Readonly<Record<string, Exposure>>> {
    const { table, corpus } = this;
    const { bytes } = budget;
    if (!table || !corpus || bytes === undefined) return {};
    const text = { bytes: corpus.summary.trainBytes };
    return Object.fromEntries(
      Object.entries(arms).flatMap(([name, { vocabulary, stages = [] }]) => {
        const choice = vocabulary && choiceOf(vocabulary);
        if (!choice || !isSameWay(table.way, wayOf(choice))) return [];
        const times = table.standing(choice, vocabulary.leastExposure);
        return [[name, plannedExposure(times, text, { bytes: bytes * ownShareOf(stages) })]];
      }),
    );
  }

  runExperiment(
    spec: unknown,
    onUpdate: (update: ExperimentUpdateOf) => void,
    asked?: AbortSignal,
  ): Promise<ExperimentReport> {
    return this.profiling.besides(() =>
      this.cancellable(asked, async (signal) => {
        const opened = {
          ...{ model: this.requireModel(), corpus: this.requireCorpus(), sampleId: this.sampleId },
          instructions: this.opened,
        };
        const kept = await this.experimentsKept();
        let found = '';
        const follow = (update: ExperimentUpdateOf) => {
          found = update.id;
          onUpdate(update);
        };
        const started = new Date().toISOString();
        const report = await kept
          .run(spec, { ...opened, tree: this.requireTree() }, follow, signal)
          .finally(() => found && this.learnSpeed(found, opened.model, started).catch(() => undefined));
        await (await this.measured()).takeOver(kept, found, opened.model, opened.corpus);
        return report;
      }),
    );
  }

  async experiments(): Promise<KeptList> {
    // A first visit has none, and loads nothing that reads them.
    const hasNone = !this.keptExperiments && ((await (await privateRoot())?.folders(EXPERIMENTS)) ?? []).length === 0;
    return hasNone ? { kept: [], unreadable: [] } : (await this.experimentsKept()).list();
  }

  async experimentRuns(id: string): Promise<readonly KeptRun[]> {
    return (await this.experimentsKept()).runs(id);
  }

  async checkSpec(value: unknown): Promise<readonly SpecProblem[]> {
    const { adapterProblems, earlierRowProblems, lengthProblems, parseSpec, specProblems } =
      await import('./specification');
    const problems = specProblems(value);
    if (problems.length > 0 || !this.model) return problems;
    const spec = parseSpec(value);
    const { summary } = this.model;
    return [
      ...lengthProblems(spec, summary),
      ...adapterProblems(spec, this.model),
      ...earlierRowProblems(spec, summary),
    ];
  }

  async specSchema(): Promise<SpecSchema> {
    const { experimentSchema } = await import('./specification');
    // What is sent to the page is cloned: symbols and functions of the schema's library stay here.
    return JSON.parse(JSON.stringify(experimentSchema)) as SpecSchema;
  }

  async runFile(ids: readonly string[], form: RunFileForm): Promise<File> {
    const kept = await this.experimentsKept();
    const named = ids.map(async (id) => ({ name: (await kept.spec(id)).name, runs: await kept.runs(id) }));
    const { runFile } = await import('./runFiles');
    return runFile(await Promise.all(named), form);
  }

  async removeExperiment(id: string): Promise<void> {
    return (await this.experimentsKept()).remove(id);
  }

  restoreExperiment(id: string, onProgress: OnProgress, asked?: AbortSignal): ReturnType<LabApi['restoreExperiment']> {
    return this.cancellable(asked, async (signal) => {
      onProgress({ phase: 'reading', done: 0, total: 1 });
      const kept = await this.experimentsKept();
      const opening = await kept.opening(id);
      const { source, modelName: name, sampleId } = opening;
      const tree = source === 'bundled' ? await bundledModel(signal) : await kept.model(opening);
      const model = await openModel(tree, source, source === 'bundled' ? { signal } : { name, signal });
      const texts = sampleId === undefined ? await kept.texts(id) : undefined;
      const instructions = await kept.instructions(id, opening);
      this.dropModel();
      this.useInstructions(instructions);
      this.tree = tree;
      this.model = model;
      if (sampleId !== undefined) await this.openSample(sampleId, onProgress, signal);
      else this.useCorpus(texts!, undefined);
      await (await this.measured()).takeOver(kept, id, model, this.requireCorpus());
      return { model: model.summary, corpus: this.requireCorpus().summary };
    });
  }

  takeArm(id: string, key: RunKey, onProgress: OnProgress, asked?: AbortSignal): Promise<VocabularySummary | null> {
    return this.cancellable(asked, async (signal) => {
      const [model, corpus, engine] = [this.requireModel(), this.requireCorpus(), await this.engines.engine()];
      const opened = { engine, model, corpus, earlier: () => earlierGraft(this.requireTree(), model) };
      const { takenArm } = await import('./takenArm');
      const taken = await takenArm(await this.experimentsKept(), id, key, opened, { onProgress, signal });
      this.dropTraining();
      this.vocabulary = taken.vocabulary ?? this.vocabulary;
      this.trained = taken;
      return taken.vocabulary?.summary ?? null;
    });
  }

  sampleField(
    id: string,
    options: Parameters<LabApi['sampleField']>[1],
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): ReturnType<LabApi['sampleField']> {
    return this.cancellable(asked, async (signal) => {
      const [model, corpus, tree] = [this.requireModel(), this.requireCorpus(), this.requireTree()];
      const [engine, device] = [await this.engines.engine(), await this.engines.device()];
      const { sampleKept } = await import('./field');
      const opened = { model, corpus, tree, engine, device };
      return sampleKept(await this.experimentsKept(), id, opened, { ...options, onProgress, signal });
    });
  }

  askCloze(
    id: string,
    options: Parameters<LabApi['askCloze']>[1],
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): ReturnType<LabApi['askCloze']> {
    return this.cancellable(asked, async (signal) => {
      const [model, corpus, tree] = [this.requireModel(), this.requireCorpus(), this.requireTree()];
      const engine = await this.engines.engine();
      const { askKept } = await import('./cloze');
      const opened = { model, corpus, tree, engine };
      return askKept(await this.experimentsKept(), id, opened, { ...options, onProgress, signal });
    });
  }

  async readSamples(...[samples, notation]: Parameters<LabApi['readSamples']>): ReturnType<LabApi['readSamples']> {
    const { readAndDraw } = await import('./field');
    return readAndDraw(samples, notation, this.corpus ? this.corpus.heldOut : []);
  }

  async pause(): Promise<void> {
    (await this.keptExperiments)?.pause();
  }

  async resume(): Promise<void> {
    (await this.keptExperiments)?.resume();
  }

  private async settledSpeed(model: LoadedModel): Promise<Speed> {
    return this.speeds.settle(speedKey(await this.engines.known(), model), () => this.engines.productSpeed());
  }

  /** What a run really did is what estimates use from now on, however it ended. */
  private async learnSpeed(id: string, model: LoadedModel, since: string): Promise<void> {
    const engine = await this.engines.current();
    const pace = engine && (await (await this.experimentsKept()).pace(id, engine, since));
    if (pace) await this.speeds.learn(speedKey(await this.engines.known(), model), pace);
  }

  /** Loaded when it is asked for: most of it is the specification's schema and the library that checks it. */
  private experimentsKept(): Promise<Experiments> {
    const load = async () => {
      const { Experiments } = await import('./experiments');
      return new Experiments(() => this.engines.engine(), openShards, xzSize);
    };
    return (this.keptExperiments ??= load());
  }
}
