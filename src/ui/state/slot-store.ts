/**
 * Slots that long calls fill and steps render, and who is told of it. A call that was followed by another for the same slot
 * answers to nobody. Listeners of 'lab' are told at once, listeners of 'run' in turn, one a frame.
 */
import {
  asLabError,
  type Candidate,
  type Comparison,
  type CorpusSummary,
  type Diagnosis,
  type EngineSummary,
  type ExperimentReport,
  type ExportReport,
  type FieldAnswer,
  type FormRefusal,
  type HarmReport,
  type KeptExperiment,
  type ModelScores,
  type ModelSummary,
  type OnProgress,
  type SampleSummary,
  type StepProfile,
  type TokensEvidence,
  type VocabularySummary,
} from '../../worker/index';
import { FrameQueue } from '../frames';
import { EMPTY, type Failure, type Slot } from './slot';
import { Tasks } from './tasks';

export type Topic = 'lab' | 'run';

export interface Exported {
  readonly report: ExportReport;
  readonly fileName: string;
  /** Object URL of the file; absent when a folder was written directly. */
  readonly url?: string;
}

export interface Slots {
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
  evidence: Slot<TokensEvidence>;
  harm: Slot<HarmReport>;
  field: Slot<FieldAnswer>;
  cloze: Slot<ExperimentReport>;
  /** Why the trained model cannot be written as GGUF. */
  ggufRefusal: Slot<FormRefusal | null>;
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
  'evidence',
  'harm',
  'field',
  'cloze',
  'ggufRefusal',
  'exported',
];

export type LongCall<T> = (onProgress: OnProgress, signal: AbortSignal) => Promise<T>;

/** Whether what `second` holds is built on what `first` does. */
export const isBefore = (first: SlotName, second: SlotName): boolean =>
  DOWNSTREAM.indexOf(first) < DOWNSTREAM.indexOf(second);

export class SlotStore {
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
    evidence: EMPTY,
    harm: EMPTY,
    field: EMPTY,
    cloze: EMPTY,
    ggufRefusal: EMPTY,
    exported: EMPTY,
    opening: EMPTY,
    elsewhere: EMPTY,
  };
  private readonly listeners = new Map<unknown, { topics: readonly Topic[]; listener: (topic: Topic) => void }>();
  private readonly frames = new FrameQueue();
  protected readonly tasks = new Tasks<SlotName | 'run'>();
  private readonly turn = new Map<SlotName, number>();

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

  /** Ends the calls that fill these slots, or the run. */
  cancel(...names: readonly (SlotName | 'run')[]): void {
    this.tasks.cancel(...names);
  }

  protected set(change: () => unknown): void {
    change();
    this.tell('lab');
  }

  /** Answers once nothing is under way for it. */
  protected settled(name: SlotName): Promise<void> {
    if (this.slots[name].status !== 'pending') return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.subscribe(['lab'], {}, () => {
        if (this.slots[name].status === 'pending') return;
        stop();
        resolve();
      });
    });
  }

  /** The file that was written last is not offered any more. */
  protected releaseFile(): void {
    const slot = this.slots.exported;
    if (slot.status === 'ready' && slot.value.url) URL.revokeObjectURL(slot.value.url);
  }

  /** What is built on `first` and what is built on that; `until` and what follows stay. */
  protected emptySlots(first: SlotName, until?: SlotName): void {
    if (until === undefined) this.releaseFile();
    const end = until === undefined ? DOWNSTREAM.length : DOWNSTREAM.indexOf(until);
    for (const name of DOWNSTREAM.slice(DOWNSTREAM.indexOf(first), end)) {
      this.cancel(name);
      this.turn.set(name, (this.turn.get(name) ?? 0) + 1);
      this.put(name, EMPTY);
    }
  }

  /** Nobody answers any more. */
  protected failPending(error: Failure): void {
    for (const name of Object.keys(this.slots) as SlotName[]) {
      if (this.slots[name].status !== 'pending') continue;
      this.turn.set(name, this.turn.get(name)! + 1);
      this.put(name, { status: 'failed', error });
    }
  }

  protected put(name: SlotName, slot: Slot<unknown>): void {
    (this.slots as Record<SlotName, Slot<unknown>>)[name] = slot;
  }

  protected fill<Name extends SlotName>(name: Name, action: LongCall<Value<Name>>): Promise<Value<Name> | null> {
    return this.call(name, action, undefined, () => undefined);
  }

  /**
   * As `fill`, but what is there stays until there is another: a failure stands beside it, and what was built on it goes only
   * with it, in `replaced`.
   */
  protected replace<Name extends SlotName>(
    name: Name,
    action: LongCall<Value<Name>>,
    replaced: () => void,
  ): Promise<Value<Name> | null> {
    const slot = this.slots[name] as Slot<Value<Name>>;
    const kept = slot.status === 'ready' ? slot.value : slot.status === 'pending' ? slot.kept : undefined;
    for (const below of DOWNSTREAM.slice(DOWNSTREAM.indexOf(name) + 1)) {
      if (this.slots[below].status === 'pending') this.cancel(below);
    }
    if (kept !== undefined) return this.call(name, action, kept, replaced);
    // Nothing to keep: what is asked for while this is under way is built on it already.
    replaced();
    return this.fill(name, action);
  }

  private async call<Name extends SlotName>(
    name: Name,
    action: LongCall<Value<Name>>,
    kept: Value<Name> | undefined,
    replaced: () => void,
  ): Promise<Value<Name> | null> {
    const turn = (this.turn.get(name) ?? 0) + 1;
    this.turn.set(name, turn);
    const isLast = () => this.turn.get(name) === turn;
    const put = (slot: Slot<Value<Name>>) => {
      if (!isLast()) return;
      this.put(name, slot);
      this.tell('lab');
    };
    const stays = kept === undefined ? {} : { kept };
    put({ status: 'pending', ...stays });
    try {
      const value = await this.tasks.run(name, (signal) =>
        action((progress) => put({ status: 'pending', progress, ...stays }), signal),
      );
      if (!isLast()) return null;
      replaced();
      put({ status: 'ready', value });
      return value;
    } catch (thrown) {
      const error = asLabError(thrown);
      const isCancelled = error.code === 'cancelled';
      if (kept !== undefined) put({ status: 'ready', value: kept, ...(isCancelled ? {} : { refused: error }) });
      else put(isCancelled ? EMPTY : { status: 'failed', error });
      return null;
    }
  }
}
