/**
 * Merges of a SentencePiece BPE model, which stores scores only: every split of a piece into two pieces is a merge, the
 * best score first (the rule of transformers' `generate_merges`). Splits of one score are ordered as there: longer left
 * part first, then longer right part, then by id.
 */

export interface ScoredPiece {
  readonly id: number;
  readonly text: string;
  /** A number, not NaN. */
  readonly score: number;
}

interface Split {
  readonly left: string;
  readonly right: string;
  readonly leftId: number;
  readonly rightId: number;
}

/** Characters. SentencePiece learns up to 16 unless told otherwise; the work grows with the square of the length. */
const LONGEST = 256;

/** @param tooLong makes the error for a piece that no trainer makes. */
export function mergesFromScores(
  pieces: readonly ScoredPiece[],
  tooLong: (problem: string) => Error,
): [string, string][] {
  const ids = new Map(pieces.map(({ text, id }) => [text, id]));
  const byScore = [...pieces].sort((a, b) => (a.score === b.score ? 0 : b.score - a.score));
  const merges: [string, string][] = [];
  for (let at = 0; at < byScore.length;) {
    const { score } = byScore[at]!;
    const splits: Split[] = [];
    for (; at < byScore.length && byScore[at]!.score === score; at++)
      splits.push(...splitsOf(byScore[at]!, ids, tooLong));
    if (splits.length > 1) splits.sort(longestFirst);
    for (const { left, right } of splits) merges.push([left, right]);
  }
  return merges;
}

function splitsOf(
  { text }: ScoredPiece,
  ids: ReadonlyMap<string, number>,
  tooLong: (problem: string) => Error,
): Split[] {
  if (text.length > LONGEST) throw tooLong(`has a token of ${text.length} characters`);
  const splits: Split[] = [];
  for (let at = 1; at < text.length; at++) {
    const left = text.slice(0, at);
    const leftId = ids.get(left);
    if (leftId === undefined) continue;
    const right = text.slice(at);
    const rightId = ids.get(right);
    if (rightId !== undefined) splits.push({ left, right, leftId, rightId });
  }
  return splits.sort((a, b) => a.leftId - b.leftId || a.rightId - b.rightId);
}

function longestFirst(a: Split, b: Split): number {
  return characters(b.left) - characters(a.left) || characters(b.right) - characters(a.right);
}

/** As Python counts, not UTF-16 units. */
function characters(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count++;
  return count;
}
