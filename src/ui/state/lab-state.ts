/**
 * The one experiment the page shows, and everything that moves it on. Long calls to the worker run one after another; each
 * fills a slot that the steps render. A result upstream empties what was built on the old one. Listeners of 'lab' are told
 * at once, listeners of 'run' in turn, one a frame.
 */
import { createContext } from '@lit/context';
import {
  asLabError,
  type EngineChoice,
  type EngineSummary,
  type Candidate,
  type Comparison,
  type CorpusSummary,
  type Diagnosis,
  type ExportChoice,
  type ExportReport,
  type LabApi,
  type ModelScores,
  type ModelSummary,
  type OnProgress,
  type Piece,
  type ReadingChoice,
  type RuntimeUsed,
  type SampleSummary,
  type KeptExperiment,
  type StepProfile,
  type TrainSettings,
  type LearnWay,
  type VocabularySummary,
  type WrittenSpec,
} from '../../worker/index';
import { engineChoice, setEngineChoice } from '../storage';
import { FrameQueue } from '../frames';
import { ExperimentDesk } from './experiment-desk';
import type { ExperimentView } from './experiment-view';
import { HubView } from './hub-view';
import { KeptView } from './kept-view';
import { goTo, type StepName } from './route';
import { RunView } from './run-view';
import { EMPTY, type Failure, type Slot } from './slot';
import { Tasks } from './tasks';
import { VocabularyEditor } from './vocabulary-editor';

export type Topic = 'lab' | 'run';

/** What the page needs of the worker. */
export type Lab = Pick<LabApi, keyof LabApi>;

export interface Exported {
  readonly report: ExportReport;
  readonly fileName: string;
  /** Object URL of the zip; absent when the folder was written directly. */
  readonly url?: string;
}

interface Slots {
  engine: Slot<EngineSummary>;
  model: Slot<ModelSummary>;
  samples: Slot<readonly SampleSummary[]>;
  corpus: Slot<CorpusSummary>;
  baseScores: Slot<ModelScores>;
  diagnosis: Slot<Diagnosis>;
  candidates: Slot<readonly Candidate[]>;
  vocabulary: Slot<VocabularySummary>;
  profile: Slot<StepProfile>;
  comparison: Slot<Comparison>;
  exported: Slot<Exported>;
  opening: Slot<KeptExperiment>;
  /** A graft that was trained elsewhere being brought back. */
  elsewhere: Slot<VocabularySummary>;
}
export type SlotName = keyof Slots;
type Value<Name extends SlotName> = Extract<Slots[Name], { status: 'ready' }>['value'];

const DOWNSTREAM: readonly SlotName[] = [
  'model',
  'corpus',
  'baseScores',
  'diagnosis',
  'candidates',
  'vocabulary',
  'profile',
  'comparison',
  'exported',
];

type LongCall<T> = (onProgress: OnProgress, signal: AbortSignal) => Promise<T>;

/** What one model wrote after a prompt. */
export interface Written {
  readonly pieces: readonly Piece[];
  readonly milliseconds: number;
  readonly done: boolean;
  /** Known once it is done. */
  readonly runtime?: RuntimeUsed;
}

export interface Tried {
  readonly prompt: string;
  readonly written: Readonly<Record<'base' | 'grafted', Written>>;
  /** Tokens of what the graft wrote, and what the base vocabulary needs for the same text; null where there is no graft. */
  readonly tokens: { readonly grafted: number; readonly base: number } | null;
}

/** Parameters up to which every one of them is trained by default. */
const LARGEST_ALL = 5e7;

export class LabState {
  readonly slots: Slots = {
    engine: EMPTY,
    model: EMPTY,
    samples: EMPTY,
    corpus: EMPTY,
    baseScores: EMPTY,
    diagnosis: EMPTY,
    candidates: EMPTY,
    vocabulary: EMPTY,
    profile: EMPTY,
    comparison: EMPTY,
    exported: EMPTY,
    opening: EMPTY,
    elsewhere: EMPTY,
  };
  settings: TrainSettings | null = null;
  readonly editor: VocabularyEditor;
  readonly hub: HubView;
  readonly kept: KeptView;
  run: RunView | null = null;
  /** The worker itself died; only a reload helps. */
  crash: Failure | null = null;
  private corpusFiles: readonly File[] = [];
  /** How single files of them are read, by name, where the visitor chose. */
  readings: Readonly<Record<string, ReadingChoice>> = {};
  /** `startWithSample` is leading; the steps then start nothing by themselves. */
  guided = false;
  readonly lab: Lab;
  private readonly listeners = new Map<unknown, { topics: readonly Topic[]; listener: (topic: Topic) => void }>();
  private readonly frames = new FrameQueue();
  private readonly tasks = new Tasks<SlotName | 'run'>();
  private readonly turn = new Map<SlotName, number>();

