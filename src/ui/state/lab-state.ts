/**
 * The one experiment the page shows, and everything that moves it on. Long calls to the worker run one after another; each
 * fills a slot that the steps render. A result upstream empties what was built on the old one.
 */
import { createContext } from '@lit/context';
import {
  type EngineChoice,
  type EngineSummary,
  type CorpusSummary,
  type Diagnosis,
  type LabApi,
  type ModelScores,
  type ModelSummary,
  type ReadingChoice,
  type KeptExperiment,
  type TrainSettings,
  type WrittenSpec,
} from '../../worker/index';
import { engineChoice, setEngineChoice } from '../storage';
import { defaultSettings, firstSample } from './defaults';
import { EvidenceDesk } from './evidence-desk';
import { ExperimentDesk } from './experiment-desk';
import type { ExperimentView } from './experiment-view';
import { ExportDesk } from './export-desk';
import { HubView } from './hub-view';
import { KeptView } from './kept-view';
import { corpusToLeave, type Origin } from './origin';
import { goTo } from './route';
import { RunView } from './run-view';
import { valueOf, type Failure } from './slot';
import { isBefore, SlotStore, type LongCall, type SlotName } from './slot-store';
import type { Tried } from './tried';
import { VocabularyDesk } from './vocabulary-desk';
import type { VocabularyEditor } from './vocabulary-editor';

export type { Topic } from './slot-store';

/** What the page needs of the worker. */
export type Lab = Pick<LabApi, keyof LabApi>;

