/**
 * How much memory an adapter grants. WebGPU does not tell, so buffers are asked for one after the other, each inside an
 * out-of-memory error scope, up to what is needed and no further, and given back at once. Nothing is written into them: a driver
 * that promises memory which it does not have (Metal, and Windows where it swaps to main memory) grants more here than is fast.
 * Of software adapters nothing is asked: their memory is the machine's own, and a refusal would come from its other programs.
 */
import type { Device } from './device';
import { LabError } from '../error';
import { tuningKey } from './tuningKey';

export interface MemoryProbe {
  /** Names the adapter, as that of a tuning does. */
  readonly key: string;
  /** Beside what was allocated before. */
  readonly grantedBytes: number;
  /** Whether the adapter refused more; else nobody asked for more. */
  readonly isRefused: boolean;
}

const firstPiece = 64 * 2 ** 20;
const largestPiece = 2 ** 30;
/** Of what was granted: drivers keep some for themselves, and so do the page and whatever else is drawn. */
const margin = 0.1;

/** @param neededBytes of a plan; pieces double until together they are that much, and halve again where one is refused. */
export async function probeMemory(device: Device, neededBytes: number): Promise<MemoryProbe> {
  const key = tuningKey(device.report);
  if (device.report.isFallback) return { key, grantedBytes: 0, isRefused: false };
  const wanted = neededBytes / (1 - margin);
  const most = Math.min(largestPiece, device.report.limits.maxBufferBytes);
  const buffers: GPUBuffer[] = [];
  device.running = 'a trial of how much memory there is';
  let [grantedBytes, piece, isRefused] = [0, Math.min(firstPiece, most), false];
  try {
    while (grantedBytes < wanted) {
      const buffer = await granted(device, piece);
      if (buffer) {
        buffers.push(buffer);
        grantedBytes += piece;
        if (!isRefused) piece = Math.min(2 * piece, most);
        continue;
      }
      isRefused = true;
      if (piece <= firstPiece) break;
      piece /= 2;
    }
  } finally {
    for (const buffer of buffers) buffer.destroy();
  }
  return { key, grantedBytes, isRefused: isRefused && grantedBytes < wanted };
}

/** What programs may use; undefined where no end was met. */
export function budgetOf({ grantedBytes, isRefused }: MemoryProbe): number | undefined {
  return isRefused ? Math.floor(grantedBytes * (1 - margin)) : undefined;
}

/** Whether what is known answers for so many bytes. */
export function answersFor(probe: MemoryProbe, neededBytes: number): boolean {
  return probe.isRefused || probe.grantedBytes * (1 - margin) >= neededBytes;
}

async function granted(device: Device, size: number): Promise<GPUBuffer | undefined> {
  let buffer: GPUBuffer | undefined;
  try {
    return await device.guarded('what is asked for on trial', () => {
      buffer = device.gpu.createBuffer({ label: 'memory probe', size, usage: GPUBufferUsage.STORAGE });
      return buffer;
    });
  } catch (thrown) {
    buffer?.destroy();
    if (thrown instanceof LabError && thrown.code === 'engine/out-of-memory') return undefined;
    throw thrown;
  }
}
