/** Which steps have their answer: what the rail draws solid. */
import type { ExperimentView } from './experiment-view';
import type { StepName } from './route';
import type { Slots } from './slot-store';
import type { Tried } from './tried';

export interface Answers {
  readonly slots: Slots;
  readonly experiment: ExperimentView | null;
  readonly hasVerdict: boolean;
  readonly tried: Tried | null;
}

export function isDone({ slots, experiment, hasVerdict, tried }: Answers, step: StepName): boolean {
  const { model, corpus, diagnosis, vocabulary, comparison, exported } = slots;
  const done: Record<StepName, boolean> = {
    model: model.status === 'ready',
    corpus: corpus.status === 'ready',
    diagnose: diagnosis.status === 'ready',
    vocabulary: vocabulary.status === 'ready',
    train: experiment?.state === 'finished' || comparison.status === 'ready',
    compare: hasVerdict || comparison.status === 'ready',
    try: tried !== null,
    download: exported.status === 'ready' && exported.value.report.verification.passed,
  };
  return done[step];
}
