/**
 * How many tokens: bits per byte, exposure and tokens saved against the number of new tokens, on one axis with one cursor.
 * A click takes the nearest size that was tried, the arrow keys the next; `choose` says which.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { PageElement } from '../element';
import { count, percent } from '../format';
import { readRole } from '../parts/roles';
import type { Figure, Savable } from './chart-saving';
import { bits } from './curves-drawing';
import { doseNote, doseTable, drawDose, type DoseControl, type DoseInput, type DosePoint } from './dose-drawing';
import { drawnAsFigure } from './drawn-figure';
import { GivenWidth } from './width';

/** Detail: the size that was chosen. */
export type DoseChoice = CustomEvent<number>;

@customElement('tg-dose')
export class DoseElement extends PageElement implements Savable {
  @property({ attribute: false }) points: readonly DosePoint[] = [];
  @property({ attribute: false }) control: DoseControl | null = null;
  @property({ attribute: false }) chosen: number | null = null;
  private readonly given = new GivenWidth(this, '.chart', 720);

  constructor() {
    super();
    drawnAsFigure(this);
  }

  private get input(): DoseInput {
    return { points: this.points, control: this.control, chosen: this.chosen };
  }

  private get sizes(): number[] {
    return this.points.map(({ newTokens }) => newTokens).sort((a, b) => a - b);
  }

  override render() {
    const width = this.given.value;
    const drawing = drawDose(this.input, width, readRole('--font-ui'));
    const { sizes } = this;
    const index = Math.max(0, sizes.indexOf(this.chosen ?? sizes[0] ?? 0));
    return html`<div class="chart readable dose">
        <svg
          viewBox="0 0 ${width} ${drawing.height}"
          height=${drawing.height}
          role="img"
          aria-label=${this.summary()}
          @click=${(event: MouseEvent) => this.take(event, drawing.x, width)}
        >
          <rect width=${width} height=${drawing.height} fill="transparent" />
          ${drawing.content}
        </svg>
        ${
          sizes.length > 1
            ? html`<input
                type="range"
                class="chart-keys"
                min="0"
                max=${sizes.length - 1}
                step="1"
                .value=${String(index)}
                aria-label=${msg('New tokens')}
                aria-valuetext=${this.reading(sizes[index]!)}
                @input=${(event: Event) => this.choose(sizes[Number((event.target as HTMLInputElement).value)])}
              />`
            : nothing
        }
      </div>
      <p class="note">${doseNote(this.input)}</p>`;
  }

  private reading(size: number): string {
    const point = this.points.find(({ newTokens }) => newTokens === size)!;
    return [
      msg(str`${count(size)} new tokens`),
      msg(str`${bits(point.bitsPerByte)} bits per byte`),
      ...(point.exposureP10 === null ? [] : [msg(str`exposure P10 ${count(point.exposureP10)}`)]),
      ...(point.fewerTokens === null ? [] : [msg(str`${percent(point.fewerTokens, 0)} fewer tokens`)]),
    ].join('; ');
  }

  private summary(): string {
    const { control } = this;
    const before = control ? `${control.name} ${bits(control.bitsPerByte)}` : '';
    const sizes = this.sizes.map((size) => this.reading(size));
    return `${msg('Dose curve')}: ${[before, ...sizes].filter(Boolean).join('. ')}`;
  }

  private take(event: MouseEvent, x: (size: number) => number, width: number): void {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * width;
    const [nearest] = this.sizes.sort((a, b) => Math.abs(x(a) - at) - Math.abs(x(b) - at));
    this.choose(nearest);
  }

  private choose(size: number | undefined): void {
    if (size === undefined || size === this.chosen) return;
    this.dispatchEvent(new CustomEvent('choose', { detail: size, bubbles: true }));
  }

  figure(width: number): Figure {
    const { height, content } = drawDose(this.input, width, readRole('--font-ui'));
    return { width, height, content, foot: doseNote(this.input), table: doseTable(this.input) };
  }
}
