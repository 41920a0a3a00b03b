/**
 * What the visitor does with experiments: the presets for what is open, the specification that Start runs, the experiment that
 * runs or ran, and which of its arms Try and Download hold.
 */
import {
  asLabError,
  type ExperimentUpdateOf,
  type KeptExperiment,
  type LabApi,
  type OnProgress,
  type Preset,
  type PresetName,
  type RunKey,
  type TrainSettings,
  type VocabularyChoice,
  type VocabularySummary,
  type WrittenSpec,
} from '../../worker/index';
import { experimentSeconds } from '../../experimentSeconds';
import { ExperimentView } from './experiment-view';
import { keptAsView } from './kept-as-view';
import type { KeptView } from './kept-view';
import type { RunView } from './run-view';
import { EMPTY, type Slot } from './slot';

type Calls = Pick<
  LabApi,
  'presets' | 'tokensPerSecond' | 'runExperiment' | 'experimentRuns' | 'restoreExperiment' | 'takeArm'
>;

export interface DeskParts {
  readonly lab: Calls;
  readonly kept: KeptView;
  /** Under the name of the run, one call at a time. */
  task<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T>;
  tell(topic: 'lab' | 'run'): void;
  /** Before another experiment takes the place of this one. */
  begin(): void;
  /** The run whose records came in. */
  follow(run: RunView): void;
  taken(vocabulary: VocabularySummary | null): void;
}

/** An experiment as it stood on the page. */
export interface DeskMemento {
  readonly view: ExperimentView;
  readonly preset: PresetName;
  readonly ownSpec: WrittenSpec | null;
  readonly taken: RunKey | null;
}

export class ExperimentDesk {
  presets: Slot<readonly Preset[]> = EMPTY;
  preset: PresetName = 'quick-answer';
  /** Written or opened by the visitor, instead of the preset's. */
  ownSpec: WrittenSpec | null = null;
  view: ExperimentView | null = null;
  /** What Try and Download hold. */
  taken: RunKey | null = null;
  taking: Slot<RunKey> = EMPTY;
  /** While presets are being asked for. */
  reading: Promise<void> | null = null;
  /** The run that the visitor chose to look at; null: the one under way. */
  looked: RunKey | null = null;
  private asked = '';
  private sizedFor: [VocabularyChoice | null, TrainSettings] | null = null;

  constructor(private readonly parts: DeskParts) {}

  /** What Start would run; null before the presets are there. */
  get spec(): WrittenSpec | null {
    if (this.ownSpec) return this.ownSpec;
    if (this.presets.status !== 'ready') return null;
    return (this.presets.value.find(({ name }) => name === this.preset) ?? this.presets.value[0])?.spec ?? null;
  }

  /** From the speed of this machine, as it is known now; null before that, and of a budget in FLOPs. */
  plannedSeconds(spec: WrittenSpec | null): number | null {
    const [preset] = this.presets.status === 'ready' ? this.presets.value : [];
    return spec && preset ? experimentSeconds(spec, preset.bytesPerSecond) : null;
  }

  /** Of training everything, as it is known now. */
  tokensPerSecond: number | null = null;

  async readSpeed(): Promise<void> {
    this.tokensPerSecond = await this.parts.lab.tokensPerSecond().catch(() => null);
    this.parts.tell('lab');
  }

  get isActive(): boolean {
    return this.isStarting || (this.view?.isActive ?? false);
  }

  /** What Start would run is what was stopped: it goes on from there. */
  get goesOn(): boolean {
    return (this.view?.state === 'stopped' || this.view?.state === 'failed') && this.isOfView;
  }

  /** What Start would run is there already. */
  get isDone(): boolean {
    return this.view?.state === 'finished' && this.isOfView;
  }

  /** What Start would run is what is shown. */
  get isOfView(): boolean {
    return JSON.stringify(this.view?.spec) === JSON.stringify(this.spec);
  }

  /** The run whose health is shown. */
  get shown(): RunKey | null {
    return this.looked ?? this.followed;
  }

