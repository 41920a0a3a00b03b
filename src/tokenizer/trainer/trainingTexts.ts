// What a vocabulary is learned from: documents in memory, or a corpus of any size that is read anew for every pass over it.

/** Documents, or a way to read them in batches, the same ones each time it is called. */
export type TrainingTexts = readonly string[] | (() => AsyncIterable<readonly string[]>);

/** `document`: merges may span line ends; `line`: every line is a text of its own, as SentencePiece's trainer reads. */
export type TrainingUnit = 'document' | 'line';

export async function* batchesOf(texts: TrainingTexts): AsyncGenerator<readonly string[]> {
  if (typeof texts === 'function') yield* texts();
  else yield texts;
}

export function inUnits(texts: TrainingTexts, unit: TrainingUnit | undefined): TrainingTexts {
  if (unit !== 'line') return texts;
  if (typeof texts !== 'function') return linesOf(texts);
  return async function* () {
    for await (const batch of texts()) yield linesOf(batch);
  };
}

function linesOf(documents: readonly string[]): string[] {
  return documents.flatMap((text) => text.split(/\r\n|\r|\n/u)).filter((line) => line.trim() !== '');
}
