// Conversations to training rows of equal length, each whole in one row: what an answer answers is never cut off. Attention and
// positions begin anew with every conversation.
import { ignoredTarget } from '../ignoredTarget';
import type { PackedRow } from './packRows';

export interface PackedConversation {
  readonly ids: Uint32Array;
  /** 1 for ids of an answer. */
  readonly isAnswer: Uint8Array;
}

/** Rows that wait for a conversation that still fits. */
const OPEN_ROWS = 16;

/** First fit among a few open rows, in order; none is longer than a row. What is left of a row predicts nothing. */
export function* packConversations(
  conversations: Iterable<PackedConversation>,
  rowLength: number,
): Generator<PackedRow, void> {
  const open: PackedConversation[][] = [];
  const space: number[] = [];
  for (const conversation of conversations) {
    const { length } = conversation.ids;
    let at = space.findIndex((left) => left >= length);
    if (at < 0) {
      if (open.length === OPEN_ROWS) {
        const fullest = space.indexOf(Math.min(...space));
        space.splice(fullest, 1);
        yield rowOf(open.splice(fullest, 1)[0]!, rowLength);
      }
      at = open.push([]) - 1;
      space.push(rowLength);
    }
    open[at]!.push(conversation);
    space[at]! -= length;
  }
  for (const conversations of open) yield rowOf(conversations, rowLength);
}

function rowOf(conversations: readonly PackedConversation[], rowLength: number): PackedRow {
  const ids = new Uint32Array(rowLength);
  const targets = new Uint32Array(rowLength).fill(ignoredTarget);
  const answers = new Uint8Array(rowLength);
  const documentLengths: number[] = [];
  let filled = 0;
  for (const { ids: of, isAnswer } of conversations) {
    ids.set(of, filled);
    targets.set(of.subarray(1), filled);
    answers.set(isAnswer.subarray(1), filled);
    documentLengths.push(of.length);
    filled += of.length;
  }
  if (filled < rowLength) documentLengths.push(rowLength - filled);
  return { ids, targets, documentLengths, answers };
}
