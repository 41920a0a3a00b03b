/**
 * Held-out bits per byte of every arm and seed against training text read. The strong line is the mean of the seeds that
 * every arm has finished; thin lines are seeds still running or ahead; the band reaches from the lowest to the highest seed.
 * The legend is the readout: it follows the pointer or the arrow keys, else shows the latest value.
 */
import { msg, str } from '@lit/localize';
import { html, nothing, svg, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { PageElement } from '../element';
import { fixed } from '../format';
import { readRole } from '../parts/roles';
import { keyLine, markOf } from './arm-look';
import type { Figure, Savable } from './chart-saving';
import {
  armCurves,
  curvesTable,
  leadingLine,
  placesOf,
  referencesOf,
  valueAt,
  type ArmCurves,
  type CurveArm,
  type CurvePoint,
  type CurveReference,
} from './curves-data';
import { drawnAsFigure } from './drawn-figure';
import { bits, curvesNote, curvesSummary, drawCurves, textUnit, type CurvesDrawing } from './curves-drawing';
import { GivenWidth } from './width';

@customElement('tg-curves')
export class CurvesElement extends PageElement implements Savable {
  @property({ attribute: false }) arms: readonly CurveArm[] = [];
  @property({ attribute: false }) references: readonly CurveReference[] = [];
  /** Bytes of training text an arm; without it the axis ends with the farthest reading. */
  @property({ type: Number }) budget = 0;
  @property({ attribute: false }) label = '';
  /** Place of the readout in bytes; null shows the latest values. */
  @state() private cursor: number | null = null;
  private readonly given = new GivenWidth(this, '.chart', 720);
  private drawing!: CurvesDrawing;
  private curves: readonly ArmCurves[] = [];
  private leading: readonly (readonly CurvePoint[])[] = [];
  private places: readonly number[] = [];

  constructor() {
    super();
    drawnAsFigure(this);
  }

  /** What the pointer moves over is not drawn again: only the readout is. */
  protected override willUpdate(changed: PropertyValues): void {
    if (this.hasUpdated && changed.size === 1 && changed.has('cursor')) return;
    if (!this.hasUpdated || changed.has('arms')) {
      this.curves = armCurves(this.arms);
      this.leading = this.curves.map(leadingLine);
      this.places = placesOf(this.leading);
    }
    this.drawing = this.draw(this.given.value);
  }

  private draw(width: number): CurvesDrawing {
    const { arms, curves, references } = this;
    return drawCurves({ arms, curves, references, budget: this.end }, width, readRole('--font-ui'));
  }

  private get end(): number {
    const reached = this.curves.flatMap(({ thin, lost, mean }) => [
      mean.at(-1)?.bytes ?? 0,
      ...[...thin, ...lost].map(({ points }) => points.at(-1)?.bytes ?? 0),
    ]);
    return Math.max(this.budget, ...reached);
  }

  override render() {
    const { drawing } = this;
    const width = this.given.value;
    const lines = referencesOf(this.arms, this.references);
    const label = this.label || msg('Held-out bits per byte against training text read');
    return html`<div class="legend curves-legend">${this.legend()}</div>
      <div class="chart readable">
        <svg
          viewBox="0 0 ${width} ${drawing.height}"
          height=${drawing.height}
          role="img"
          aria-label="${label}: ${curvesSummary(this.curves, lines)}"
          @pointermove=${this.follow}
          @pointerdown=${this.follow}
          @pointerleave=${this.leave}
        >
          <rect width=${width} height=${drawing.height} fill="transparent" />
          ${drawing.content}${this.readout()}
        </svg>
        ${this.keys(label)}
      </div>
      ${this.note ? html`<p class="note curves-note">${this.note}</p>` : nothing}`;
  }

  private get note(): string {
    return curvesNote(this.curves, referencesOf(this.arms, this.references));
  }

  /** The values the legend shows, in the order of the arms. */
  private readings(): (number | null)[] {
    return this.leading.map((line) =>
      this.cursor === null ? (line.at(-1)?.bitsPerByte ?? null) : valueAt(line, this.cursor),
    );
  }

  private place(bytes: number): string {
    const unit = textUnit(this.end);
    return `${fixed(bytes / unit.bytes, 1)} ${unit.name}`;
  }

  private legend() {
    const readings = this.readings();
    const isUnread = this.leading.every((line) => line.length === 0);
    return html`${this.curves.map(({ arm }, index) => {
        const value = readings[index];
        return html`<span
          ><svg class="key" viewBox="0 0 26 10" aria-hidden="true">${keyLine(arm.look)}</svg
          ><i class="series">${arm.name}</i><b>${value === null || value === undefined ? '–' : bits(value)}</b></span
        >`;
      })}<span class="at"
        >${isUnread ? msg('No reading of a trained arm yet') : this.cursor === null ? nothing : msg(str`at ${this.place(this.cursor)}`)}</span
      >`;
  }

  private readout() {
    const { cursor, drawing } = this;
    if (cursor === null) return nothing;
    const x = drawing.x(cursor);
    return svg`<path d="M${x} ${drawing.top}V${drawing.bottom}" stroke="var(--control-line)"/>${this.readings().map(
      (value, index) =>
        value === null ? nothing : markOf(this.curves[index]!.arm.look, x, drawing.y(value), 4.5, true),
    )}`;
  }

  /** The same readout by keyboard: a slider over the readings, seen only while it has the focus. */
  private keys(label: string) {
    if (this.places.length === 0) return nothing;
    const last = this.places.length - 1;
    const index = this.cursor === null ? last : Math.max(0, this.places.indexOf(this.cursor));
    const values = this.readings().flatMap((value, at) =>
      value === null ? [] : [`${this.curves[at]!.arm.name} ${bits(value)}`],
    );
    return html`<input
      type="range"
      class="chart-keys"
      min="0"
      max=${last}
      step=${Math.max(1, Math.round(last / 60))}
      .value=${String(index)}
      aria-label=${msg(str`${label}: read at`)}
      aria-valuetext="${this.place(this.places[index]!)}: ${values.join('; ')}"
      @input=${(event: Event) => (this.cursor = this.places[Number((event.target as HTMLInputElement).value)] ?? null)}
      @blur=${this.leave}
    />`;
  }

  private readonly follow = (event: PointerEvent) => {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const { left, right } = this.drawing;
    const share = ((event.clientX - box.left) / box.width) * this.given.value;
    const bytes = ((share - left) / (right - left)) * this.end;
    this.cursor = bytes < -this.end * 0.03 || share > right + 12 ? null : nearest(this.places, bytes);
  };

  private readonly leave = () => (this.cursor = null);

  figure(width: number): Figure {
    const drawing = this.draw(width);
    return {
      width,
      height: drawing.height,
      content: drawing.content,
      note: msg('lower is better, log scale; comparable across vocabularies'),
      keys: this.curves.flatMap(({ arm }, index) => {
        const end = this.leading[index]!.at(-1);
        return end ? [{ mark: keyLine(arm.look, 0, 0), name: arm.name, value: bits(end.bitsPerByte) }] : [];
      }),
      foot: this.note,
      table: curvesTable(this.arms, this.references),
    };
  }
}

function nearest(places: readonly number[], bytes: number): number | null {
  let best: number | null = null;
  for (const place of places) if (best === null || Math.abs(place - bytes) < Math.abs(best - bytes)) best = place;
  return best;
}
