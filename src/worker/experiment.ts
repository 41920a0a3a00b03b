/**
 * One experiment at a time, as the page drives it: each call moves it one step and keeps what the next one needs. The
 * steps themselves are src/lab's; here is only which of them were taken, and what a new choice makes stale.
 */
import { filesTree, type CachedModel, type FileTree, type HubModel } from '../checkpoint/index';
import type { Engine } from '../engine/index';
import { asLabError, LabError } from '../error';
import {
  applyDelta,
  buildVocabulary,
  CandidateTable,
  cappedDocuments,
  defaultTrainSettings,
  diagnose,
  encodeDocuments,
  engineText,
  experimentOf,
  generateText,
  isSameWay,
  learnVocabulary,
  ModelSession,
  onnxText,
  openCorpus,
  openGeneralText,
  openModel,
  openTrainedElsewhere,
  piecesOf,
  planTraining,
  predictionOf,
  presetNames,
  presetOf,
  scoreDocuments,
  scoreResult,
  sizesFor,
  specProblems,
  throttled,
  trainModes,
  Training,
  unopenedGpu,
  wayOf,
  wordsOf,
  type Candidate,
  type CandidateCounts,
  type Comparison,
  type CorpusSummary,
  type ReadingChoice,
  type CorpusText,
  type DiagnosedVocabulary,
  type Diagnosis,
  type EngineChoice,
  type EngineSummary,
  type ExperimentReport,
  type InitMethod,
  type Preset,
  type PresetRequest,
  type RunKey,
  type ExportChoice,
  type ExportReport,
  type FittingPlan,
  type GeneralText,
  type LearnWay,
  type LoadedModel,
  type ModelSummary,
  type Piece,
  type RunStatus,
  type SampleSummary,
  type SpecProblem,
  type StepProfile,
  type TextModel,
  type TrainMode,
  type TrainSettings,
  type Vocabulary,
  type VocabularyChoice,
  type VocabularySummary,
} from '../lab/index';
import type { Tokenizer } from '../tokenizer/index';
import { Engines } from './engines';
import { openShards } from './countingShards';
import type {
  ExperimentUpdateOf,
  Generated,
  KeptExperiment,
  KeptRun,
  LabApi,
  ModelScores,
  OnProgress,
  RunFileForm,
  RuntimeUsed,
  RunUpdate,
  Tokenized,
} from './api';
import { Experiments } from './experiments';
import { bytesPerSecond, takenArm, type TakenArm } from './takenArm';
import { exportFolder, exportZip, type FinishedRun } from './exporting';
import { HubModels } from './hubModels';
import { OnnxArms, type Arm, type OnnxArm } from './onnxArms';
import { Profiling } from './profiling';
import { runFile } from './runFiles';
import { xzSize } from './xzWorker';
import { bundledModel, sampleFile, sampleIndex, sampleNamed } from './publicFiles';

export class Experiment implements LabApi {
  private readonly engines = new Engines();
  private tree: FileTree | undefined;
  private model: LoadedModel | undefined;
  private readonly hub = new HubModels();
  private corpus: CorpusText | undefined;
  private sampleId: string | undefined;
  private general: Promise<GeneralText> | undefined;
  private diagnosed: DiagnosedVocabulary | undefined;
  private table: CandidateTable | undefined;
  private vocabulary: Vocabulary | undefined;
  private training: Training | undefined;
  private comparison: Comparison | undefined;
  private restored: Pick<RunUpdate, 'records' | 'status'> | undefined;
  private base: Promise<ModelSession> | undefined;
  private readonly arms = new OnnxArms();
  private readonly profiling = new Profiling();
  private readonly experimentsKept = new Experiments(() => this.engines.engine(), openShards, xzSize);
  /** The arm that Try and Download use. */
  private taken: TakenArm | undefined;

  async openEngine(choice: EngineChoice, onProgress: OnProgress): Promise<EngineSummary> {
    const before = await this.engines.current();
    const summary = await this.engines.summary(choice, onProgress);
    if (before && before !== (await this.engines.current())) this.dropBase();
    return summary;
  }

