/**
 * A number that explains itself: pointed at or focused, it shows its name, the formula with its inputs, and what it means.
 * One popover serves the page; it lives in the top layer and closes with Escape or on leaving.
 */
import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { PageElement } from '../element';
import type { Content } from './panel';

export interface Explanation {
  readonly name: string;
  readonly formula: string;
  readonly meaning: string;
}

/** `explain` is asked when the popover opens, so it always speaks of the present value. */
export const number = (
  value: Content,
  explain: () => Explanation,
  kind: 'n' | 'badge' | 'badge dev' = 'n',
): TemplateResult => html`<tg-number .value=${value} .explain=${explain} .kind=${kind}></tg-number>`;

@customElement('tg-number')
export class NumberElement extends PageElement {
  @property({ attribute: false }) value: Content = '';
  @property({ attribute: false }) explain: () => Explanation = () => ({ name: '', formula: '', meaning: '' });
  @property({ attribute: false }) kind = 'n';

  override disconnectedCallback(): void {
    Popover.instance?.hide(this);
    super.disconnectedCallback();
  }

  override render() {
    return html`<button
      type="button"
      class=${this.kind}
      @mouseenter=${this.show}
      @mouseleave=${this.hide}
      @focus=${this.show}
      @blur=${this.hide}
      @click=${this.show}
    >
      ${this.value}
    </button>`;
  }

  private readonly show = () => Popover.instance?.show(this, this.querySelector('button')!, this.explain());
  private readonly hide = () => Popover.instance?.hide(this);
}

@customElement('tg-popover')
export class Popover extends PageElement {
  static instance: Popover | null = null;
  private owner: unknown = null;
  private described: HTMLElement | null = null;
  private text: Explanation = { name: '', formula: '', meaning: '' };

  override connectedCallback(): void {
    super.connectedCallback();
    Popover.instance = this;
    this.id = 'pop';
    this.role = 'tooltip';
    this.popover = 'manual';
    addEventListener('keydown', this.onKey);
    addEventListener('scroll', this.onScroll, { passive: true });
    addEventListener('hashchange', this.onMove);
  }

  override disconnectedCallback(): void {
    removeEventListener('keydown', this.onKey);
    removeEventListener('scroll', this.onScroll);
    removeEventListener('hashchange', this.onMove);
    if (Popover.instance === this) Popover.instance = null;
    super.disconnectedCallback();
  }

  private readonly onKey = (event: KeyboardEvent) => event.key === 'Escape' && this.hide(this.owner);
  /** Focus may itself scroll the number into view: what has the focus is followed, what was pointed at is left. */
  private readonly onScroll = () => {
    if (this.described && this.described === document.activeElement) this.place();
    else this.hide(this.owner);
  };
  private readonly onMove = () => this.hide(this.owner);

  show(owner: unknown, anchor: HTMLElement, text: Explanation): void {
    this.hide(this.owner);
    this.owner = owner;
    this.described = anchor;
    this.text = text;
    this.requestUpdate();
    void this.updateComplete.then(() => {
      if (this.owner !== owner || !anchor.isConnected) return;
      anchor.setAttribute('aria-describedby', this.id);
      this.showPopover();
      this.place();
    });
  }

  private place(): void {
    const target = this.described!.getBoundingClientRect();
    const own = this.getBoundingClientRect();
    const left = Math.min(Math.max(8, target.left + target.width / 2 - own.width / 2), innerWidth - own.width - 8);
    const below = target.bottom + 8;
    const top = below + own.height > innerHeight - 8 ? target.top - own.height - 8 : below;
    this.style.left = `${left}px`;
    this.style.top = `${Math.max(8, top)}px`;
  }

  hide(owner: unknown): void {
    if (this.owner !== owner || owner === null) return;
    this.described?.removeAttribute('aria-describedby');
    this.described = null;
    this.owner = null;
    if (this.matches(':popover-open')) this.hidePopover();
  }

  override render() {
    const { name, formula, meaning } = this.text;
    return html`<b>${name}</b>${formula ? html`<code>${formula}</code>` : ''}${meaning}`;
  }
}
