/**
 * New tokens cut back into old ones here and there while training, as BPE-dropout does (Provilkov et al. 2020) with the new
 * merges alone: the model keeps reading both spellings, and pieces go on being trained where a new token took their place.
 */
import { seededRandom } from '../../random';
import type { NewRows } from '../device/graftedRows';

/** @param probability of each occurrence. @returns ids of a document with another draw at each call; the same calls give the same ids. */
export function resegmenting(
  newRows: readonly NewRows[],
  probability: number,
  seed: number,
): (ids: Uint32Array) => Uint32Array {
  const piecesOf = new Map(newRows.filter(({ pieces }) => pieces.length > 0).map(({ id, pieces }) => [id, pieces]));
  const random = seededRandom(seed ^ 0x5e6d);
  return (ids) =>
    Uint32Array.from(
      Array.from(ids).flatMap((id) => {
        const pieces = piecesOf.get(id);
        return pieces && random() < probability ? pieces : [id];
      }),
    );
}
