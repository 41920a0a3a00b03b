/**
 * The visitor's choice among the candidates: method, size, turned down, added by hand, with undo. Each change is counted at
 * once; the vocabulary itself is built when the changes pause.
 */
import { asLabError, type CandidateCounts, type LearnWay, type VocabularyChoice } from '../../worker/index';
import type { Failure } from './slot';

const PAUSE = 600;
const KEPT_CHANGES = 200;

export interface EditorHost {
  count(choice: VocabularyChoice): Promise<CandidateCounts>;
  /** Called at each change, before it is counted. */
  changed(): unknown;
  build(): unknown;
  tell(): void;
}

export class VocabularyEditor {
  choice: VocabularyChoice = { method: 'continued', newTokens: 0, rejected: [], added: [] };
  counts: CandidateCounts | null = null;
  /** What the last count took. */
  milliseconds = 0;
  error: Failure | null = null;
  private past: VocabularyChoice[] = [];
  private timer = 0;
  private turn = 0;

  constructor(private readonly host: EditorHost) {}

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  /** The way that the candidates are found. */
  get way(): LearnWay {
    const { method, grammar, rules } = this.choice;
    return { method, ...(grammar === undefined ? {} : { grammar }), ...(rules === undefined ? {} : { rules }) };
  }

  /** Starts over with a size, for a new diagnosis. */
  reset(newTokens: number, way: LearnWay = { method: 'continued' }): void {
    this.restore({ ...way, newTokens, rejected: [], added: [] });
  }

  /** Starts over with a choice that was made before. */
  restore(choice: VocabularyChoice): void {
    this.stopWaiting();
    this.turn++;
    this.past = [];
    this.counts = null;
    this.error = null;
    this.choice = choice;
  }

  /** Whether the vocabulary is built as soon as the changes pause. */
  get isWaiting(): boolean {
    return this.timer !== 0;
  }

  private stopWaiting(): void {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  edit(change: Partial<VocabularyChoice>): void {
    this.past = [...this.past.slice(1 - KEPT_CHANGES), this.choice];
    this.apply({ ...this.choice, ...change });
  }

  undo(): void {
    const before = this.past.pop();
    if (before) this.apply(before);
  }

  /** Where new tokens get their rows. */
  setRoom(replaces: VocabularyChoice['replaces']): void {
    const { replaces: _, ...choice } = this.choice;
    this.past = [...this.past.slice(1 - KEPT_CHANGES), this.choice];
    this.apply(replaces ? { ...choice, replaces } : choice);
  }

  accept(pieces: readonly string[]): void {
    const accepted = new Set(pieces);
    this.edit({ rejected: this.choice.rejected.filter((piece) => !accepted.has(piece)) });
  }

  reject(pieces: readonly string[]): void {
    this.edit({ rejected: [...new Set([...this.choice.rejected, ...pieces])] });
  }

  addByHand(text: string): void {
    if (!this.choice.added.includes(text)) this.edit({ added: [...this.choice.added, text] });
  }

  removeByHand(text: string): void {
    this.edit({ added: this.choice.added.filter((other) => other !== text) });
  }

  async count(): Promise<void> {
    const turn = ++this.turn;
    const started = performance.now();
    try {
      const counts = await this.host.count(this.choice);
      if (turn !== this.turn) return;
      this.counts = counts;
      this.error = null;
    } catch (thrown) {
      if (turn !== this.turn) return;
      this.error = asLabError(thrown);
      // What cannot be counted is taken back; the message stays.
      const before = this.past.pop();
      if (before) this.choice = before;
    }
    this.milliseconds = performance.now() - started;
    this.host.tell();
  }

  private apply(choice: VocabularyChoice): void {
    this.choice = choice;
    this.host.changed();
    void this.count().then(() => {
      this.stopWaiting();
      this.timer = window.setTimeout(() => {
        this.timer = 0;
        this.host.build();
      }, PAUSE);
    });
  }
}
