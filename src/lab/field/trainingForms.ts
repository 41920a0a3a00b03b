/** What the training text holds, by what it means: a sample is new only where no spelling of it was read. */
import { breathe } from '../../breathe';
import { throwIfCancelled } from '../cancel';
import type { CorpusText } from '../open/corpusText';
import { throttled, type Watch } from '../progress';
import type { NotationReader } from './notations/notation';

export interface TrainingForms {
  /** @param isCut of a sample that its length ended: it is known where a training text begins so. */
  has(canonical: string, isCut: boolean): boolean;
}

export async function trainingForms(
  { train, readTrain, summary }: Pick<CorpusText, 'train' | 'readTrain' | 'summary'>,
  reader: NotationReader,
  { onProgress, signal }: Watch = {},
): Promise<TrainingForms> {
  const report = throttled(onProgress ?? (() => undefined));
  const forms = new Set<string>();
  let done = 0;
  const add = async (texts: readonly string[]) => {
    for (const text of texts) {
      if (done++ % 256 === 0) {
        throwIfCancelled(signal);
        report({ phase: 'matching', done, total: summary.trainDocuments });
        await breathe();
      }
      const reading = reader.parse(text, false);
      if (reading.valid) forms.add(reading.canonical);
    }
  };
  if (readTrain) for await (const texts of readTrain(signal)) await add(texts);
  else await add(train);
  report({ phase: 'matching', done: summary.trainDocuments, total: summary.trainDocuments });
  return {
    has(canonical, isCut) {
      if (forms.has(canonical)) return true;
      if (isCut) for (const form of forms) if (form.startsWith(canonical)) return true;
      return false;
    },
  };
}