  constructor(lab: Lab, crashed?: Promise<Failure>) {
    this.lab = lab;
    this.editor = new VocabularyEditor({
      count: (choice) => this.lab.countCandidates(choice),
      changed: () => this.emptyAfter('vocabulary'),
      build: () => void this.buildVocabulary(),
      tell: () => this.tell('lab'),
    });
    this.hub = new HubView(lab, {
      tell: () => this.tell('lab'),
      open: (id) => this.openModel((onProgress, signal) => this.lab.openHubModel(id, onProgress, signal)),
    });
    this.kept = new KeptView(lab, () => this.tell('lab'));
    this.desk = new ExperimentDesk({
      lab,
      kept: this.kept,
      task: (action) => this.tasks.run('run', action),
      tell: (topic) => this.tell(topic),
      begin: () => this.emptyAfter('comparison'),
      follow: (run) => (this.run = run),
      taken: (vocabulary) => {
        if (vocabulary) this.slots.vocabulary = { status: 'ready', value: vocabulary };
        this.emptyAfter('exported');
      },
    });
    void crashed?.then((failure) => {
      this.crash = failure;
      for (const name of Object.keys(this.slots) as SlotName[]) {
        if (this.slots[name].status !== 'pending') continue;
        this.turn.set(name, this.turn.get(name)! + 1);
        this.put(name, { status: 'failed', error: failure });
      }
      this.tell('lab');
    });
  }

  subscribe(topics: readonly Topic[], key: unknown, listener: (topic: Topic) => void): () => void {
    this.listeners.set(key, { topics, listener });
    return () => {
      this.listeners.delete(key);
      this.frames.remove(key);
    };
  }

  tell(topic: Topic): void {
    for (const [key, { topics, listener }] of this.listeners) {
      if (!topics.includes(topic)) continue;
      if (topic === 'run') this.frames.add(key, () => listener(topic));
      else listener(topic);
    }
  }

  // ── opening ──────────────────────────────────────────────

  /** What happens without a click: device, bundled model, samples, the offer of the last run. */
  async open(): Promise<void> {
    void this.fill('samples', () => this.lab.samples());
    void this.hub.readShelf();
    void this.desk.readKept();
    const engine = this.openEngine();
    const model = this.openBundledModel();
    await Promise.all([engine, model]);
  }

  /** What computes from now on; a run that goes on keeps what it has. Kept in this browser. */
  async chooseEngine(choice: EngineChoice): Promise<void> {
    setEngineChoice(choice);
    if (!(await this.openEngine()) || this.slots.model.status !== 'ready') return;
    const settings = await this.defaults();
    if (!this.run) this.set(() => (this.settings = settings));
  }

  private openEngine(): Promise<EngineSummary | null> {
    return this.fill('engine', (onProgress) => this.lab.openEngine(engineChoice(), onProgress));
  }

  openBundledModel(): Promise<ModelSummary | null> {
    return this.openModel((onProgress, signal) => this.lab.openBundledModel(onProgress, signal));
  }

  openModelFolder(files: readonly File[]): Promise<ModelSummary | null> {
    return this.openModel((onProgress, signal) => this.lab.openModelFolder(files, onProgress, signal));
  }

  /** @param base empty: the bundled model. */
  openModelWithDelta(base: readonly File[], delta: readonly File[]): Promise<ModelSummary | null> {
    return this.openModel((onProgress, signal) => this.lab.openModelWithDelta(base, delta, onProgress, signal));
  }

  private async openModel(action: LongCall<ModelSummary>): Promise<ModelSummary | null> {
    this.emptyAfter('corpus');
    const model = await this.fill('model', action);
    if (model) {
      const settings = await this.defaults();
      this.set(() => (this.settings = settings));
    }
    return model;
  }

  /** What moves by default is what an honest control can move too: everything, or of larger models the embeddings. */
  private async defaults(): Promise<TrainSettings | null> {
    const settings = await this.lab.defaultSettings().catch(() => null);
    const model = this.slots.model.status === 'ready' ? this.slots.model.value : null;
    if (!settings || !model) return settings;
    return { ...settings, mode: model.parameters <= LARGEST_ALL ? 'all' : 'embeddings' };
  }

