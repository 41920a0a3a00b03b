/**
 * The new tokens: the way to them that is looked at, the choice among its candidates, and what was built of it. While nothing
 * was trained, a change takes the place of what was built at once. After that it stays a draft beside what was trained, until
 * the visitor uses it; and what it took the place of can be had back.
 */
import type { Candidate, LabApi, LearnWay, VocabularyChoice, VocabularySummary } from '../../worker/index';
import type { DeskMemento, ExperimentDesk } from './experiment-desk';
import type { LongCall, SlotName, Slots } from './slot-store';
import { VocabularyEditor } from './vocabulary-editor';

export interface VocabularyDeskParts {
  readonly lab: Pick<LabApi, 'candidates' | 'countCandidates' | 'pruneCandidates' | 'buildVocabulary'>;
  readonly slots: Slots;
  readonly experiments: () => ExperimentDesk;
  fillCandidates(action: LongCall<readonly Candidate[]>): Promise<readonly Candidate[] | null>;
  fillVocabulary(action: LongCall<VocabularySummary>): Promise<VocabularySummary | null>;
  /** What is built on it and what is built on that; `until` and what follows stay. */
  empty(first: SlotName, until?: SlotName): void;
  tell(): void;
}

interface Replaced {
  readonly choice: VocabularyChoice;
  readonly experiment: DeskMemento;
}

export class VocabularyDesk {
  readonly editor: VocabularyEditor;
  /** What the built vocabulary is of; what a draft goes back to. */
  settled: VocabularyChoice;
  /** What `use` took the place of. */
  replaced: Replaced | null = null;

  constructor(private readonly parts: VocabularyDeskParts) {
    this.editor = new VocabularyEditor({
      count: (choice) => parts.lab.countCandidates(choice),
      changed: () => this.isAtStake || parts.empty('vocabulary'),
      build: () => this.isAtStake || void this.build(),
      tell: () => parts.tell(),
    });
    this.settled = this.editor.choice;
  }

  /** Whether something was trained on what is built, or is being trained. */
  get isAtStake(): boolean {
    const { slots } = this.parts;
    if (slots.vocabulary.status !== 'ready') return false;
    return this.parts.experiments().view !== null || slots.comparison.status === 'ready';
  }

  /** Whether the choice that is looked at is another than what was trained on. */
  get isDraft(): boolean {
    return this.isAtStake && JSON.stringify(this.editor.choice) !== JSON.stringify(this.settled);
  }

  /** Starts over with a size: of a new diagnosis, or of what was opened with what was trained. */
  reset(newTokens: number): void {
    this.editor.reset(newTokens);
    this.settled = this.editor.choice;
    this.replaced = null;
  }

  /** Before the candidates are asked for, only the size is noted: nothing has been built on it. */
  chooseSize(newTokens: number): void {
    if (newTokens === this.editor.choice.newTokens) return;
    if (this.parts.slots.candidates.status === 'ready') return this.editor.edit({ newTokens });
    this.editor.reset(newTokens, this.editor.way);
    if (this.isAtStake) this.parts.tell();
    else this.parts.empty('vocabulary');
  }

  /** Another way to a vocabulary: its candidates, and while nothing was trained the vocabulary of the chosen size. */
  chooseWay(way: LearnWay): Promise<void> {
    this.editor.reset(this.editor.choice.newTokens, way);
    this.parts.empty('candidates', this.isAtStake ? 'vocabulary' : undefined);
    return this.loadCandidates();
  }

  /** The candidates of the chosen way; what is built already stays. */
  async loadCandidates(): Promise<void> {
    const { way } = this.editor;
    const { lab, slots } = this.parts;
    if (!(await this.parts.fillCandidates((onProgress, signal) => lab.candidates(way, onProgress, signal)))) return;
    await this.editor.count();
    if (slots.vocabulary.status === 'empty') await this.build();
  }

  /** Turns the candidates down that would be seen less often than that; undone in one. */
  async prune(leastExposure: number): Promise<void> {
    const before = this.editor.choice;
    const { newTokens, rejected } = await this.parts.lab.pruneCandidates(before, leastExposure);
    if (before === this.editor.choice) this.editor.edit({ newTokens, rejected });
  }

  async build(): Promise<VocabularySummary | null> {
    this.parts.empty('vocabulary');
    this.replaced = null;
    const { choice } = this.editor;
    const { lab } = this.parts;
    const built = await this.parts.fillVocabulary((onProgress, signal) =>
      lab.buildVocabulary(choice, onProgress, signal),
    );
    if (built) this.settled = choice;
    return built;
  }

  /** The draft takes the place of what was trained; `undo` brings that back. */
  async use(): Promise<void> {
    const experiment = this.parts.experiments().memento();
    const { settled: choice } = this;
    const built = this.build();
    this.replaced = experiment && { choice, experiment };
    await built;
  }

  async undo(): Promise<void> {
    const { replaced } = this;
    if (!replaced) return;
    this.editor.restore(replaced.choice);
    if (!(await this.build())) return;
    await this.parts.experiments().restore(replaced.experiment);
    await this.loadCandidates();
  }

  /** Back to what was trained. */
  async leaveDraft(): Promise<void> {
    this.editor.restore(this.settled);
    this.parts.empty('candidates', 'vocabulary');
    await this.loadCandidates();
  }
}
