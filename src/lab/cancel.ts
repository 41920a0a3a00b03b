/** Cancelling as a LabError. */
import { LabError } from '../error';

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LabError('cancelled', 'The operation was cancelled.');
}