  openBundledModel(onProgress: OnProgress, asked?: AbortSignal): Promise<ModelSummary> {
    return this.cancellable(asked, async (signal) => {
      onProgress({ phase: 'reading', done: 0, total: 1 });
      return this.useModel(await bundledModel(signal), 'bundled', signal);
    });
  }

  openModelFolder(files: readonly File[], onProgress: OnProgress, asked?: AbortSignal): Promise<ModelSummary> {
    return this.cancellable(asked, (signal) => {
      onProgress({ phase: 'reading', done: 0, total: 1 });
      return this.useModel(filesTree(files), 'folder', signal);
    });
  }

  openModelWithDelta(
    base: readonly File[],
    delta: readonly File[],
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): Promise<ModelSummary> {
    return this.cancellable(asked, async (signal) => {
      onProgress({ phase: 'reading', done: 0, total: 1 });
      const tree = base.length > 0 ? filesTree(base) : await bundledModel(signal);
      return this.useModel(await applyDelta(tree, filesTree(delta), { onProgress, signal }), 'folder', signal);
    });
  }

  describeHubModel(id: string, token: string | undefined, asked?: AbortSignal): Promise<HubModel> {
    return this.cancellable(asked, (signal) => this.hub.describe(id, token, signal));
  }

  downloadHubModel(
    id: string,
    token: string | undefined,
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): ReturnType<LabApi['downloadHubModel']> {
    return this.cancellable(asked, async (signal) => {
      const warning = await this.hub.download(id, token, onProgress, signal);
      return warning && { message: warning.message, hint: warning.hint };
    });
  }

  openHubModel(id: string, onProgress: OnProgress, asked?: AbortSignal): Promise<ModelSummary> {
    return this.cancellable(asked, async (signal) => {
      onProgress({ phase: 'reading', done: 0, total: 1 });
      return this.useModel(await this.hub.open(id), 'hub', signal);
    });
  }

  cachedHubModels(): Promise<readonly CachedModel[]> {
    return this.hub.list();
  }

  removeHubModel(id: string): Promise<void> {
    return this.hub.remove(id);
  }

  async hubRequests(): Promise<number> {
    return this.hub.requests;
  }

  async plans(
    settings: Pick<TrainSettings, 'batchRows' | 'rowLength'>,
    newTokens: number,
  ): Promise<readonly FittingPlan[]> {
    const model = this.requireModel();
    const engine = (await this.engines.current()) ?? unopenedGpu;
    return trainModes.map((mode) => planTraining(model, newTokens, mode, settings, engine));
  }

  async samples(): Promise<readonly SampleSummary[]> {
    return (await sampleIndex()).filter((sample) => sample.kind !== 'general');
  }

  openSample(id: string, onProgress: OnProgress, asked?: AbortSignal): Promise<CorpusSummary> {
    return this.cancellable(asked, async (signal) => {
      const sample = await sampleNamed(id);
      const { title: name, source, licence } = sample;
      const options = { name, source, licence, onProgress, signal };
      const corpus = await openCorpus([await sampleFile(sample)], await this.generalText(), options);
      return this.useCorpus(corpus, id);
    });
  }

  openCorpusFiles(
    files: readonly File[],
    choices: Readonly<Record<string, ReadingChoice>>,
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): Promise<CorpusSummary> {
    return this.cancellable(asked, async (signal) =>
      this.useCorpus(await openCorpus(files, await this.generalText(), { choices, onProgress, signal }), undefined),
    );
  }

  diagnose(onProgress: OnProgress, asked?: AbortSignal): Promise<Diagnosis> {
    return this.cancellable(asked, async (signal) => {
      this.diagnosed = await diagnose(this.requireModel(), this.requireCorpus(), { onProgress, signal, openShards });
      this.table = undefined;
      return this.diagnosed.diagnosis;
    });
  }

  candidates(way: LearnWay, onProgress: OnProgress, asked?: AbortSignal): Promise<readonly Candidate[]> {
    return this.cancellable(asked, async (signal) => (await this.candidateTable(way, onProgress, signal)).list());
  }

  async countCandidates(choice: VocabularyChoice): Promise<CandidateCounts> {
    const table = await this.candidateTable(choice, () => undefined, new AbortController().signal);
    return table.count(choice);
  }

