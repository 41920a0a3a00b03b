/**
 * A safetensors file that is nowhere: its bytes are put together from tensors that lie elsewhere, as they are asked for.
 * A base and a delta become one model folder in this way, without a copy of the weights.
 */
import { rangeChecked, type ByteSource } from './byteSource';
import { encodeHeader, tensorBytes } from './safetensorsHeader';
import type { TensorEntry } from './safetensors';

export function virtualSafetensors(name: string, tensors: readonly TensorEntry[]): ByteSource {
  const { bytes: header, order, fileSize } = encodeHeader(tensors, { format: 'pt' });
  const placed: { readonly tensor: TensorEntry; readonly start: number; readonly end: number }[] = [];
  let at = header.byteLength;
  for (const tensor of order) placed.push({ tensor, start: at, end: (at += tensorBytes(tensor)) });
  return rangeChecked(name, fileSize, async (start, end, signal) => {
    const bytes = new Uint8Array(end - start);
    if (start < header.byteLength) bytes.set(header.subarray(start, Math.min(end, header.byteLength)));
    for (const { tensor, start: first, end: last } of placed) {
      const from = Math.max(start, first);
      const to = Math.min(end, last);
      if (from >= to) continue;
      const rowBytes = (last - first) / (tensor.shape[0] ?? 1);
      const rows = { start: Math.floor((from - first) / rowBytes), end: Math.ceil((to - first) / rowBytes) };
      const read = await tensor.read(rows, signal);
      const skipped = from - first - rows.start * rowBytes;
      bytes.set(read.subarray(skipped, skipped + to - from), from - start);
    }
    return bytes;
  });
}