  private followed: RunKey | null = null;

  /** @param key null: the one under way. */
  look(key: RunKey | null): void {
    this.looked = key;
    const shown = key ?? this.view?.current;
    if (shown) this.follow(shown);
    this.parts.tell('lab');
  }

  private follow({ arm, seed }: RunKey): void {
    const run = this.view?.run({ arm, seed });
    if (!run) return;
    this.followed = { arm, seed };
    this.parts.follow(run);
  }

  /** Asked anew where the choices that they are made of have changed. */
  async readPresets(choice: VocabularyChoice | null, settings: TrainSettings): Promise<void> {
    const { mode, init, frozen } = settings;
    const asked = JSON.stringify([choice, mode, init, frozen]);
    if (asked === this.asked) return void (await this.reading);
    this.asked = asked;
    // Those of another vocabulary are nothing that Start may run, or the drawer show, until the new ones are here.
    const isOther = this.sizedFor !== null && JSON.stringify(choice) !== JSON.stringify(this.sizedFor[0]);
    if (isOther && this.presets.status === 'ready') this.presets = { status: 'pending' };
    this.sizedFor = [choice, settings];
    const put = (presets: Slot<readonly Preset[]>) => {
      if (this.asked !== asked) return;
      this.reading = null;
      this.presets = presets;
      this.parts.tell('lab');
    };
    this.reading = this.parts.lab.presets(choice, settings).then(
      (value) => put({ status: 'ready', value }),
      (thrown: unknown) => put({ status: 'failed', error: asLabError(thrown) }),
    );
    await this.reading;
    // For them it may have been timed once more.
    await this.readSpeed();
  }

  /** Something that they are made of has changed outside of the choices: asked anew when they are wanted. */
  outdatePresets(): void {
    this.asked = '';
  }

  /** Another model, corpus or vocabulary: what was sized to the old one or ran on it goes. */
  clear(): void {
    this.asked = '';
    this.sizedFor = null;
    this.reading = null;
    this.presets = EMPTY;
    this.ownSpec = null;
    this.view = null;
    this.taken = null;
    this.taking = EMPTY;
    this.looked = this.followed = null;
  }

  memento(): DeskMemento | null {
    const { view, preset, ownSpec, taken } = this;
    return view && { view, preset, ownSpec, taken };
  }

  /** On the model, corpus and vocabulary that it stood on. */
  async restore({ view, preset, ownSpec, taken }: DeskMemento): Promise<void> {
    Object.assign(this, { view, preset, ownSpec });
    this.look(null);
    if (taken) await this.take(taken);
  }

  choose(preset: PresetName): void {
    this.preset = preset;
    this.ownSpec = null;
    this.parts.tell('lab');
  }

  useSpec(spec: WrittenSpec): void {
    this.ownSpec = spec;
    this.parts.tell('lab');
  }

  /** What Start runs: the presets of the settings as they are now. */
  async start(read: () => Promise<void>): Promise<void> {
    if (this.isActive) return;
    this.isStarting = true;
    await read().finally(() => (this.isStarting = false));
    if (this.spec) await this.run(this.spec);
  }

  private isStarting = false;

  /** All arms of a specification; what was finished or begun under the same one is not run again. */
  async run(spec: WrittenSpec): Promise<void> {
    if (this.isActive) return;
    this.parts.begin();
    const view = new ExperimentView(spec);
    this.view = view;
    view.plannedSeconds = this.plannedSeconds(spec);
    if (spec !== this.spec) this.ownSpec = spec;
    this.taken = this.looked = this.followed = null;
    this.parts.tell('lab');
    const shown = () =>
      `${view.state} ${view.current?.arm} ${view.current?.seed} ${view.report?.arms.length} ${view.report?.early?.share}`;
    const onUpdate = (update: ExperimentUpdateOf) => {
      const before = shown();
      view.take(update);
      if (view.current && !this.looked) this.follow(view.current);
      this.parts.tell('run');
      if (before !== shown()) this.parts.tell('lab');
    };
    try {
      view.report = await this.parts.task((signal) => this.parts.lab.runExperiment(spec, onUpdate, signal));
      view.state = 'finished';
    } catch (thrown) {
      const error = asLabError(thrown);
      view.state = error.code === 'cancelled' ? 'stopped' : 'failed';
      if (error.code !== 'cancelled') view.error = error;
    }
    this.parts.tell('run');
    this.parts.tell('lab');
    void this.readKept();
    // What it took is what the next one is estimated by.
    this.outdatePresets();
    if (!this.sizedFor) void this.readSpeed();
    else void this.readPresets(...this.sizedFor);
    if (this.armToTake) await this.take(this.armToTake);
  }

