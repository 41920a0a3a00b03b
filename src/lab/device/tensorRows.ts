/**
 * A checkpoint's tensors as the model on the device computes with them: a projection with an adapter is W + strength * B A, by
 * rows. Adapters are small and are read whole, once for each piece of rows.
 */
import type { Weights } from '../../engine/index';
import { mergedRows, type AdaptedMatrix } from '../../model/index';
import { deviceRows, type ParameterRows } from './deviceRows';

/** f32 rows [start, end) along the first dimension. @param read absent: from the device. */
export async function tensorRows(
  store: Weights,
  adapters: readonly AdaptedMatrix[],
  tensor: string,
  start: number,
  end: number,
  read?: ParameterRows,
): Promise<Float32Array> {
  const values = await deviceRows(store, tensor, start, end, read);
  const adapter = adapters.find((each) => each.tensor === tensor);
  if (!adapter) return values;
  const [down, up] = [await store.readF32(adapter.down.name), await store.readF32(adapter.up.name)];
  return mergedRows(values, start, adapter, { down, up });
}
