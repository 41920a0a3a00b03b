/**
 * Documents cut into windows that fit the model's context, each token predicted exactly once. Every document opens with
 * the model's own start token (not scored, it is no text), and no end token is scored. A document longer than the
 * window goes on in windows that overlap by half: the first half is context only. Disjoint windows would be twice as
 * fast, but would charge an arm with more tokens for more cold starts, which is not the vocabulary's doing.
 */
import { ignoredTarget } from '../../engine/index';

export interface Window {
  readonly document: number;
  /** Input ids; position i predicts the id that follows it. */
  readonly ids: Uint32Array;
  /** `targets[i]` follows `ids[i]`, or is `ignoredTarget` where it only serves as context. */
  readonly targets: Uint32Array;
}

/**
 * @param ids of the document's text, without special tokens.
 * @param length largest number of input positions, at least 2.
 * @param isScored 1 for ids that are; absent: all are.
 */
export function documentWindows(
  document: number,
  ids: Uint32Array,
  startId: number,
  length: number,
  isScored?: Uint8Array,
): Window[] {
  const sequence = new Uint32Array(ids.length + 1);
  sequence[0] = startId;
  sequence.set(ids, 1);
  const windows: Window[] = [];
  let predicted = 0;
  while (predicted < ids.length) {
    // The window begins half a window before the first target not yet predicted.
    const start = predicted === 0 ? 0 : predicted - Math.floor(length / 2);
    const end = Math.min(ids.length, start + length);
    const targets = sequence.slice(start + 1, end + 1);
    targets.fill(ignoredTarget, 0, predicted - start);
    if (isScored)
      for (let at = 0; at < targets.length; at++) if (isScored[start + at] === 0) targets[at] = ignoredTarget;
    windows.push({ document, ids: sequence.slice(start, end), targets });
    predicted = end;
  }
  return windows;
}

/** Windows side by side in one flat row of tokens, each a document to the graph, so that none sees another. */
export interface PackedWindows {
  readonly ids: Uint32Array;
  readonly targets: Uint32Array;
  /** Of the windows in order; a padded token is a window of its own, so that it costs next to nothing. */
  readonly windowLengths: readonly number[];
  /** Document of each token; -1 where the row is padded. */
  readonly documents: Int32Array;
  /** No window crosses a multiple of so many tokens. */
  readonly blockLength: number;
}

/** Shorter blocks would be filled by halves. */
const SHORTEST_BLOCK = 128;

/** The shortest block, by halves of `tokens`, that holds a window of so many tokens. */
export function blockLengthOf(longestWindow: number, tokens: number): number {
  let length = tokens;
  while (length % 2 === 0 && length / 2 >= Math.max(longestWindow, SHORTEST_BLOCK)) length /= 2;
  return length;
}

/**
 * First fit in order, without sorting: neighbours are alike in length within a corpus, and order stays explainable.
 * @param blockLength divides `tokens`; no window is longer, and none crosses a block's end.
 */
export function* packWindows(
  windows: Iterable<Window>,
  tokens: number,
  blockLength = tokens,
): Generator<PackedWindows> {
  const blocks = tokens / blockLength;
  let open: Placed[] = [];
  let filled = new Uint32Array(blocks);
  for (const window of windows) {
    const { length } = window.ids;
    let block = filled.findIndex((taken) => taken + length <= blockLength);
    if (block < 0) {
      yield layOut(open, tokens, blockLength);
      open = [];
      filled = new Uint32Array(blocks);
      block = 0;
    }
    open.push({ window, at: block * blockLength + filled[block]! });
    filled[block]! += length;
  }
  if (open.length > 0) yield layOut(open, tokens, blockLength);
}

interface Placed {
  readonly window: Window;
  readonly at: number;
}

function layOut(placed: readonly Placed[], tokens: number, blockLength: number): PackedWindows {
  const ids = new Uint32Array(tokens);
  const targets = new Uint32Array(tokens).fill(ignoredTarget);
  const documents = new Int32Array(tokens).fill(-1);
  const windowLengths: number[] = [];
  let filled = 0;
  const padTo = (end: number): void => {
    for (; filled < end; filled++) windowLengths.push(1);
  };
  for (const { window, at } of placed.toSorted((a, b) => a.at - b.at)) {
    padTo(at);
    filled = at + window.ids.length;
    ids.set(window.ids, at);
    targets.set(window.targets, at);
    documents.fill(window.document, at, filled);
    windowLengths.push(window.ids.length);
  }
  padTo(tokens);
  return { ids, targets, windowLengths, documents, blockLength };
}
