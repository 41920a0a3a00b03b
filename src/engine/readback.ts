/** One-off reads of GPU memory, in pieces, for saving and for forward programs. Training reads through readbackRing.ts. */
import type { Device } from './device';

/** What is mapped counts as heap until it is unmapped. */
const pieceBytes = 16 * 2 ** 20;

/** Of the staging buffer that is there while each of these is read in its turn. */
export function stagingBytes(reads: readonly number[]): number {
  return Math.min(pieceBytes, Math.max(0, ...reads));
}

/** `bytes` is a multiple of 4. The copy is ordered after everything submitted so far. */
export async function readBuffer(
  device: Device,
  buffer: GPUBuffer,
  offset: number,
  bytes: number,
): Promise<Uint8Array> {
  device.check();
  const result = new Uint8Array(bytes);
  if (bytes === 0) return result;
  const size = stagingBytes([bytes]);
  const staging = await device.guarded('a buffer to read back', () =>
    device.gpu.createBuffer({ label: 'read back', size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
  );
  try {
    for (let done = 0; done < bytes; done += size) {
      const length = Math.min(size, bytes - done);
      const encoder = device.gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, offset + done, staging, 0, length);
      device.gpu.queue.submit([encoder.finish()]);
      await device.orFail(staging.mapAsync(GPUMapMode.READ, 0, length));
      result.set(new Uint8Array(staging.getMappedRange(0, length)), done);
      staging.unmap();
    }
  } finally {
    staging.destroy();
  }
  return result;
}
