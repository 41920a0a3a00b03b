/**
 * The base of every element of the page. Elements render into the page itself, not into a shadow root: one stylesheet and
 * one set of roles, labels and descriptions that may point across elements, and tables that stay tables. Parts without
 * state of their own are plain template functions (parts/); an element exists where there is state or a lifecycle.
 */
import { consume } from '@lit/context';
import { updateWhenLocaleChanges } from '@lit/localize';
import { LitElement } from 'lit';
import { labContext, type LabState, type Topic } from './state/lab-state';

export abstract class PageElement extends LitElement {
  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override createRenderRoot(): this {
    return this;
  }
}

/** A page element that shows the lab: it re-renders when one of its topics changes. */
export abstract class LabElement extends PageElement {
  @consume({ context: labContext })
  lab!: LabState;

  protected readonly topics: readonly Topic[] = ['lab'];
  private unsubscribe?: () => void;

  override connectedCallback(): void {
    super.connectedCallback();
    this.unsubscribe = this.lab.subscribe(this.topics, this, (topic) => this.labChanged(topic));
  }

  override disconnectedCallback(): void {
    this.unsubscribe?.();
    super.disconnectedCallback();
  }

  protected labChanged(_topic: Topic): void {
    this.requestUpdate();
  }
}