  openSample(id: string): Promise<CorpusSummary | null> {
    this.corpusFiles = [];
    this.readings = {};
    this.emptyAfter('corpus');
    return this.fill('corpus', (onProgress, signal) => this.lab.openSample(id, onProgress, signal));
  }

  openCorpusFiles(
    files: readonly File[],
    choices: Readonly<Record<string, ReadingChoice>> = {},
  ): Promise<CorpusSummary | null> {
    this.corpusFiles = files;
    this.readings = choices;
    this.emptyAfter('corpus');
    return this.fill('corpus', (onProgress, signal) => this.lab.openCorpusFiles(files, choices, onProgress, signal));
  }

  /** Whether the corpus is of picked files, which can be read again. */
  get hasFiles(): boolean {
    return this.corpusFiles.length > 0;
  }

  /** Reads the picked files again, one of them in another way. */
  async chooseReading(name: string, choice: ReadingChoice): Promise<void> {
    await this.openCorpusFiles(this.corpusFiles, { ...this.readings, [name]: choice });
  }

  /** Sample, diagnosis and vocabulary with the defaults; ends where only Start is left to press. */
  async startWithSample(id?: string): Promise<void> {
    const sample = id ?? this.firstSample();
    if (!sample) return;
    goTo('train');
    this.guided = true;
    try {
      if ((await this.openSample(sample)) && (await this.diagnose())) await this.buildVocabulary();
    } finally {
      this.set(() => (this.guided = false));
    }
  }

  private firstSample(): string | undefined {
    const slot = this.slots.samples;
    if (slot.status !== 'ready') return undefined;
    return (slot.value.find((sample) => sample.kind === 'symbolic') ?? slot.value[0])?.id;
  }

  // ── diagnosis and vocabulary ─────────────────────────────

  async diagnose(): Promise<Diagnosis | null> {
    this.emptyAfter('diagnosis');
    const diagnosis = await this.fill('diagnosis', (onProgress, signal) => this.lab.diagnose(onProgress, signal));
    if (diagnosis) {
      const smallest = diagnosis.frontier.find((point) => point.newTokens > 0)?.newTokens ?? 0;
      this.set(() => this.editor.reset(diagnosis.suggestedNewTokens || smallest));
    }
    return diagnosis;
  }

  /** The chosen size; the diagnosis suggests one. */
  get newTokens(): number {
    return this.editor.choice.newTokens;
  }

  /** Before the candidates are asked for, only the size is noted: nothing has been built on it. */
  chooseNewTokens(newTokens: number): void {
    if (newTokens === this.newTokens || this.isTraining) return;
    if (this.slots.candidates.status === 'ready') return this.editor.edit({ newTokens });
    this.editor.reset(newTokens, this.editor.way);
    this.emptyAfter('vocabulary');
  }

  /** Another way to a vocabulary: its candidates, and the vocabulary of the chosen size. */
  chooseWay(way: LearnWay): Promise<void> {
    this.editor.reset(this.newTokens, way);
    this.emptyAfter('candidates');
    return this.loadCandidates();
  }

  /** The candidates of the chosen way; what is built already stays. */
  async loadCandidates(): Promise<void> {
    const { way } = this.editor;
    const candidates = await this.fill('candidates', (onProgress, signal) =>
      this.lab.candidates(way, onProgress, signal),
    );
    if (!candidates) return;
    await this.editor.count();
    if (this.slots.vocabulary.status === 'empty') await this.buildVocabulary();
  }

  /** Turns the candidates down that would be seen less often than that; undone in one. */
  async pruneCandidates(leastExposure: number): Promise<void> {
    const before = this.editor.choice;
    const { newTokens, rejected } = await this.lab.pruneCandidates(before, leastExposure);
    if (before === this.editor.choice) this.editor.edit({ newTokens, rejected });
  }

  buildVocabulary(): Promise<VocabularySummary | null> {
    this.emptyAfter('vocabulary');
    const { choice } = this.editor;
    return this.fill('vocabulary', (onProgress, signal) => this.lab.buildVocabulary(choice, onProgress, signal));
  }

  // ── training ─────────────────────────────────────────────

  /** Whether the settings' plan fits; null while it is being planned. */
  planFits: boolean | null = null;