  async pruneCandidates(choice: VocabularyChoice, leastExposure: number): Promise<VocabularyChoice> {
    const table = await this.candidateTable(choice, () => undefined, new AbortController().signal);
    return table.pruned(choice, leastExposure);
  }

  buildVocabulary(choice: VocabularyChoice, onProgress: OnProgress, asked?: AbortSignal): Promise<VocabularySummary> {
    return this.cancellable(asked, async (signal) => {
      const table = await this.candidateTable(choice, onProgress, signal);
      const extension = table.extensionOf(choice);
      const [model, corpus] = [this.requireModel(), this.requireCorpus()];
      const asked = Math.max(extension.tokens.length, choice.newTokens + choice.added.length);
      const vocabulary = await buildVocabulary(model, corpus, extension, asked, {
        onProgress,
        signal,
      });
      this.dropTraining();
      this.vocabulary = vocabulary;
      return vocabulary.summary;
    });
  }

  async tokenize(text: string): Promise<Tokenized> {
    const { tokenizer } = this.requireModel();
    const { vocabulary } = this;
    return {
      base: piecesOf(tokenizer, text),
      grafted: vocabulary ? piecesOf(vocabulary.tokenizer, text, vocabulary.summary.firstNewId) : null,
    };
  }

  async defaultSettings(): Promise<TrainSettings> {
    const { contextLength, parameters } = this.requireModel().summary;
    const settings = defaultTrainSettings((await this.engines.engine()).report.kind, parameters);
    return { ...settings, rowLength: Math.min(settings.rowLength, contextLength || settings.rowLength) };
  }

  profile(
    settings: Parameters<LabApi['profile']>[0],
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): Promise<StepProfile> {
    return this.cancellable(asked, (signal) => {
      const newTokens = this.requireVocabulary().summary.newTokens.length;
      const request = { engine: () => this.engines.engine(), model: this.requireModel(), settings, newTokens };
      return this.profiling.profile(request, { onProgress, signal });
    });
  }

  async presets(choice: VocabularyChoice | null, mode: TrainMode, start: InitMethod): Promise<readonly Preset[]> {
    const [model, corpus] = [this.requireModel(), this.requireCorpus()];
    const { diagnosis } = this.diagnosed ?? {};
    const { gigaflopsPerSecond = 10 } = await this.engines.known();
    const { source, name, parameters, contextLength } = model.summary;
    const { trainBytes, heldOutBytes } = corpus.summary;
    const request: PresetRequest = {
      title: choice ? `${corpus.summary.name}: tokens of its own?` : `${corpus.summary.name}: adapted`,
      model: source === 'bundled' ? 'bundled' : name,
      corpus: this.sampleId === undefined ? { name: corpus.summary.name } : { sample: this.sampleId },
      ...(choice ? { vocabulary: choice } : {}),
      ...(diagnosis ? { prediction: predictionOf(diagnosis) } : {}),
      ...{ mode, start, parameters, contextLength, trainBytes, heldOutBytes },
      bytesPerSecond: bytesPerSecond(model, corpus, gigaflopsPerSecond),
    };
    return presetNames.filter((preset) => choice || preset === 'adapt-only').map((preset) => presetOf(preset, request));
  }

  runExperiment(
    spec: unknown,
    onUpdate: (update: ExperimentUpdateOf) => void,
    asked?: AbortSignal,
  ): Promise<ExperimentReport> {
    return this.profiling.besides(() =>
      this.cancellable(asked, (signal) => {
        const opened = { model: this.requireModel(), corpus: this.requireCorpus(), sampleId: this.sampleId };
        const tree = this.tree ?? missing('lab/no-model', 'No model is open.', 'Open one in Model.');
        return this.experimentsKept.run(spec, { ...opened, tree }, onUpdate, signal);
      }),
    );
  }

  experiments(): Promise<readonly KeptExperiment[]> {
    return this.experimentsKept.list();
  }

  experimentRuns(id: string): Promise<readonly KeptRun[]> {
    return this.experimentsKept.runs(id);
  }

