/** A chart of uPlot as a drawing of its own, for saving: a canvas gives no SVG, and its legend stands outside it. */
import { nothing, svg } from 'lit';
import type { Figure } from '../charts/chart-saving';
import { linear, linearTicks, pathOf, thinned, type Point } from '../charts/scales';
import { fixed } from '../format';
import { logTicks, valueRange, type Column, type Mark, type Series } from './chart-data';

export interface PlotParts {
  readonly series: readonly Series[];
  readonly x: readonly number[];
  readonly ys: readonly Column[];
  readonly marks: readonly Mark[];
  readonly xMax: number;
  readonly digits: number;
  readonly log: boolean;
  readonly height: number;
  /** What the horizontal axis counts, as the table's first column. */
  readonly xName?: string;
}

const LEFT = 52;
const TOP = 10;
const BELOW = 28;

/** Runs of points without a hole where the column has no value to span: uPlot spans them, so does this. */
const points = (x: readonly number[], column: Column): [number, number][] =>
  column.flatMap((value, at): [number, number][] => {
    const place = x[at];
    return value === null || place === undefined || !Number.isFinite(value) ? [] : [[place, value]];
  });

export function plotFigure(
  { series, x, ys, marks, xMax, digits, log, height, xName }: PlotParts,
  width: number,
): Figure {
  const tall = Math.max(height, 220);
  const [right, bottom] = [width - 14, tall - BELOW];
  const [low, high] = valueRange(ys, log);
  const level = linear(low, high, bottom, TOP);
  const place = linear(0, Math.max(1, xMax), LEFT, right);
  const y = (value: number) => level(log ? Math.log(value) : value);
  const ticks = log ? logTicks([low, high]) : linearTicks(low, high, 5);
  const tickText = (tick: number) => String(Number((log ? Math.exp(tick) : tick).toPrecision(3))).replace('-', '−');
  const lines = ys.map((column, at) => {
    const { role, dash, width: thick, points: dots } = series[at]!;
    const line = points(x, column)
      .filter(([, value]) => !log || value > 0)
      .map(([a, b]): Point => [place(a), y(b)]);
    return svg`<path d=${pathOf(thinned(line))} fill="none" stroke="var(${role})" stroke-width=${thick ?? 1.75} stroke-linejoin="round" stroke-dasharray=${(dash ?? []).join(' ')}/>${
      dots ? line.map(([a, b]) => svg`<circle cx=${a} cy=${b} r="2.5" fill="var(${role})"/>`) : nothing
    }`;
  });
  return {
    width,
    height: tall,
    content: svg`${ticks.map(
      (tick) =>
        svg`<path class="g" d="M${LEFT} ${level(tick)}H${right}"/><text x=${LEFT - 8} y=${level(tick) + 4} text-anchor="end">${tickText(tick)}</text>`,
    )}${linearTicks(0, Math.max(1, xMax), 8).map(
      (tick) => svg`<text x=${place(tick)} y=${bottom + 18} text-anchor="middle">${fixed(tick, 0)}</text>`,
    )}${lines}${marks.map(
      ({ x: at, y: value, text, dot, align, below }) =>
        svg`${dot ? svg`<circle cx=${place(at)} cy=${y(value)} r="3.5" fill="var(--surface)" stroke="var(--ink)" stroke-width="1.5"/>` : nothing}<text class="halo" x=${place(at) + (align === 'right' ? -2 : 9)} y=${y(value) + (below ? 18 : -8)} text-anchor=${align === 'right' ? 'end' : 'start'}>${text}</text>`,
    )}`,
    keys: series.map(({ label, role, dash }, at) => {
      const latest = ys[at]?.findLast((value) => value !== null) ?? null;
      return {
        mark: svg`<path d="M0 0h26" stroke="var(${role})" stroke-width="2" stroke-dasharray=${(dash ?? []).join(' ')}/>`,
        name: label,
        ...(latest === null ? {} : { value: fixed(latest, digits) }),
      };
    }),
    table: {
      columns: [xName ?? 'step', ...series.map(({ label }) => label)],
      rows: x.map((at, row) => [at, ...ys.map((column) => column[row] ?? null)]),
    },
  };
}
