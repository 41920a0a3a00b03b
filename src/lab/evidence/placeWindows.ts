/**
 * What a model reads at a place: the text before it in one short window. Its logits there price the new token; the old pieces behind
 * the same text, their losses added up, are the price of the same characters in the old spelling.
 */
import type { Encoding } from '../../tokenizer/index';
import { ignoredTarget } from '../../engine/index';
import type { Window } from '../scoring/windows';

/** Tokens of a window. Longer texts before a token change its price little, and one program serves all windows. */
export const evidenceWindow = 128;

/**
 * The last ids before a place, opened by the start token where they reach the document's beginning.
 * @param length most of them, at least 1.
 */
export function contextBefore(ids: Uint32Array, at: number, startId: number, length: number): Uint32Array {
  if (at >= length) return ids.slice(at - length, at);
  const context = new Uint32Array(at + 1);
  context[0] = startId;
  context.set(ids.subarray(0, at), 1);
  return context;
}

/**
 * Where a token's old pieces begin in the old encoding of its document; undefined where that cuts the text elsewhere. Bytes of one
 * character share its span, so that several ids may begin there.
 * @param start UTF-16 offset of the token.
 */
export function placeOfPieces(
  { ids, starts }: Pick<Encoding, 'ids' | 'starts'>,
  start: number,
  pieces: readonly number[],
): number | undefined {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! < start) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < ids.length && starts[at] === start; at++) {
    if (pieces.every((piece, index) => ids[at + index] === piece)) return at;
  }
  return undefined;
}

/** Ids before a token of so many pieces; window and pieces, but for the last one, are `length` at most. */
export function contextLength(pieces: number, length: number): number {
  return Math.max(1, length - pieces + 1);
}

/** @param place which takes the part of a document's number. */
export function piecesWindow(place: number, context: Uint32Array, pieces: readonly number[]): Window {
  const ids = new Uint32Array(context.length + pieces.length - 1);
  ids.set(context);
  ids.set(pieces.slice(0, -1), context.length);
  const targets = new Uint32Array(ids.length).fill(ignoredTarget);
  targets.set(pieces, context.length - 1);
  return { document: place, ids, targets };
}

/** Position of each window's last token in a packed batch; -1 of windows that are not in it. */
export function lastPositions(documents: Int32Array, windows: number): Int32Array {
  const last = new Int32Array(windows).fill(-1);
  for (const [position, document] of documents.entries()) if (document >= 0) last[document] = position;
  return last;
}
