/**
 * The long calls that the page waits for: one after another, each under a name with an abort controller of its own. A name
 * holds one call at a time; the one before it is aborted, because nobody waits for its answer any more.
 */
import { LabError } from '../../worker/index';

export class Tasks<Name extends string> {
  private readonly controllers = new Map<Name, AbortController>();
  private last: Promise<unknown> = Promise.resolve();

  /** Starts when the calls before it have ended. Rejects at once with code `cancelled` when aborted before its turn. */
  run<T>(name: Name, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.cancel(name);
    const controller = new AbortController();
    const { signal } = controller;
    this.controllers.set(name, controller);
    const cancelled = () => new LabError('cancelled', 'The operation was cancelled.');
    let isWaiting = true;
    const result = new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => {
        if (isWaiting) reject(cancelled());
      });
      const turn = this.last.then(async () => {
        isWaiting = false;
        if (signal.aborted) return;
        await action(signal).then(resolve, reject);
      });
      this.last = turn.catch(reject);
    });
    const forget = () => {
      if (this.controllers.get(name) === controller) this.controllers.delete(name);
    };
    result.then(forget, forget);
    return result;
  }

  /** Aborts the calls of these names, under way or waiting; nothing happens where there is none. */
  cancel(...names: readonly Name[]): void {
    for (const name of names) this.controllers.get(name)?.abort();
  }
}