export class LabState extends SlotStore {
  settings: TrainSettings | null = null;
  readonly words: VocabularyDesk;
  readonly evidence: EvidenceDesk;
  readonly exports: ExportDesk;
  readonly hub: HubView;
  readonly kept: KeptView;
  run: RunView | null = null;
  /** The worker itself died; only a reload helps. */
  crash: Failure | null = null;
  /** A call has heard nothing for long (silence.ts). */
  isSilent = false;
  private corpusFiles: readonly File[] = [];
  readonly origin: Origin = { sample: null, hub: null, missed: null, left: null };
  /** How single files of them are read, by name, where the visitor chose. */
  readings: Readonly<Record<string, ReadingChoice>> = {};
  /** Something is leading through several steps; the steps then start nothing by themselves. */
  guided = false;
  readonly lab: Lab;
  constructor(lab: Lab, crashed?: Promise<Failure>) {
    super();
    this.lab = lab;
    this.words = new VocabularyDesk({
      lab,
      slots: this.slots,
      experiments: () => this.desk,
      fillCandidates: (action) => this.fill('candidates', action),
      fillVocabulary: (action) => this.fill('vocabulary', action),
      empty: (first, until) => this.emptyAfter(first, until),
      tell: () => this.tell('lab'),
    });
    this.hub = new HubView(lab, {
      tell: () => this.tell('lab'),
      open: (id) => this.openHubModel(id),
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
        this.emptyAfter('evidence');
      },
    });
    this.evidence = new EvidenceDesk({
      lab,
      experiments: () => this.desk,
      fillEvidence: (action) => this.fill('evidence', action),
      fillHarm: (action) => this.fill('harm', action),
      fillField: (action) => this.fill('field', action),
      fillCloze: (action) => this.fill('cloze', action),
      tell: () => this.tell('lab'),
      readKept: () => this.kept.read(),
    });
    this.exports = new ExportDesk({
      lab,
      canAskGguf: () => this.slots.ggufRefusal.status === 'empty' && this.hasTrained,
      fillExported: (action) => this.fill('exported', action),
      fillGgufRefusal: (action) => this.fill('ggufRefusal', action),
      releaseFile: () => this.releaseFile(),
      emptyExported: () => this.emptyAfter('exported'),
    });
    void crashed?.then((failure) => {
      this.crash = failure;
      this.failPending(failure);
      this.tell('lab');
    });
  }

  setSilent(isSilent: boolean): void {
    if (isSilent !== this.isSilent) this.set(() => (this.isSilent = isSilent));
  }

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
    this.desk.outdatePresets();
    void this.desk.readSpeed();
    const settings = await this.defaults();
    if (!this.run) this.set(() => (this.settings = settings));
  }

  private openEngine(): Promise<EngineSummary | null> {
    return this.fill('engine', (onProgress) => this.lab.openEngine(engineChoice(), onProgress));
  }

  openBundledModel(): Promise<ModelSummary | null> {
    return this.openModel((onProgress, signal) => this.lab.openBundledModel(onProgress, signal));
  }

  async openHubModel(id: string): Promise<ModelSummary | null> {
    const model = await this.openModel((onProgress, signal) => this.lab.openHubModel(id, onProgress, signal));
    if (model) this.set(() => (this.origin.hub = id));
    return model;
  }

  openModelFolder(files: readonly File[]): Promise<ModelSummary | null> {
    return this.openModel((onProgress, signal) => this.lab.openModelFolder(files, onProgress, signal));
  }

  /** @param base empty: the bundled model. */
  openModelWithDelta(base: readonly File[], delta: readonly File[]): Promise<ModelSummary | null> {
    return this.openModel((onProgress, signal) => this.lab.openModelWithDelta(base, delta, onProgress, signal));
  }

  private async openModel(action: LongCall<ModelSummary>): Promise<ModelSummary | null> {
    const model = await this.replace('model', action, () => this.emptyAfter('corpus'));
    if (model) {
      const settings = await this.defaults();
      this.set(() => (this.settings = settings));
      void this.desk.readSpeed();
    }
    return model;
  }

  private defaults(): Promise<TrainSettings | null> {
    return defaultSettings(this.lab, valueOf(this.slots.model));
  }

  openSample(id: string): Promise<CorpusSummary | null> {
    return this.openCorpus([], {}, (onProgress, signal) => this.lab.openSample(id, onProgress, signal), id);
  }

  openCorpusFiles(
    files: readonly File[],
    choices: Readonly<Record<string, ReadingChoice>> = {},
  ): Promise<CorpusSummary | null> {
    return this.openCorpus(files, choices, (onProgress, signal) =>
      this.lab.openCorpusFiles(files, choices, onProgress, signal),
    );
  }

  private openCorpus(
    files: readonly File[],
    readings: LabState['readings'],
    action: LongCall<CorpusSummary>,
    sample: string | null = null,
  ): Promise<CorpusSummary | null> {
    const left = corpusToLeave(this, { files: this.corpusFiles, readings: this.readings });
    return this.replace('corpus', action, () => {
      Object.assign(this.origin, { sample, missed: null, left });
      this.corpusFiles = files;
      this.readings = readings;
      this.emptyAfter('baseScores');
    });
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
    const sample = id ?? firstSample(valueOf(this.slots.samples));
    if (!sample) return;
    goTo('train');
    await this.guide(async () => {
      if ((await this.openSample(sample)) && (await this.diagnose())) await this.words.build();
    });
  }

  /** What `lead` starts is started by nothing else meanwhile. */
  async guide(lead: () => Promise<void>): Promise<void> {
    this.guided = true;
    try {
      await lead();
    } finally {
      this.set(() => (this.guided = false));
    }
  }

  get editor(): VocabularyEditor {
    return this.words.editor;
  }

  async diagnose(): Promise<Diagnosis | null> {
    this.emptyAfter('diagnosis', this.words.isAtStake ? 'vocabulary' : undefined);
    const diagnosis = await this.fill('diagnosis', (onProgress, signal) => this.lab.diagnose(onProgress, signal));
    if (diagnosis) {
      const smallest = diagnosis.frontier.find((point) => point.newTokens > 0)?.newTokens ?? 0;
      this.set(() => this.words.reset(diagnosis.suggestedNewTokens || smallest));
    }
    return diagnosis;
  }

  get newTokens(): number {
    return this.editor.choice.newTokens;
  }

  /** Whether new tokens get no rows of their own. */
  get takesOldRows(): boolean {
    return this.editor.choice.replaces !== undefined;
  }

  chooseNewTokens(newTokens: number): void {
    if (!this.isTraining) this.words.chooseSize(newTokens);
  }

  /** Whether the settings' plan fits; null while it is being planned. */
  planFits: boolean | null = null;

  setPlanFits(fits: boolean | null): void {
    if (fits !== this.planFits) this.set(() => (this.planFits = fits));
  }

  changeSettings(change: Partial<TrainSettings>): void {
    if (this.settings) this.set(() => (this.settings = { ...this.settings!, ...change }));
  }

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

  start(): Promise<void> {
    return this.desk.start(() => this.readPresets());
  }

  /** What the visitor wrote, or opened from a link: Start runs it. Where no text is open yet, its sample is prepared first. */
  async useSpec(spec: WrittenSpec): Promise<void> {
    await this.settled('model');
    const { corpus, vocabulary } = this.slots;
    if (corpus.status === 'empty' && spec.corpus.sample !== undefined) await this.startWithSample(spec.corpus.sample);
    else if (corpus.status === 'ready' && vocabulary.status === 'empty' && (await this.diagnose()))
      await this.words.build();
    this.desk.useSpec(spec);
  }

  /** Presets for what is open now. */
  async readPresets(): Promise<void> {
    const { settings } = this;
    if (!settings || this.slots.corpus.status !== 'ready') return;
    const choice = this.slots.vocabulary.status === 'ready' ? this.words.settled : null;
    await this.desk.readPresets(choice, settings);
  }

  /** Opens what a kept experiment was run with and shows it, or goes on with what is left of it. */
  async openKept(kept: KeptExperiment, goesOn = false): Promise<void> {
    if (this.isTraining) return;
    const opened = await this.fill('opening', async (onProgress, signal) => {
      const found = await this.lab.restoreExperiment(kept.id, onProgress, signal);
      this.emptyAfter('model');
      this.slots.model = { status: 'ready', value: found.model };
      this.slots.corpus = { status: 'ready', value: found.corpus };
      this.origin.sample = kept.spec.corpus.sample ?? null;
      this.settings = await this.defaults();
      await this.desk.show(kept);
      return kept;
    });
    if (!opened) return;
    goTo(this.experiment?.state === 'finished' ? 'compare' : 'train');
    if (goesOn) return this.desk.run(kept.spec);
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

  /** A graft of the open model that was trained elsewhere takes the place of the run, and is measured. */
  async openTrainedFolder(files: readonly File[]): Promise<void> {
    const opened = await this.fill('elsewhere', async (onProgress, signal) => {
      const { vocabulary, status, mode } = await this.lab.openTrainedFolder(files, onProgress, signal);
      this.emptyAfter('vocabulary');
      this.slots.vocabulary = { status: 'ready', value: vocabulary };
      this.words.reset(vocabulary.newTokens.length);
      this.run = new RunView(status, mode);
      return vocabulary;
    });
    if (!opened) return;
    this.emptyAfter('evidence');
    await this.fill('comparison', (onProgress, signal) => this.lab.compare(onProgress, signal));
  }

  /** The model as it was opened, on what is held out; needs no GPU. */
  measureBase(): Promise<ModelScores | null> {
    return this.fill('baseScores', (onProgress, signal) => this.lab.measureBase(onProgress, signal));
  }

  /** The last side-by-side, kept while the visitor looks at other steps. */
  tried: Tried | null = null;

  setTried(tried: Tried): void {
    this.set(() => (this.tried = tried));
  }

  private emptyAfter(first: SlotName, until?: SlotName): void {
    this.emptySlots(first, until);
    if (until === undefined) {
      if (isBefore(first, 'candidates')) this.words.reset(0);
      if (isBefore(first, 'profile')) {
        this.cancel('run');
        this.run = null;
        this.desk.clear();
      }
      this.tried = null;
    }
    this.tell('lab');
  }
}

export const labContext = createContext<LabState>(Symbol('lab'));
