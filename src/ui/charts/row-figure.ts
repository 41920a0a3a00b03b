/** Charts that are rows of a table on the page, as one drawing for saving. */
import { nothing, svg, type SVGTemplateResult } from 'lit';
import { shortened, textWidth } from './scales';

export interface FigureRow {
  /** Centred on 6, 6. */
  readonly mark: SVGTemplateResult;
  readonly name: string;
  readonly note?: string;
  readonly value: string;
  readonly valueNote?: string;
  readonly isChosen?: boolean;
  readonly plot: SVGTemplateResult;
}

const VALUES = 132;

/** The column of names: as wide as the longest, at most two fifths. */
function nameWidth(rows: readonly Pick<FigureRow, 'name' | 'note'>[], width: number): number {
  const wanted = rows.flatMap(({ name, note }) => [
    textWidth(name, 12, '', 600) + 44,
    note ? textWidth(note, 11) + 44 : 0,
  ]);
  return Math.min(width * 0.4, Math.max(140, ...wanted));
}

/** Width that a figure of these rows leaves for the plot. */
export const plotWidth = (rows: readonly Pick<FigureRow, 'name' | 'note'>[], width: number): number =>
  width - nameWidth(rows, width) - VALUES;

/** Rows of name, plot and value under one axis, as the page lays them out with a grid. */
export function rowsFigure(rows: readonly FigureRow[], axis: SVGTemplateResult, width: number, rowHeight: number) {
  const head = 34;
  const names = nameWidth(rows, width);
  return {
    width,
    height: head + rows.length * rowHeight,
    content: svg`<g transform="translate(${names} 0)">${axis}</g>${rows.map(
      (row, index) => svg`<g transform="translate(0 ${head + index * rowHeight})">
        ${row.isChosen ? svg`<rect width=${width} height=${rowHeight} fill="var(--accent-tint-2)"/>` : nothing}
        <path class="g" d="M0 0H${width}"/>
        <g transform="translate(8 ${rowHeight / 2 - (row.note ? 14 : 6)})">${row.mark}</g>
        <text class="strong" x="30" y=${rowHeight / 2 + (row.note ? -4 : 4)}>${shortened(row.name, names - 34, 12, '', 600)}</text>
        ${row.note ? svg`<text x="30" y=${rowHeight / 2 + 12}>${shortened(row.note, names - 34, 11)}</text>` : nothing}
        <g transform="translate(${names} 0)">${row.plot}</g>
        <text class="strong" x=${width - 8} y=${rowHeight / 2 + (row.valueNote ? -4 : 4)} text-anchor="end">${row.value}</text>
        ${row.valueNote ? svg`<text x=${width - 8} y=${rowHeight / 2 + 12} text-anchor="end">${row.valueNote}</text>` : nothing}
      </g>`,
    )}<path class="g" d="M0 ${head + rows.length * rowHeight}H${width}"/>`,
  };
}
