/** The price of each token of documents, where a sum over the document is not enough. Windows as in evaluate.ts: the same numbers. */
import { ignoredTarget } from '../../engine/index';
import { throwIfCancelled } from '../cancel';
import type { DocumentScores } from './bootstrap';
import type { ScoredText, Scorer } from './evaluate';
import { blockLengthOf, documentWindows, packWindows } from './windows';

interface Options {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Nats of every id of every document. */
export async function tokenLosses(
  scorer: Scorer,
  documents: readonly Pick<ScoredText, 'ids'>[],
  { signal, onProgress }: Options = {},
): Promise<Float32Array[]> {
  const { known } = scorer;
  const answered = documents.map((document) => known?.tokens(document));
  const nats = documents.map(({ ids }, d) => answered[d] ?? new Float32Array(ids.length));
  const windows = documents.flatMap(({ ids }, d) =>
    answered[d] ? [] : documentWindows(d, ids, scorer.startId, scorer.windowLength),
  );
  // Windows of one document may lie in any order in a pass, so that each is told apart, with where its targets begin.
  const begins: number[] = [];
  const filled = documents.map(() => 0);
  for (const { document, targets } of windows) {
    begins.push(filled[document]!);
    filled[document]! += targets.reduce((count, target) => count + (target === ignoredTarget ? 0 : 1), 0);
  }
  const told = windows.map((window, index) => ({ ...window, document: index }));
  const longest = windows.reduce((length, { ids }) => Math.max(length, ids.length), 1);
  const passes = [...packWindows(told, scorer.tokens, blockLengthOf(longest, scorer.tokens))];
  for (const [done, batch] of passes.entries()) {
    throwIfCancelled(signal);
    const losses = await scorer.losses(batch);
    for (const [position, window] of batch.documents.entries()) {
      if (window < 0 || batch.targets[position] === ignoredTarget) continue;
      nats[windows[window]!.document]![begins[window]!++] = losses[position]!;
    }
    onProgress?.(done + 1, passes.length);
  }
  if (known) for (const [d, document] of documents.entries()) if (!answered[d]) known.keepTokens(document, nats[d]!);
  return nats;
}

/** The same summed by document. */
export function scoresOf(documents: readonly ScoredText[], nats: readonly Float32Array[]): DocumentScores {
  return {
    nats: nats.map((each) => each.reduce((sum, value) => sum + value, 0)),
    bytes: documents.map(({ bytes }) => bytes),
    tokens: documents.map(({ ids }) => ids.length),
    lostBytes: documents.map(({ lostBytes }) => lostBytes),
  };
}
