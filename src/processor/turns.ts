/** Work in the order it was asked for: programs of one engine share weights, threads and wasm memory. */
export class Turns {
  /** Jobs that were asked for and are not done. */
  waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  take<T>(job: () => T | Promise<T>): Promise<T> {
    this.waiting++;
    const done = this.last.then(job).finally(() => {
      this.waiting--;
    });
    this.last = done.catch(() => undefined);
    return done;
  }
}
