/** The width that a part of an element is given; the element renders again when it changes. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class GivenWidth implements ReactiveController {
  private width = 0;
  private seen: Element | null = null;
  // A frame later: drawn within the observer's turn, a chart that changes its height would be observed again.
  private readonly resize = new ResizeObserver(() => requestAnimationFrame(() => this.read()));

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly part: string,
    private readonly untilKnown: number,
  ) {
    host.addController(this);
  }

  get value(): number {
    return this.width || this.host.clientWidth || this.untilKnown;
  }

  hostUpdated(): void {
    const part = this.host.querySelector(this.part);
    if (part === this.seen) return;
    this.resize.disconnect();
    this.seen = part;
    if (part) this.resize.observe(part);
  }

  hostDisconnected(): void {
    this.resize.disconnect();
    this.seen = null;
  }

  private read(): void {
    const width = Math.floor(this.seen?.clientWidth ?? 0);
    if (width < 40 || width === this.width) return;
    this.width = width;
    this.host.requestUpdate();
  }
}
