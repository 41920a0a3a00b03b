/** The rows that lie nearest to one row by cosine. For one token at a time: it reads the whole matrix. */
import { cosine, eachRow, norm, type VocabularyRows } from './rows';

export interface Neighbour {
  readonly id: number;
  readonly cosine: number;
}

/**
 * Nearest first, without the token itself; ids in order where they are as near.
 * @param isToken whether an id has a token: rows without one are left out.
 */
export async function nearestRows(
  rows: VocabularyRows,
  token: number,
  most: number,
  isToken: (id: number) => boolean,
): Promise<Neighbour[]> {
  const own = await rows.read(token, token + 1);
  const nearest: Neighbour[] = [];
  if (norm(own) === 0) return nearest;
  for await (const { id, row } of eachRow(rows)) {
    if (id === token || !isToken(id)) continue;
    const near = { id, cosine: cosine(own, row) };
    const at = nearest.findIndex((other) => other.cosine < near.cosine);
    if (at >= 0) nearest.splice(at, 0, near);
    else if (nearest.length < most) nearest.push(near);
    if (nearest.length > most) nearest.pop();
  }
  return nearest;
}
