/** The corpus that another one took the place of, with what was chosen on it: one press brings both back. */
import type { ReadingChoice } from '../../worker/index';
import type { LabState } from './lab-state';
import { valueOf } from './slot';
import { chooseAgain, visitOf, type Visit } from './visit';

export interface LeftCorpus {
  readonly name: string;
  /** Empty of a sample. */
  readonly files: readonly File[];
  readonly readings: Readonly<Record<string, ReadingChoice>>;
  readonly visit: Visit;
}

/** Where model and corpus are from, and what a visitor may miss of them. */
export interface Origin {
  /** Id of the bundled corpus that is open. */
  sample: string | null;
  /** Id of the Hub's model that is open. */
  hub: string | null;
  /** Picked files that a reload could not open again. */
  missed: string | null;
  left: LeftCorpus | null;
}

/** Null where nothing was chosen on it; an experiment is kept in Runs. */
export function corpusToLeave(lab: LabState, source: Pick<LeftCorpus, 'files' | 'readings'>): LeftCorpus | null {
  const corpus = valueOf(lab.slots.corpus);
  const visit = visitOf(lab);
  return corpus && visit.choice !== null && !lab.experiment ? { name: corpus.name, ...source, visit } : null;
}

export async function bringBack(lab: LabState, { files, readings, visit }: LeftCorpus): Promise<void> {
  await lab.guide(async () => {
    const { sample } = visit;
    const opened = sample === null ? lab.openCorpusFiles(files, readings) : lab.openSample(sample);
    if (await opened) await chooseAgain(lab, visit);
  });
}
