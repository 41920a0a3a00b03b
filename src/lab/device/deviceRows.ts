/**
 * A checkpoint's tensors as they are on the device now, by rows: vocabulary matrices lie there in segments, everything
 * else whole. Readers ask for a few megabytes at a time, so that no tensor ever stands in the heap.
 */
import type { Weights } from '../../engine/index';

export interface DeviceSegment {
  /** Of the parameter on the device. */
  readonly name: string;
  readonly firstId: number;
  readonly rows: number;
}

/** In order of ids. A tensor that is not cut is one segment. */
export function segmentsOf(store: Weights, tensor: string): DeviceSegment[] {
  const rowsOf = (name: string): number => store.spec(name).shape[0] ?? 1;
  if (store.specs.has(tensor)) return [{ name: tensor, firstId: 0, rows: rowsOf(tensor) }];
  return [...store.specs.keys()]
    .filter((name) => name.startsWith(`${tensor}#`))
    .map((name) => ({ name, firstId: Number(name.slice(tensor.length + 1)), rows: rowsOf(name) }))
    .sort((a, b) => a.firstId - b.firstId);
}

/** f32 rows [start, end) along the first dimension. */
export async function deviceRows(store: Weights, tensor: string, start: number, end: number): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (const { name, firstId, rows } of segmentsOf(store, tensor)) {
    const from = Math.max(start, firstId);
    const to = Math.min(end, firstId + rows);
    if (from < to) parts.push(await store.readRows(name, from - firstId, to - firstId));
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
