// Long computations give the event loop a turn now and then, so that a cancellation can arrive and progress can leave.

import { breathe } from '../../breathe';

const SLICE_MILLISECONDS = 40;

export class Pause {
  private since = performance.now();

  constructor(private readonly signal: AbortSignal | undefined) {}

  get isDue(): boolean {
    return performance.now() - this.since > SLICE_MILLISECONDS;
  }

  /** @throws the signal's reason once it is aborted. */
  async take(): Promise<void> {
    await breathe();
    this.signal?.throwIfAborted();
    this.since = performance.now();
  }
}
