/**
 * Spreads redrawing over animation frames: one job a frame, the latest job of a key wins. A run pushes updates ten times a
 * second to a dozen elements; drawn together they are one long task, drawn in turn none of them is.
 */
export class FrameQueue {
  private readonly jobs = new Map<unknown, () => void>();
  private scheduled = false;

  add(key: unknown, job: () => void): void {
    this.jobs.set(key, job);
    this.schedule();
  }

  remove(key: unknown): void {
    this.jobs.delete(key);
  }

  private schedule(): void {
    if (this.scheduled || this.jobs.size === 0) return;
    this.scheduled = true;
    const next = () => {
      this.scheduled = false;
      const first = this.jobs.entries().next();
      if (!first.done) {
        const [key, job] = first.value;
        this.jobs.delete(key);
        job();
      }
      this.schedule();
    };
    // A hidden tab gets no frames; its jobs then wait for at most a second.
    if (document.hidden) setTimeout(next, 1000);
    else requestAnimationFrame(next);
  }
}