  /** The verdict's arm, else the first expanded one, else any that was trained. */
  get armToTake(): RunKey | null {
    const { view } = this;
    if (!view) return null;
    const finished = this.takable;
    const verdict = finished.find(({ arm }) => arm === view.report?.verdict?.arm);
    return verdict ?? finished.find(({ arm }) => view.expandedArms.includes(arm)) ?? finished[0] ?? null;
  }

  /** Where none was taken yet: when it was stopped meanwhile, or opened from those kept. */
  async takeOne(): Promise<void> {
    const { armToTake, taking, taken, isActive } = this;
    if (armToTake && !taken && !isActive && taking.status === 'empty') await this.take(armToTake);
  }

  /** Finished runs with weights of their own. */
  get takable(): readonly RunKey[] {
    const { view } = this;
    if (!view) return [];
    return view.cells
      .filter(({ arm, state }) => state === 'finished' && (view.spec.arms[arm]!.stages?.length ?? 0) > 0)
      .map(({ arm, seed }) => ({ arm, seed }));
  }

  /** Whether the run that is shown has the new tokens of the vocabulary that is open: those of other arms are not known by name. */
  hasTokensOf({ newTokens }: VocabularySummary): boolean {
    const { view, shown } = this;
    const arm = shown && view?.spec.arms[shown.arm];
    if (!arm) return true;
    const open = view.spec.arms[this.taken?.arm ?? view.expandedArms[0] ?? ''];
    return (
      arm.vocabulary?.newTokens === newTokens.length &&
      JSON.stringify(arm.vocabulary) === JSON.stringify(open?.vocabulary)
    );
  }

  /** Puts a finished run's weights where Try and Download use them. */
  async take(key: RunKey): Promise<void> {
    const id = this.view?.id;
    if (!id || (this.taken?.arm === key.arm && this.taken.seed === key.seed)) return;
    this.taken = null;
    this.putTaking({ status: 'pending' });
    const onProgress: OnProgress = (progress) => this.putTaking({ status: 'pending', progress });
    try {
      const vocabulary = await this.parts.task((signal) => this.parts.lab.takeArm(id, key, onProgress, signal));
      this.taken = key;
      this.looked = null;
      this.follow(key);
      this.parts.taken(vocabulary);
      this.putTaking({ status: 'ready', value: key });
    } catch (thrown) {
      const error = asLabError(thrown);
      this.putTaking(error.code === 'cancelled' ? EMPTY : { status: 'failed', error });
    }
  }

  get kept(): readonly KeptExperiment[] {
    return this.parts.kept.present;
  }

  readKept(): Promise<void> {
    return this.parts.kept.read();
  }

  /** An experiment of an earlier visit: what it was run with is opened by the caller; its curves and answer come back here. */
  async show(kept: KeptExperiment): Promise<void> {
    const view = keptAsView(kept, await this.parts.lab.experimentRuns(kept.id));
    this.view = view;
    this.ownSpec = kept.spec;
    this.taken = null;
    const run = view.cells.map((cell) => view.run(cell)).findLast((each) => each?.steps.length);
    if (run) this.parts.follow(run);
    this.parts.tell('lab');
  }

  private putTaking(slot: Slot<RunKey>): void {
    this.taking = slot;
    this.parts.tell('lab');
  }
}
