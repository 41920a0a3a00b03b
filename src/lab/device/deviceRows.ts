/**
 * A checkpoint's tensors as they are on the device now, by rows: vocabulary matrices lie there in segments, everything
 * else whole. Readers ask for a few megabytes at a time, so that no tensor ever stands in the heap.
 */
import type { ParameterSpec, Weights } from '../../engine/index';

/** Reads f32 rows [start, end) of a parameter, counted from its own first. */
export type ParameterRows = (parameter: ParameterSpec, start: number, end: number) => Promise<Float32Array>;

/** In order of rows. A tensor that is not cut is one segment. */
function segmentsOf(store: Weights, tensor: string): ParameterSpec[] {
  return [...store.specs.values()]
    .filter((spec) => (spec.tensor ?? spec.name) === tensor)
    .sort((a, b) => (a.firstRow ?? 0) - (b.firstRow ?? 0));
}

/** f32 rows [start, end) along the first dimension. @param read absent: from the device. */
export async function deviceRows(
  store: Weights,
  tensor: string,
  start: number,
  end: number,
  read: ParameterRows = ({ name }, from, to) => store.readRows(name, from, to),
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (const parameter of segmentsOf(store, tensor)) {
    const { firstRow = 0, shape } = parameter;
    const from = Math.max(start, firstRow);
    const to = Math.min(end, firstRow + (shape[0] ?? 1));
    if (from < to) parts.push(await read(parameter, from - firstRow, to - firstRow));
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
