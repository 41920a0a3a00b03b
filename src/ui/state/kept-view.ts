/**
 * The experiments kept in this browser, as the pages Runs and Report show them: the list, which of them are laid over each
 * other, and those deleted that can still come back. A deletion reaches the worker when the visitor leaves the list.
 */
import {
  asLabError,
  type KeptExperiment,
  type KeptRun,
  type LabApi,
  type UnreadableExperiment,
} from '../../worker/index';
import type { ExperimentView } from './experiment-view';
import { keptAsView } from './kept-as-view';
import { keepScores, readScores, scoresWith, sumOf, type ScoreSum } from './prediction-score';
import { EMPTY, valueOf, type Failure, type Slot } from './slot';
import { experimentName } from '../wording/corpus';

export class KeptView {
  list: Slot<readonly KeptExperiment[]> = EMPTY;
  /** Those that lie here and cannot be read, deleted ones that can still come back among them. */
  unreadable: readonly UnreadableExperiment[] = [];
  score: ScoreSum = sumOf(readScores());
  readonly ticked = new Set<string>();
  readonly deleted = new Set<string>();
  /** What could not be deleted when the visitor left; until the next deletion. */
  refused: { readonly name: string; readonly error: Failure } | null = null;
  private readonly runs = new Map<string, readonly KeptRun[]>();
  private readonly reading = new Map<string, Promise<void>>();

  constructor(
    private readonly lab: Pick<LabApi, 'experiments' | 'experimentRuns' | 'removeExperiment'>,
    private readonly tell: () => void,
  ) {}

  /** Reads the list again. What stands there stays until the new one is here. */
  async read(): Promise<void> {
    if (this.list.status !== 'ready') this.put({ status: 'pending' });
    try {
      const { kept: value, unreadable } = await this.lab.experiments();
      this.unreadable = unreadable;
      const before = new Map(valueOf(this.list)?.map((each) => [each.id, each.savedAt]));
      for (const { id, savedAt } of value) if (before.get(id) !== savedAt) this.forgetRuns(id);
      const scores = scoresWith(readScores(), value);
      keepScores(scores);
      this.score = sumOf(scores);
      if (this.list.status !== 'ready' && value[0]) this.ticked.add(value[0].id);
      this.put({ status: 'ready', value });
    } catch (thrown) {
      this.put({ status: 'failed', error: asLabError(thrown) });
    }
  }

  /** Those that stand in the list, newest first. */
  get all(): readonly KeptExperiment[] {
    return valueOf(this.list) ?? [];
  }

  get present(): readonly KeptExperiment[] {
    return this.all.filter(({ id }) => !this.deleted.has(id));
  }

  get tickedOnes(): readonly KeptExperiment[] {
    return this.present.filter(({ id }) => this.ticked.has(id));
  }

  one(id: string | null): KeptExperiment | undefined {
    return this.present.find((each) => each.id === id);
  }

  /** Undefined while they are read. */
  runsOf(id: string): readonly KeptRun[] | undefined {
    if (!this.runs.has(id)) void this.readRuns(id);
    return this.runs.get(id);
  }

  readRuns(id: string): Promise<void> {
    const under = this.reading.get(id);
    if (under) return under;
    const read = this.lab.experimentRuns(id).then(
      (runs) => this.note(id, runs),
      () => this.note(id, []),
    );
    this.reading.set(id, read);
    return read;
  }

  private note(id: string, runs: readonly KeptRun[]): void {
    this.runs.set(id, runs);
    this.tell();
  }

  private forgetRuns(id: string): void {
    this.runs.delete(id);
    this.reading.delete(id);
  }

  tick(id: string, isOn: boolean): void {
    if (isOn) this.ticked.add(id);
    else this.ticked.delete(id);
    this.tell();
  }

  delete(id: string): void {
    this.refused = null;
    this.deleted.add(id);
    this.tell();
  }

  undo(id: string): void {
    this.deleted.delete(id);
    this.tell();
  }

  /** The visitor leaves: what was deleted cannot come back. */
  async leave(): Promise<void> {
    const ids = [...this.deleted];
    if (ids.length === 0) return;
    for (const id of ids) this.ticked.delete(id);
    for (const id of ids) {
      const kept = this.all.find((each) => each.id === id);
      const name = kept ? experimentName(kept.spec) : (this.unreadable.find((each) => each.id === id)?.name ?? id);
      await this.lab.removeExperiment(id).catch((thrown: unknown) => {
        this.refused = { name, error: asLabError(thrown) };
      });
    }
    for (const id of ids) this.deleted.delete(id);
    await this.read();
  }

  /** As it would stand had it run in this visit; undefined while its runs are read. */
  viewOf(kept: KeptExperiment): ExperimentView | undefined {
    const runs = this.runsOf(kept.id);
    return runs && keptAsView(kept, runs);
  }

  private put(list: Slot<readonly KeptExperiment[]>): void {
    this.list = list;
    this.tell();
  }
}
