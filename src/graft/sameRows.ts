/** Is a tensor of a grafted checkpoint the base's, but for its new rows? To the bit, in the bytes as they are stored. */
import { rowChunks, type TensorEntry } from '../checkpoint/index';
import type { GraftPlan } from './plan';

/** @param plan of a vocabulary matrix, whose new rows are passed over. Types and row widths must be the same. */
export async function sameOldRows(
  before: TensorEntry,
  after: TensorEntry,
  plan: GraftPlan | undefined,
  signal?: AbortSignal,
): Promise<boolean> {
  const rows = before.shape[0] ?? 1;
  const kept = plan ? plan.segments.filter(({ kind }) => kind === 'old') : [{ firstId: 0, rows }];
  for (const { firstId, rows: count } of kept) {
    for (const { start, end } of rowChunks(count, before.bytes / Math.max(1, rows))) {
      const range = { start: firstId + start, end: firstId + end };
      const [a, b] = [await before.read(range, signal), await after.read(range, signal)];
      if (a.some((byte, at) => byte !== b[at])) return false;
    }
  }
  return true;
}
