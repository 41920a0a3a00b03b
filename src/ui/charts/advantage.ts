/** How often a token must be seen: one dot a token. A click chooses the nearest; `choose` says which. The table beside it has the same by keys. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TokensEvidence } from '../../worker/index';
import { PageElement } from '../element';
import { count } from '../format';
import { advantageTable, crossingNote, crossingWords, dotReading, dotsOf, drawAdvantage } from './advantage-drawing';
import type { Figure, Savable } from './chart-saving';
import { drawnAsFigure } from './drawn-figure';
import { GivenWidth } from './width';

/** Detail: id of the token. */
export type AdvantageChoice = CustomEvent<number>;

const REACH = 18;

@customElement('tg-advantage')
export class AdvantageElement extends PageElement implements Savable {
  @property({ attribute: false }) evidence: TokensEvidence | null = null;
  @property({ attribute: false }) chosen: number | null = null;
  private readonly given = new GivenWidth(this, '.chart', 720);

  constructor() {
    super();
    drawnAsFigure(this);
  }

  private get input() {
    const { tokens, summary } = this.evidence!;
    return { tokens, summary, chosen: this.chosen };
  }

  override render() {
    if (!this.evidence) return nothing;
    const width = this.given.value;
    const { height, content, places } = drawAdvantage(this.input, width);
    const chosen = dotsOf(this.evidence.tokens).find(({ id }) => id === this.chosen);
    return html`<div class="chart readable">
        <svg
          viewBox="0 0 ${width} ${height}"
          height=${height}
          role="img"
          aria-label=${this.summary()}
          @click=${(event: MouseEvent) => this.take(event, places, width)}
        >
          <rect width=${width} height=${height} fill="transparent" />
          ${content}
        </svg>
      </div>
      <p class="note" role="status">${chosen ? dotReading(chosen) : crossingNote(this.evidence.summary)}</p>`;
  }

  private summary(): string {
    const { tokens, summary } = this.evidence!;
    const dots = msg(str`Span advantage of ${count(dotsOf(tokens).length)} tokens against exposures`);
    return [dots, crossingWords(summary), crossingNote(summary)].filter(Boolean).join('. ');
  }

  private take(event: MouseEvent, places: ReadonlyMap<number, readonly [number, number]>, width: number): void {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const scale = width / box.width;
    const at = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale] as const;
    const far = ([x, y]: readonly [number, number]) => Math.hypot(x - at[0], y - at[1]);
    const [nearest] = [...places].sort((a, b) => far(a[1]) - far(b[1]));
    if (nearest && far(nearest[1]) <= REACH) {
      this.dispatchEvent(new CustomEvent('choose', { detail: nearest[0], bubbles: true }));
    }
  }

  figure(width: number): Figure {
    const { height, content } = drawAdvantage({ ...this.input, chosen: null }, width);
    return { width, height, content, foot: crossingNote(this.evidence!.summary), table: advantageTable(this.input) };
  }
}
