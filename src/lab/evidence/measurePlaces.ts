/**
 * Prices of new tokens and of old pieces behind texts, on either engine: one program gives the logits that follow each text, the
 * scorer's the losses of pieces.
 */
import { throwIfCancelled } from '../cancel';
import type { ModelSession } from '../device/modelSession';
import type { Watch } from '../progress';
import { blockLengthOf, packWindows, type Window } from '../scoring/windows';
import { evidenceWindow, lastPositions, piecesWindow } from './placeWindows';
import { rightAnswer, type RightAnswer } from './rightAnswer';

/** Of logits read back at once. */
const logitsBytes = 16e6;

/** Tokens of the model that a place is read in, at most. */
export function windowOf({ model }: Pick<ModelSession, 'model'>): number {
  return Math.min(evidenceWindow, model.config.contextLength || evidenceWindow);
}

/**
 * How each token stands behind its text.
 * @param texts ids, opened by the start token.
 * @param isToken whether an id has a token.
 */
export async function rightAnswers(
  session: ModelSession,
  texts: readonly Uint32Array[],
  tokens: readonly number[],
  isToken: (id: number) => boolean,
  { onProgress, signal }: Watch = {},
): Promise<RightAnswer[]> {
  const passTokens = session.scorer().tokens;
  const slots = slotsOf(session.graphs.config.vocabSize, passTokens);
  const windows = texts.map((ids, index): Window => ({ document: index, ids, targets: new Uint32Array(ids.length) }));
  const answers: RightAnswer[] = [];
  for (const batch of batchesOf(windows, passTokens, slots)) {
    throwIfCancelled(signal);
    onProgress?.({ phase: 'measuring', done: answers.length, total: texts.length });
    const last = lastPositions(batch.documents, texts.length);
    const inBatch = texts.flatMap((_, index) => (last[index]! >= 0 ? [index] : []));
    const selected = new Uint32Array(slots);
    for (const [slot, index] of inBatch.entries()) selected[slot] = last[index]!;
    const logits = await session.selectedLogits(batch, selected);
    const rows = logits.length / slots;
    for (const [slot, index] of inBatch.entries()) {
      answers[index] = rightAnswer(logits.subarray(slot * rows, (slot + 1) * rows), tokens[index]!, isToken);
    }
  }
  onProgress?.({ phase: 'measuring', done: texts.length, total: texts.length });
  return answers;
}

/** Nats of each list of pieces behind its text. */
export async function piecePrices(
  session: ModelSession,
  texts: readonly Uint32Array[],
  pieces: readonly (readonly number[])[],
  { onProgress, signal }: Watch = {},
): Promise<Float64Array> {
  const scorer = session.scorer();
  const windows = texts.map((text, index) => piecesWindow(index, text, pieces[index]!));
  const prices = new Float64Array(texts.length);
  let done = 0;
  for (const batch of batchesOf(windows, scorer.tokens)) {
    throwIfCancelled(signal);
    onProgress?.({ phase: 'evaluating', done, total: texts.length });
    const losses = await scorer.losses(batch);
    for (const [position, index] of batch.documents.entries()) if (index >= 0) prices[index]! += losses[position]!;
    done = batch.documents.reduce((most, index) => Math.max(most, index + 1), done);
  }
  onProgress?.({ phase: 'evaluating', done: texts.length, total: texts.length });
  return prices;
}

/** Texts whose logits are read back at once. */
export function slotsOf(embeddingRows: number, tokens: number): number {
  return Math.max(1, Math.min(Math.floor(logitsBytes / 4 / embeddingRows), Math.floor(tokens / 8)));
}

/** @param most windows of one batch. */
export function* batchesOf(windows: readonly Window[], tokens: number, most = Infinity) {
  const longest = windows.reduce((length, { ids }) => Math.max(length, ids.length), 1);
  const block = blockLengthOf(longest, tokens);
  const step = Math.min(most, Math.max(1, windows.length));
  for (let start = 0; start < windows.length; start += step) {
    yield* packWindows(windows.slice(start, start + step), tokens, block);
  }
}
