/** Conversations laid beside an open corpus; apart from its readers, so that the worker starts without them. */
import type { CorpusText } from './corpusText';
import type { Instructions } from './instructions';

/** The same texts with conversations beside them; what is cut only when it is asked for stays so. */
export function withInstructions(corpus: CorpusText, instructions: Instructions | undefined): CorpusText {
  const { readTrain, heldOut, general, summary } = corpus;
  return {
    get train() {
      return corpus.train;
    },
    ...(readTrain ? { readTrain: (signal) => readTrain(signal) } : {}),
    ...{ heldOut, general, summary },
    ...(instructions ? { instructions } : {}),
  };
}
