/**
 * An experiment as the page keeps it while it runs or after it was opened: every cell of arms times seeds, the records of each
 * run, and the answer so far. A sentence about it is made from `report`, which says what it was made of.
 */
import type {
  ExperimentReport,
  ExperimentUpdateOf,
  Progress,
  RunCell,
  RunKey,
  RunStatus,
  WorsenedRun,
  WrittenSpec,
} from '../../worker/index';
import { RunView } from './run-view';
import type { Failure } from './slot';

export type ExperimentState = 'running' | 'paused' | 'finished' | 'stopped' | 'failed';

/** Runs that can still be done; what diverged or failed is not run again. */
export const runsLeft = ({ unfinished }: Pick<ExperimentReport, 'unfinished'>): number =>
  unfinished.filter(({ state }) => state !== 'diverged' && state !== 'failed').length;

export class ExperimentView {
  id: string | null = null;
  cells: readonly RunCell[] = [];
  report: ExperimentReport | null = null;
  progress: (Progress & Partial<RunKey>) | null = null;
  /** What is being trained. */
  current: (RunKey & { readonly status: RunStatus }) | null = null;
  error: Failure | null = null;
  /** For the whole of it, before anything was measured; null: not known. */
  plannedSeconds: number | null = null;
  /** Share that was done before it was started: what an earlier visit has run. */
  startShare = 0;
  private readonly views = new Map<string, RunView>();
  private at: ExperimentState = 'running';
  /** Time of the clock at which it last began to go on, and what went by before. */
  private since: number;
  private before = 0;

  constructor(
    readonly spec: WrittenSpec,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.since = now();
  }

  get state(): ExperimentState {
    return this.at;
  }

  set state(state: ExperimentState) {
    const [was, is] = [this.at, state].map((each) => each === 'running');
    if (was && !is) this.before += this.now() - this.since;
    if (!was && is) this.since = this.now();
    this.at = state;
    if (this.isActive) return;
    // What was under way is so no more, wherever the stop caught it.
    this.progress = null;
    const underWay = ['preparing', 'running', 'paused'];
    this.cells = this.cells.map((cell) => (underWay.includes(cell.state) ? { ...cell, state: 'stopped' } : cell));
  }

  /** Milliseconds that it went on in this visit; while it was paused, none. */
  get spent(): number {
    return this.before + (this.at === 'running' ? this.now() - this.since : 0);
  }

  /** Milliseconds left at the speed so far, everything included; null before it can be told. */
  get left(): number | null {
    const done = this.share - this.startShare;
    return done < 0.02 ? null : (this.spent * (1 - this.share)) / done;
  }

  /** Runs that are worse now than before their first step, from the readings so far. */
  get worsened(): readonly WorsenedRun[] {
    return this.cells.flatMap(({ arm, seed, state, worsened }) =>
      worsened && state !== 'diverged' ? [{ arm, seed, ...worsened }] : [],
    );
  }

  /** Cells that train. */
  get trainings(): readonly RunCell[] {
    return this.cells.filter(({ arm }) => (this.spec.arms[arm]!.stages?.length ?? 0) > 0);
  }

  /** How many there are, also before the first of them is told. */
  get trainingCount(): number {
    if (this.cells.length > 0) return this.trainings.length;
    return this.spec.seeds.length * this.armNames.filter((arm) => this.spec.arms[arm]!.stages?.length).length;
  }

  get isActive(): boolean {
    return this.state === 'running' || this.state === 'paused';
  }

  get armNames(): readonly string[] {
    return Object.keys(this.spec.arms);
  }

  /** Records of one run, sorted into columns; undefined before it began. */
  run({ arm, seed }: RunKey): RunView | undefined {
    return this.views.get(`${seed} ${arm}`);
  }

  /** Arms with new tokens, in the order of the specification. */
  get expandedArms(): readonly string[] {
    return this.armNames.filter((name) => this.spec.arms[name]!.vocabulary !== undefined);
  }

  /** Share of all bytes that all runs are to read, 0 to 1; finished runs count whole. */
  get share(): number {
    const { bytes: budget } = this.spec.budget;
    const trained = this.trainings;
    if (trained.length === 0) return this.cells.every(({ state }) => state === 'finished') ? 1 : 0;
    const done = trained.map(({ state, bytes, step, steps }) => {
      if (state === 'finished' || state === 'diverged' || state === 'failed') return 1;
      if (budget) return Math.min(1, bytes / budget);
      return steps > 0 ? step / steps : 0;
    });
    return done.reduce((sum, share) => sum + share, 0) / trained.length;
  }

  take(update: ExperimentUpdateOf): void {
    const isFirst = this.id === null;
    this.id = update.id;
    this.cells = update.cells;
    if (isFirst) this.startShare = this.share;
    this.progress = update.progress ?? null;
    if (update.report) this.report = update.report;
    if (!update.run) return;
    const { arm, seed, status, records, isAnew } = update.run;
    this.current = { arm, seed, status };
    if (this.isActive) this.state = status.state === 'paused' ? 'paused' : 'running';
    const known = isAnew ? undefined : this.run({ arm, seed });
    const view = known ?? this.addRun({ arm, seed }, status);
    view.setStatus(status);
    view.add(records);
  }

  addRun({ arm, seed }: RunKey, status: RunStatus): RunView {
    const view = new RunView(status);
    this.views.set(`${seed} ${arm}`, view);
    return view;
  }
}