  async checkSpec(value: unknown): Promise<readonly SpecProblem[]> {
    return specProblems(value);
  }

  async runFile(ids: readonly string[], form: RunFileForm): Promise<File> {
    const kept = this.experimentsKept;
    const named = ids.map(async (id) => ({ name: (await kept.spec(id)).name, runs: await kept.runs(id) }));
    return runFile(await Promise.all(named), form);
  }

  removeExperiment(id: string): Promise<void> {
    return this.experimentsKept.remove(id);
  }

  restoreExperiment(id: string, onProgress: OnProgress, asked?: AbortSignal): ReturnType<LabApi['restoreExperiment']> {
    return this.cancellable(asked, async (signal) => {
      onProgress({ phase: 'reading', done: 0, total: 1 });
      const opening = await this.experimentsKept.opening(id);
      const { source, modelName: name, sampleId } = opening;
      const tree = source === 'bundled' ? await bundledModel(signal) : await this.experimentsKept.model(opening);
      const model = await openModel(tree, source, source === 'bundled' ? { signal } : { name, signal });
      const texts = sampleId === undefined ? await this.experimentsKept.texts(id) : undefined;
      this.dropModel();
      this.tree = tree;
      this.model = model;
      if (sampleId !== undefined) await this.openSample(sampleId, onProgress, signal);
      else this.useCorpus(texts!, undefined);
      return { model: model.summary, corpus: this.requireCorpus().summary };
    });
  }

  takeArm(id: string, key: RunKey, onProgress: OnProgress, asked?: AbortSignal): Promise<VocabularySummary | null> {
    return this.cancellable(asked, async (signal) => {
      const [model, corpus, engine] = [this.requireModel(), this.requireCorpus(), await this.engines.engine()];
      const taken = await takenArm(this.experimentsKept, id, key, { engine, model, corpus }, { onProgress, signal });
      this.dropTraining();
      this.vocabulary = taken.vocabulary ?? this.vocabulary;
      this.taken = taken;
      this.training = taken.training;
      this.restored = taken;
      return taken.vocabulary?.summary ?? null;
    });
  }

  async pause(): Promise<void> {
    this.experimentsKept.pause();
  }

  async resume(): Promise<void> {
    this.experimentsKept.resume();
  }

  compare(onProgress: OnProgress, asked?: AbortSignal): Promise<Comparison> {
    return this.cancellable(asked, async (signal) => {
      const training = this.requireTraining();
      const steps = this.runSoFar.status.step;
      this.comparison = await training.compare(steps, onProgress, signal);
      return this.comparison;
    });
  }

  generate(
    options: Parameters<LabApi['generate']>[0],
    onPiece: (piece: Piece) => void,
    asked?: AbortSignal,
  ): Promise<Generated> {
    return this.cancellable(asked, async (signal) => {
      const { model: arm, ...rest } = options;
      const { text, runtime } = await this.textModel(arm);
      const { tokenizer, firstNewId } = arm === 'base' ? this.baseTokenizer : this.requireTraining();
      const started = performance.now();
      const pieces = await generateText(text, tokenizer, {
        ...rest,
        ...(firstNewId === undefined ? {} : { firstNewId }),
        signal,
        onPiece,
      });
      return { pieces, milliseconds: performance.now() - started, runtime };
    });
  }

  openTrainedFolder(
    files: readonly File[],
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): ReturnType<LabApi['openTrainedFolder']> {
    return this.cancellable(asked, async (signal) => {
      const [base, corpus, engine] = [this.requireModel(), this.requireCorpus(), await this.engines.engine()];
      const setup = { engine, base, corpus };
      const opened = await openTrainedElsewhere(setup, filesTree(files), { onProgress, signal });
      this.dropTraining();
      const { training, vocabulary, steps } = opened;
      const { settings } = training.setup;
      const status: RunStatus = { ...preparing(settings), state: 'finished', step: steps, steps };
      this.vocabulary = vocabulary;
      this.training = training;
      this.restored = { records: [], status };
      return { vocabulary: vocabulary.summary, status, settings };
    });
  }