  setPlanFits(fits: boolean | null): void {
    if (fits !== this.planFits) this.set(() => (this.planFits = fits));
  }

  changeSettings(change: Partial<TrainSettings>): void {
    if (this.settings) this.set(() => (this.settings = { ...this.settings!, ...change }));
  }

  // ── the experiment ───────────────────────────────────────

  readonly desk: ExperimentDesk;

  /** The one that runs, ran last, or was opened from those kept. */
  get experiment(): ExperimentView | null {
    return this.desk.view;
  }

  get isTraining(): boolean {
    return this.desk.isActive;
  }

  /** A trained model that Try and Download can use: an arm of the experiment, or one trained elsewhere. */
  get hasTrained(): boolean {
    if (this.isTraining) return false;
    return this.desk.taken !== null || this.slots.elsewhere.status === 'ready';
  }

  /** Of an arm with new tokens beside its control, final or so far. */
  get hasVerdict(): boolean {
    const verdict = this.experiment?.report?.verdict;
    return verdict !== undefined && verdict !== null && verdict.difference !== null;
  }

  runExperiment(spec: WrittenSpec): Promise<void> {
    return this.desk.run(spec);
  }

  /** What Start runs: the presets of the settings as they are now. */
  async start(): Promise<void> {
    void this.readPresets();
    if (this.desk.reading) await this.desk.reading;
    const { spec } = this.desk;
    if (spec) await this.desk.run(spec);
  }

  /** What the visitor wrote, or opened from a link: Start runs it. Where no text is open yet, its sample is prepared first. */
  async useSpec(spec: WrittenSpec): Promise<void> {
    await this.modelSettled();
    const { corpus, vocabulary } = this.slots;
    if (corpus.status === 'empty' && spec.corpus.sample !== undefined) await this.startWithSample(spec.corpus.sample);
    else if (corpus.status === 'ready' && vocabulary.status === 'empty' && (await this.diagnose()))
      await this.buildVocabulary();
    this.desk.useSpec(spec);
  }

