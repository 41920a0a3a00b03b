/**
 * A checkpoint's tensors as they are on the device now, by rows: vocabulary matrices lie there in segments, everything
 * else whole. Readers ask for a few megabytes at a time, so that no tensor ever stands in the heap.
 */
import type { Weights } from '../../engine/index';

interface DeviceSegment {
  /** Of the parameter on the device. */
  readonly name: string;
  readonly firstRow: number;
  readonly rows: number;
}

/** In order of rows. A tensor that is not cut is one segment. */
function segmentsOf(store: Weights, tensor: string): DeviceSegment[] {
  return [...store.specs.values()]
    .filter((spec) => (spec.tensor ?? spec.name) === tensor)
    .map(({ name, firstRow = 0, shape }) => ({ name, firstRow, rows: shape[0] ?? 1 }))
    .sort((a, b) => a.firstRow - b.firstRow);
}

/** f32 rows [start, end) along the first dimension. */
export async function deviceRows(store: Weights, tensor: string, start: number, end: number): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (const { name, firstRow, rows } of segmentsOf(store, tensor)) {
    const from = Math.max(start, firstRow);
    const to = Math.min(end, firstRow + rows);
    if (from < to) parts.push(await store.readRows(name, from - firstRow, to - firstRow));
  }
  if (parts.length === 1) return parts[0]!;
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
