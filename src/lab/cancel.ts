/** Cancelling as a LabError, and giving the event loop its turn within long loops so that a cancel can arrive. */
import { LabError } from '../error';

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LabError('cancelled', 'The operation was cancelled.');
}

/** A macrotask: messages and timers get their turn. setTimeout would cost at least 4 ms a call in browsers. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}