  /** Bits per byte of the model as it was opened, on the corpus and on general text. */
  measureBase(onProgress: OnProgress, asked?: AbortSignal): Promise<ModelScores> {
    return this.cancellable(asked, async (signal) => {
      const [model, corpus] = [this.requireModel(), this.requireCorpus()];
      const session = await this.baseSession();
      const scorer = session.scorer();
      const { evaluationBytes, generalBytes } = sizesFor(session.engine.report.kind, model.summary.parameters);
      const score = async (documents: readonly string[], bytes: number, part: number) => {
        const encoded = encodeDocuments(cappedDocuments(documents, bytes), (text) => model.tokenizer.encode(text));
        const scores = await scoreDocuments(scorer, encoded, {
          signal,
          onProgress: (done, total) => onProgress({ phase: 'evaluating', done: part * total + done, total: 2 * total }),
        });
        return scoreResult(scores);
      };
      const heldOut = await score(corpus.heldOut, evaluationBytes, 0);
      return {
        heldOut,
        general: await score(corpus.general, generalBytes, 1),
        runtime: engineRuntime(session.engine),
      };
    });
  }

  exportZip(choice: ExportChoice, onProgress: OnProgress, asked?: AbortSignal): ReturnType<LabApi['exportZip']> {
    return this.cancellable(asked, (signal) => exportZip(this.finished(), choice, onProgress, signal));
  }

  exportFolder(
    choice: ExportChoice,
    directory: FileSystemDirectoryHandle,
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): Promise<ExportReport> {
    return this.cancellable(asked, (signal) => exportFolder(this.finished(), choice, directory, onProgress, signal));
  }

  /** The call's own signal; of a call without one, a signal that stays silent. */
  private async cancellable<T>(asked: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return work(asked ?? new AbortController().signal);
  }

  private async useModel(tree: FileTree, source: ModelSummary['source'], signal: AbortSignal): Promise<ModelSummary> {
    const model = await openModel(tree, source, { signal });
    this.dropModel();
    this.tree = tree;
    this.model = model;
    return model.summary;
  }

  /** Learned once for each way; the diagnosis has learned the continued merges of the default rules already. */
  private async candidateTable(asked: LearnWay, onProgress: OnProgress, signal: AbortSignal): Promise<CandidateTable> {
    const way = wayOf(asked);
    if (this.table && isSameWay(this.table.way, way)) return this.table;
    const [model, corpus] = [this.requireModel(), this.requireCorpus()];
    this.diagnosed ??= await diagnose(model, corpus, { onProgress, signal, openShards });
    const { extension: continued, refusal, words } = this.diagnosed;
    if (!continued) throw refusal!;
    const options = { onProgress: throttled(onProgress), signal, openShards };
    const extension = isSameWay(way, { method: 'continued' })
      ? continued
      : await learnVocabulary(model, corpus, { ...way, newTokens: continued.tokens.length, ...options });
    const unit = way.rules?.unit ?? 'document';
    const counted = unit === 'document' ? words : await wordsOf(model, corpus, { ...options, unit });
    this.table = await CandidateTable.open(model, corpus, way, extension, counted, { signal });
    return this.table;
  }

  private useCorpus(corpus: CorpusText, sampleId: string | undefined): CorpusSummary {
    this.dropVocabulary();
    this.corpus = corpus;
    this.sampleId = sampleId;
    return corpus.summary;
  }

  private generalText(): Promise<GeneralText> {
    this.general ??= (async () => {
      const sample = (await sampleIndex()).find(({ kind }) => kind === 'general');
      if (!sample) throw new LabError('page/missing-file', 'The general text is missing from the samples.');
      return openGeneralText(await sampleFile(sample), sample.title);
    })();
    this.general.catch(() => {
      this.general = undefined;
    });
    return this.general;
  }

  /**
   * An arm as what continues texts: onnxruntime-web from an export in memory, which keeps what it has read, else the
   * engine, where the model is too large for that.
   */
  private async textModel(arm: Arm): Promise<{ text: TextModel; runtime: RuntimeUsed }> {
    try {
      const opened = arm === 'base' ? await this.baseArm() : await this.graftedArm();
      return { text: onnxText(opened.session, this.requireModel()), runtime: onnxUsed(opened) };
    } catch (thrown) {
      if (asLabError(thrown).code !== 'onnx/too-large') throw thrown;
      const session = arm === 'base' ? await this.baseSession() : this.requireTraining().session;
      return { text: engineText(session), runtime: engineRuntime(session.engine) };
    }
  }

