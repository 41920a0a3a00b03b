/** Where model and corpus are from, and what was chosen on them: enough to open and to choose it all again. */
import type { PresetName, ReadingChoice, TrainSettings, VocabularyChoice, WrittenSpec } from '../../worker/index';
import { valueOf } from './slot';
import type { Slots } from './slot-store';

export interface Origin {
  /** Id of the bundled corpus that is open. */
  sample: string | null;
  /** Id of the Hub's model that is open. */
  hub: string | null;
  /** Picked files that a reload could not open again. */
  missed: string | null;
  left: LeftCorpus | null;
}

/** The corpus that another one took the place of, with what was chosen on it. */
export interface LeftCorpus {
  readonly name: string;
  /** Empty of a sample. */
  readonly files: readonly File[];
  readonly readings: Readonly<Record<string, ReadingChoice>>;
  readonly visit: Visit;
}

export interface Visit {
  /** A model of the Hub by its id; null: of picked files. */
  readonly model: 'bundled' | { readonly hub: string } | null;
  /** A bundled corpus by its id. */
  readonly sample: string | null;
  /** Of picked files: the corpus that they made. */
  readonly picked: string | null;
  readonly isDiagnosed: boolean;
  readonly choice: VocabularyChoice | null;
  readonly settings: TrainSettings | null;
  readonly preset: PresetName;
  readonly ownSpec: WrittenSpec | null;
}

/** What of the lab's state is asked. */
export interface Visited {
  readonly slots: Slots;
  readonly origin: Origin;
  readonly words: { readonly settled: VocabularyChoice | null };
  readonly settings: TrainSettings | null;
  readonly desk: { readonly preset: PresetName; readonly ownSpec: WrittenSpec | null };
  readonly experiment: unknown;
}

export function visitOf({ slots, origin: { sample, hub }, words, settings, desk }: Visited): Visit {
  const source = valueOf(slots.model)?.source;
  const corpus = valueOf(slots.corpus);
  return {
    model: source === 'bundled' ? 'bundled' : source === 'hub' && hub !== null ? { hub } : null,
    sample: corpus ? sample : null,
    picked: corpus && sample === null ? corpus.name : null,
    isDiagnosed: slots.diagnosis.status === 'ready',
    choice: slots.vocabulary.status === 'ready' && slots.diagnosis.status === 'ready' ? words.settled : null,
    settings,
    preset: desk.preset,
    ownSpec: desk.ownSpec,
  };
}

/** Null where nothing was chosen on it; an experiment is kept in Runs. */
export function corpusToLeave(lab: Visited, source: Pick<LeftCorpus, 'files' | 'readings'>): LeftCorpus | null {
  const corpus = valueOf(lab.slots.corpus);
  const visit = visitOf(lab);
  return corpus && visit.choice !== null && !lab.experiment ? { name: corpus.name, ...source, visit } : null;
}
