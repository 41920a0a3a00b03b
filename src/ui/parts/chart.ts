/**
 * A line chart over uPlot, loaded when the first one is shown; saved as a drawing of its own (chart-figure.ts). The legend is the readout: it follows the cursor, else shows
 * the latest value. Lines longer than the screen is wide are drawn as means of equal stretches. New data is drawn in the
 * page's turn (frames.ts); the theme's colours are read once and again when it changes.
 */
import { msg } from '@lit/localize';
import { html, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type uPlot from 'uplot';
import type { Figure, Savable } from '../charts/chart-saving';
import { drawnAsFigure } from '../charts/drawn-figure';
import { PageElement } from '../element';
import { plotFigure } from './chart-figure';
import { lineMark } from './marks';
import { decimate, logTicks, valueRange, type Column, type Mark, type Series } from './chart-data';

export type { Mark, Series } from './chart-data';
import { readRole } from './roles';

@customElement('tg-chart')
export class Chart extends PageElement implements Savable {
  @property({ attribute: false }) label = '';
  @property({ attribute: false }) series: readonly Series[] = [];
  @property({ attribute: false }) x: readonly number[] = [];
  @property({ attribute: false }) ys: readonly Column[] = [];
  @property({ attribute: false }) marks: readonly Mark[] = [];
  @property({ attribute: false }) xMax = 1;
  @property({ attribute: false }) digits = 2;
  @property({ type: Boolean }) log = false;
  @property({ type: Number }) height = 256;
  private plot: uPlot | null = null;
  private drawn: Column[] = [];
  private making = false;
  private readonly resize = new ResizeObserver(() => requestAnimationFrame(() => this.fit()));

  constructor() {
    super();
    drawnAsFigure(this, () => this.plot?.redraw(false, true));
  }

  override disconnectedCallback(): void {
    this.resize.disconnect();
    this.plot?.destroy();
    this.plot = null;
    super.disconnectedCallback();
  }

  override render() {
    return html`<div class="legend">
        ${this.series.map(
          (series) =>
            html`<span
              >${lineMark(`var(${series.role})`, series.dash)}<i class="series">${series.label}</i><b>–</b></span
            >`,
        )}
      </div>
      <div class="chart" data-height=${this.height} role="img" aria-label=${this.label}></div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('series') && this.plot && this.plot.series.length !== this.series.length + 1) {
      this.plot.destroy();
      this.plot = null;
    }
    if (this.plot) this.draw();
    else void this.make();
  }

  figure(width: number): Figure {
    return plotFigure(this, width);
  }

  private get box(): HTMLElement {
    return this.querySelector<HTMLElement>('.chart')!;
  }

  private async make(): Promise<void> {
    if (this.making) return;
    this.making = true;
    this.box.style.height = `${this.height}px`;
    const [{ default: UPlot }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
    this.making = false;
    if (!this.isConnected || this.plot) return;
    const box = this.box;
    this.plot = new UPlot(this.options(box.clientWidth || 320), this.columns(), box);
    this.resize.observe(box);
    this.showLegend();
  }

  private fit(): void {
    if (!this.plot) return;
    const width = this.box.clientWidth;
    if (width > 40 && width !== this.plot.width) this.plot.setSize({ width, height: this.height });
  }

  private draw(): void {
    this.plot!.setData(this.columns());
    this.showLegend();
  }

  private columns(): uPlot.AlignedData {
    const width = this.plot?.width ?? 600;
    const { x, ys } = decimate(this.x, this.ys, Math.max(120, Math.round(width / 1.5)));
    this.drawn = ys;
    // Axes are drawn of columns alone: before the first reading of an empty one.
    if (this.isUnread) return [[0, Math.max(1, this.xMax)], ...this.series.map(() => [null, null])];
    return [
      x,
      ...ys.map((column) => (this.log ? column.map((v) => (v === null ? null : Math.log(v))) : column)),
    ] as uPlot.AlignedData;
  }

  /** Nothing has been measured: there are axes, and no figures on the upright one. */
  private get isUnread(): boolean {
    return !this.ys.some((column) => column.some((value) => value !== null));
  }

  private showLegend(): void {
    const cursor = this.plot?.cursor.idx;
    const readouts = this.querySelectorAll('.legend b');
    this.drawn.forEach((column, at) => {
      const value = typeof cursor === 'number' ? column[cursor] : column.findLast((v) => v !== null);
      const text = value === null || value === undefined ? '–' : this.write(value);
      const readout = readouts[at];
      if (readout && readout.textContent !== text) readout.textContent = text;
    });
  }

  private write(value: number): string {
    if (value !== 0 && Math.abs(value) < 10 ** -this.digits) return value.toExponential(1).replace('-', '−');
    return value.toLocaleString('en-US', { minimumFractionDigits: this.digits, maximumFractionDigits: this.digits });
  }

  private options(width: number): uPlot.Options {
    const font = `11px ${readRole('--font-ui')}`;
    const axis = (more: uPlot.Axis): uPlot.Axis => ({
      stroke: () => readRole('--ink-3'),
      font,
      grid: { stroke: () => readRole('--line'), width: 1 },
      ticks: { show: false },
      gap: 6,
      ...more,
    });
    const tick = (value: number) =>
      this.log
        ? String(Number(Math.exp(value).toPrecision(2)))
        : Math.abs(value) >= 1000
          ? `${value / 1000}k`
          : value !== 0 && Math.abs(value) < 1e-3
            ? value.toExponential(0).replace('-', '−')
            : String(Number(value.toPrecision(3)));
    const range = () => valueRange(this.drawn, this.log);
    return {
      width,
      height: this.height,
      padding: [8, 14, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 7, fill: () => readRole('--surface'), width: 2 },
        drag: { x: false, y: false, setScale: false },
      },
      scales: { x: { time: false, range: () => [0, Math.max(1, this.xMax)] }, y: { range } },
      axes: [
        axis({
          size: 26,
          space: 64,
          // A step is whole, and before the plan is made nobody knows how many there are.
          values: (_, ticks) => ticks.map((v) => (v % 1 === 0 && this.xMax > 0 ? v.toLocaleString('en-US') : '')),
          grid: { show: false },
        }),
        axis({
          size: 44,
          space: this.height < 160 ? 26 : 36,
          values: (_, ticks) => (this.isUnread ? ticks.map(() => '') : ticks.map(tick)),
          ...(this.log ? { splits: () => logTicks(range()) } : {}),
        }),
      ],
      series: [
        {},
        ...this.series.map((series) => ({
          stroke: () => readRole(series.role),
          width: series.width ?? 1.75,
          spanGaps: true,
          ...(series.dash ? { dash: [...series.dash] } : {}),
          points: series.points
            ? { show: true, size: 5, width: 0, fill: () => readRole(series.role) }
            : { show: false },
        })),
      ],
      hooks: { draw: [(plot) => this.drawMarks(plot)], setCursor: [() => this.showLegend()] },
    };
  }

  private drawUnread({ ctx, bbox }: uPlot): void {
    ctx.save();
    ctx.font = `${12 * devicePixelRatio}px ${readRole('--font-ui')}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    const [text, x, y] = [msg('No reading yet'), bbox.left + bbox.width / 2, bbox.top + bbox.height / 2];
    ctx.lineWidth = 8 * devicePixelRatio;
    ctx.lineJoin = 'round';
    ctx.strokeStyle = readRole('--surface');
    ctx.strokeText(text, x, y);
    ctx.fillStyle = readRole('--ink-3');
    ctx.fillText(text, x, y);
    ctx.restore();
  }

  /** The canvas keeps the last series' dash; marks reset it first. */
  private drawMarks(plot: uPlot): void {
    const { ctx } = plot;
    const ratio = devicePixelRatio;
    if (this.isUnread) this.drawUnread(plot);
    for (const mark of this.marks) {
      const x = plot.valToPos(mark.x, 'x', true);
      const y = plot.valToPos(this.log ? Math.log(mark.y) : mark.y, 'y', true);
      ctx.save();
      ctx.setLineDash([]);
      if (mark.dot) {
        ctx.beginPath();
        ctx.arc(x, y, 3.5 * ratio, 0, 7);
        ctx.fillStyle = readRole('--surface');
        ctx.strokeStyle = readRole('--ink');
        ctx.lineWidth = 1.5 * ratio;
        ctx.fill();
        ctx.stroke();
      }
      ctx.font = `${12 * ratio}px ${readRole('--font-ui')}`;
      ctx.textAlign = mark.align ?? 'left';
      ctx.lineWidth = 4 * ratio;
      ctx.lineJoin = 'round';
      ctx.strokeStyle = readRole('--surface');
      const dx = (mark.align === 'right' ? -2 : 9) * ratio;
      const dy = (mark.below ? 18 : -8) * ratio;
      ctx.strokeText(mark.text, x + dx, y + dy);
      ctx.fillStyle = readRole('--ink-2');
      ctx.fillText(mark.text, x + dx, y + dy);
      ctx.restore();
    }
  }
}