  private async baseArm(): Promise<OnnxArm> {
    const exported = { model: this.requireModel() };
    return this.arms.open('base', exported, 0, await this.engines.device());
  }

  private async graftedArm(): Promise<OnnxArm> {
    const { graft, session } = this.requireTraining();
    const exported = { model: this.requireModel(), ...(graft ? { graft } : {}), session };
    return this.arms.open('grafted', exported, this.runSoFar.status.step, await this.engines.device());
  }

  private get baseTokenizer(): { tokenizer: Tokenizer; firstNewId?: number } {
    return { tokenizer: this.requireModel().tokenizer };
  }

  private baseSession(): Promise<ModelSession> {
    this.base ??= this.engines.engine().then((engine) => ModelSession.open(engine, this.requireModel()));
    this.base.catch(() => {
      this.base = undefined;
    });
    return this.base;
  }

  private experiment() {
    const { setup } = this.requireTraining();
    const count = this.vocabulary?.summary.newTokens.length ?? 0;
    return experimentOf(setup.model, setup.corpus, count, setup.settings, this.diagnosed?.diagnosis);
  }

  private get runSoFar(): Pick<RunUpdate, 'records' | 'status'> {
    const run = this.training?.run;
    return run ?? this.restored ?? { records: [], status: preparing(this.requireTraining().setup.settings) };
  }

  private finished(): FinishedRun {
    const training = this.requireTraining();
    const { records, status } = this.runSoFar;
    return {
      base: this.tree ?? missing('lab/no-model', 'No model is open.', 'Open one in Model.'),
      training,
      ...(this.taken ? this.taken : { vocabulary: this.requireVocabulary(), experiment: this.experiment() }),
      comparison: this.comparison ?? null,
      records,
      steps: status.step,
    };
  }

  private dropBase(): void {
    void this.arms.close('base');
    void this.base?.then((session) => session.close());
    this.base = undefined;
  }

  private dropModel(): void {
    this.dropBase();
    this.tree = undefined;
    this.model = undefined;
    this.dropVocabulary();
  }

  private dropVocabulary(): void {
    this.dropTraining();
    this.diagnosed = undefined;
    this.table = undefined;
    this.vocabulary = undefined;
  }

  private dropTraining(): void {
    void this.arms.close('grafted');
    this.training?.close();
    this.training = undefined;
    this.taken = undefined;
    this.comparison = undefined;
    this.restored = undefined;
  }

  private requireModel(): LoadedModel {
    return this.model ?? missing('lab/no-model', 'No model is open.', 'Open one in Model.');
  }

  private requireCorpus(): CorpusText {
    return this.corpus ?? missing('lab/no-corpus', 'No corpus is open.', 'Choose a sample or files in Corpus.');
  }

  private requireVocabulary(): Vocabulary {
    return this.vocabulary ?? missing('lab/no-vocabulary', 'There are no new tokens yet.', 'Build them in Vocabulary.');
  }

  private requireTraining(): Training {
    return this.training ?? missing('lab/no-run', 'Nothing has been grafted yet.', 'Start training first.');
  }
}

function missing(code: string, message: string, hint: string): never {
  throw new LabError(code, message, hint);
}

function engineRuntime({ report: { kind, threads } }: Engine): RuntimeUsed {
  return { name: 'engine', provider: kind === 'processor' ? 'wasm' : 'webgpu', threads: threads ?? 1 };
}

function onnxUsed({ runtime: { provider, threads } }: OnnxArm): RuntimeUsed {
  return { name: 'onnxruntime-web', provider, threads };
}

function preparing(settings: TrainSettings): RunStatus {
  return {
    state: 'preparing',
    step: 0,
    steps: settings.steps,
    tokensPerSecond: 0,
    bytesPerSecond: 0,
    stepMilliseconds: 0,
    millisecondsLeft: 0,
  };
}
