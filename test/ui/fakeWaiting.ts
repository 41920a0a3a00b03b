/** How long calls of the fake lab take their time: in ticks with progress, until they are aborted. */
import { LabError } from '../../src/error';
import type { OnProgress } from '../../src/worker/index';

export const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LabError('cancelled', 'The operation was cancelled.');
}

export type Count = (phase: string, total: number, onProgress: OnProgress, signal?: AbortSignal) => Promise<void>;

/** @param tick in milliseconds. */
export const counting =
  (tick: number): Count =>
  async (phase, total, onProgress, signal) => {
    for (let done = 0; done <= total; done += Math.ceil(total / 8)) {
      throwIfAborted(signal);
      onProgress({ phase, done, total });
      await wait(tick);
    }
  };
