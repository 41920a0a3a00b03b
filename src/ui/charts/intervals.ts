/**
 * Arm − control with its 95 % interval, a row an arm, on one axis with zero and the margin. A table whose rows become name
 * and value over a plot of the full width where there is little room.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { PageElement } from '../element';
import { fixed, percent } from '../format';
import { number, type Explanation } from '../parts/number';
import type { Content } from '../parts/panel';
import { armGlyph, markOf } from './arm-look';
import type { Figure, Savable } from './chart-saving';
import { drawnAsFigure } from './drawn-figure';
import {
  axisPlot,
  differenceText,
  intervalAxis,
  intervalsTable,
  intervalText,
  rowKind,
  rowPlot,
  type IntervalAxis,
  type IntervalRow,
} from './intervals-drawing';
import { plotWidth, rowsFigure } from './row-figure';
import { GivenWidth } from './width';

const HEIGHT = 48;

@customElement('tg-intervals')
export class IntervalsElement extends PageElement implements Savable {
  @property({ attribute: false }) rows: readonly IntervalRow[] = [];
  /** What still counts as "not worse", in bits per byte; null draws no zone. */
  @property({ attribute: false }) margin: number | null = null;
  /** Key of the arm that the verdict speaks of. */
  @property({ attribute: false }) chosen = '';
  private readonly given = new GivenWidth(this, '.iv-measure', 480);

  constructor() {
    super();
    drawnAsFigure(this);
  }

  /** A zone without an interval would mean nothing. */
  private get axis(): IntervalAxis {
    const hasInterval = this.rows.some(({ interval, role }) => interval !== null && role !== 'base');
    return intervalAxis(this.rows, hasInterval ? this.margin : null, this.chosen);
  }

  override render() {
    const { axis } = this;
    const width = this.given.value;
    const ticks = html`<svg viewBox="0 0 ${width} 32" height="32" aria-hidden="true">${axisPlot(axis, width)}</svg>`;
    return html`<div class="iv-axis chart" aria-hidden="true">${ticks}</div>
      <div class="iv" role="table" aria-label=${msg('Difference to the control in bits per byte')}>
        <div class="iv-head" role="row">
          <span role="columnheader">${msg('Arm')}</span>
          <span class="chart" role="columnheader"
            ><span class="sr">${msg('95\u00a0% interval on an axis')}</span>${ticks}</span
          >
          <span class="val" role="columnheader">${msg('Arm − control')}</span>
          <span class="val" role="columnheader">${msg('Bits per byte')}</span>
          <span class="val" role="columnheader">${msg('Fewer tokens')}</span>
        </div>
        ${this.rows.map((row, index) => this.row(row, axis, width, index === 0))}
      </div>`;
  }

  private row(row: IntervalRow, axis: IntervalAxis, width: number, isFirst: boolean) {
    const { explain = {} } = row;
    const isOff = rowKind(row, axis) === 'off';
    return html`<div
      class="iv-row ${row.key === this.chosen ? 'mine' : ''}"
      role="row"
      data-arm=${row.key}
      data-kind=${rowKind(row, axis)}
    >
      <span class="armname" role="rowheader"
        >${armGlyph(row.look)}<b>${row.name}</b>${row.note ? html`<span class="note">${row.note}</span>` : nothing}</span
      >
      <span class="chart ${isFirst ? 'iv-measure' : ''}" role="cell"
        ><svg
          viewBox="0 0 ${width} ${HEIGHT}"
          height=${HEIGHT}
          role="img"
          aria-label="${differenceText(row)}; ${isOff ? msg('off the scale') : intervalText(row)}"
        >
          ${rowPlot(row, axis, width, HEIGHT)}
        </svg></span
      >
      <span class="val" role="cell"
        ><b>${explained(differenceText(row), explain.difference)}</b
        ><span class="note">${intervalText(row)}</span></span
      >
      <span class="val extra" role="cell"
        >${row.bitsPerByte === null ? '–' : explained(fixed(row.bitsPerByte, 2), explain.bits)}</span
      >
      <span class="val extra" role="cell"
        >${
          row.fewerTokens === null || row.fewerTokens === undefined
            ? '–'
            : explained(percent(row.fewerTokens, 0), explain.fewer)
        }</span
      >
    </div>`;
  }

  figure(width: number): Figure {
    return intervalsFigure(this.rows, this.axis, this.chosen, width);
  }
}

const explained = (value: string, explain?: () => Explanation): Content => (explain ? number(value, explain) : value);

function intervalsFigure(rows: readonly IntervalRow[], axis: IntervalAxis, chosen: string, width: number): Figure {
  const height = 48;
  const room = plotWidth(rows, width);
  const { margin } = axis;
  return {
    ...rowsFigure(
      rows.map((row) => ({
        mark: markOf(row.look, 6, 6),
        name: row.name,
        ...(row.note ? { note: row.note } : {}),
        value: differenceText(row),
        valueNote: intervalText(row),
        isChosen: row.key === chosen,
        plot: rowPlot(row, axis, room, height),
      })),
      axisPlot(axis, room),
      width,
      height,
    ),
    note:
      margin === null
        ? msg('Bits per byte, arm − control')
        : msg(
            str`Bits per byte, arm − control; lines are 95\u00a0% intervals; shaded: not worse, up to +${fixed(margin, 2)}`,
          ),
    table: intervalsTable(rows, margin),
  };
}