  private modelSettled(): Promise<void> {
    if (this.slots.model.status !== 'pending') return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.subscribe(['lab'], {}, () => {
        if (this.slots.model.status === 'pending') return;
        stop();
        resolve();
      });
    });
  }

  /** Presets for what is open now. */
  async readPresets(): Promise<void> {
    const { settings } = this;
    if (!settings || this.slots.corpus.status !== 'ready') return;
    const choice = this.slots.vocabulary.status === 'ready' ? this.editor.choice : null;
    await this.desk.readPresets(choice, settings);
  }

  /** Opens what a kept experiment was run with, and shows it; `desk.run` with its specification goes on. */
  async openKept(kept: KeptExperiment): Promise<void> {
    if (this.isTraining) return;
    const opened = await this.fill('opening', async (onProgress, signal) => {
      const found = await this.lab.restoreExperiment(kept.id, onProgress, signal);
      this.emptyAfter('model');
      this.slots.model = { status: 'ready', value: found.model };
      this.slots.corpus = { status: 'ready', value: found.corpus };
      this.settings = await this.defaults();
      await this.desk.show(kept);
      return kept;
    });
    if (!opened) return;
    goTo(this.experiment?.state === 'finished' ? 'compare' : 'train');
    const { armToTake } = this.desk;
    if (armToTake) await this.desk.take(armToTake);
  }

  /** Where the time of a step with the present settings goes. Not while a run computes. */
  async measureStep(): Promise<void> {
    const { settings } = this;
    if (!settings || this.isTraining) return;
    const { mode, batchRows, rowLength } = settings;
    await this.fill('profile', (onProgress, signal) =>
      this.lab.profile({ mode, batchRows, rowLength }, onProgress, signal),
    );
  }

  compare(): Promise<Comparison | null> {
    this.emptyAfter('exported');
    return this.fill('comparison', (onProgress, signal) => this.lab.compare(onProgress, signal));
  }

  /** A graft of the open model that was trained elsewhere takes the place of the run, and is measured. */
  async openTrainedFolder(files: readonly File[]): Promise<void> {
    const opened = await this.fill('elsewhere', async (onProgress, signal) => {
      const { vocabulary, status, settings } = await this.lab.openTrainedFolder(files, onProgress, signal);
      this.emptyAfter('vocabulary');
      this.slots.vocabulary = { status: 'ready', value: vocabulary };
      this.editor.reset(vocabulary.newTokens.length);
      this.run = new RunView(status, settings);
      return vocabulary;
    });
    if (opened) await this.compare();
  }

  /** The model as it was opened, on what is held out; needs no GPU. */
  measureBase(): Promise<ModelScores | null> {
    return this.fill('baseScores', (onProgress, signal) => this.lab.measureBase(onProgress, signal));
  }

  // ── taking it away ───────────────────────────────────────

  exportChoice: ExportChoice = { form: 'model', dtype: 'source', onnxDtype: 'f32', tokenizerClass: 'obeys' };

  /** What was written before is another thing: its proof is taken away. */
  chooseExport(change: Partial<ExportChoice>): void {
    this.exportChoice = { ...this.exportChoice, ...change };
    this.emptyAfter('exported');
  }

  exportZip(): Promise<Exported | null> {
    this.releaseZip();
    return this.fill('exported', async (onProgress, signal) => {
      const { report, zip, fileName } = await this.lab.exportZip(this.exportChoice, onProgress, signal);
      return { report, fileName, url: URL.createObjectURL(zip) };
    });
  }

  exportFolder(directory: FileSystemDirectoryHandle): Promise<Exported | null> {
    this.releaseZip();
    return this.fill('exported', async (onProgress, signal) => ({
      report: await this.lab.exportFolder(this.exportChoice, directory, onProgress, signal),
      fileName: directory.name,
    }));
  }

  private releaseZip(): void {
    const slot = this.slots.exported;
    if (slot.status === 'ready' && slot.value.url) URL.revokeObjectURL(slot.value.url);
  }

  // ── what the rail asks ───────────────────────────────────

  isDone(step: StepName): boolean {
    const { model, corpus, diagnosis, vocabulary, comparison, exported } = this.slots;
    const done: Record<StepName, boolean> = {
      model: model.status === 'ready',
      corpus: corpus.status === 'ready',
      diagnose: diagnosis.status === 'ready',
      vocabulary: vocabulary.status === 'ready',
      train: this.experiment?.state === 'finished' || comparison.status === 'ready',
      compare: this.hasVerdict || comparison.status === 'ready',
      try: this.tried !== null,
      download: exported.status === 'ready' && exported.value.report.verification.passed,
    };
    return done[step];
  }

  /** The last side-by-side, kept while the visitor looks at other steps. */
  tried: Tried | null = null;

  setTried(tried: Tried): void {
    this.set(() => (this.tried = tried));
  }

  /** Ends the calls that fill these slots, or the run. */
  cancel(...names: readonly (SlotName | 'run')[]): void {
    this.tasks.cancel(...names);
  }

  // ── slots ────────────────────────────────────────────────

  private set(change: () => unknown): void {
    change();
    this.tell('lab');
  }

  private emptyAfter(first: SlotName): void {
    this.releaseZip();
    for (const name of DOWNSTREAM.slice(DOWNSTREAM.indexOf(first))) {
      this.cancel(name);
      this.turn.set(name, (this.turn.get(name) ?? 0) + 1);
      this.put(name, EMPTY);
    }
    if (DOWNSTREAM.indexOf(first) <= DOWNSTREAM.indexOf('vocabulary')) {
      this.cancel('run');
      this.run = null;
      this.desk.clear();
    }
    this.tried = null;
    this.tell('lab');
  }

  private put(name: SlotName, slot: Slot<unknown>): void {
    (this.slots as Record<SlotName, Slot<unknown>>)[name] = slot;
  }

  private async fill<Name extends SlotName>(name: Name, action: LongCall<Value<Name>>): Promise<Value<Name> | null> {
    const turn = (this.turn.get(name) ?? 0) + 1;
    this.turn.set(name, turn);
    const put = (slot: Slot<Value<Name>>) => {
      if (this.turn.get(name) !== turn) return;
      this.put(name, slot);
      this.tell('lab');
    };
    put({ status: 'pending' });
    try {
      const value = await this.tasks.run(name, (signal) =>
        action((progress) => put({ status: 'pending', progress }), signal),
      );
      put({ status: 'ready', value });
      return this.turn.get(name) === turn ? value : null;
    } catch (thrown) {
      const error = asLabError(thrown);
      put(error.code === 'cancelled' ? EMPTY : { status: 'failed', error });
      return null;
    }
  }
}

export const labContext = createContext<LabState>(Symbol('lab'));
