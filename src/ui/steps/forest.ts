/** The forest plot inside the table of arms: one scale for a column, a whisker a row. */
import { msg } from '@lit/localize';
import { nothing, svg, type SVGTemplateResult } from 'lit';
import type { Interval } from '../../worker/index';
import type { Figure } from '../charts/chart-saving';
import { plotWidth, rowsFigure } from '../charts/row-figure';
import { digitsOf, niceStep } from '../charts/scales';
import { fixed } from '../format';
import { shape, type Shape } from '../parts/marks';

const HEIGHT = 46;

export interface Scale {
  readonly width: number;
  readonly ticks: readonly number[];
  x(value: number): number;
  tick(value: number): SVGTemplateResult;
}

/** Round ticks over all values and intervals with a little room; 200 px wide on the page. Without a number in it: no ticks. */
export function forestScale(
  scores: readonly { readonly bitsPerByte: number | null; readonly interval: Interval }[],
  width = 200,
): Scale {
  const values = scores.flatMap(({ bitsPerByte, interval }) =>
    bitsPerByte === null ? [] : [bitsPerByte, ...(interval ?? [])],
  );
  const isEmpty = values.length === 0;
  if (isEmpty) values.push(0);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = (high - low || 0.1) * 0.08;
  const from = low - room;
  const to = high + room;
  const rough = (to - from) / 4;
  const step = niceStep(rough);
  const digits = digitsOf(step);
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to && !isEmpty; at += step) ticks.push(at);
  const x = (value: number) => 8 + ((value - from) / (to - from)) * (width - 16);
  return {
    width,
    ticks,
    x,
    tick: (value) => svg`<text class="tick" x=${x(value)} y="14" text-anchor="middle">${fixed(value, digits)}</text>`,
  };
}

export function whisker(
  scale: Scale,
  value: number | null,
  interval: Interval,
  kind: Shape,
  color: string,
  reference: number | null | undefined,
): SVGTemplateResult {
  const label = [fixed(value ?? Number.NaN, 3), ...(interval ? [intervalText(interval)] : [])].join('; ');
  return svg`<svg width=${scale.width} height=${HEIGHT} role="img" aria-label=${label}>${drawing(scale, { value, interval, kind, color }, reference)}</svg>`;
}

interface Reading {
  readonly value: number | null;
  readonly interval: Interval;
  readonly kind: Shape;
  readonly color: string;
}

function drawing({ x, ticks }: Scale, { value, interval, kind, color }: Reading, reference: number | null | undefined) {
  return svg`${ticks.map((tick) => svg`<path d="M${x(tick)} 0V${HEIGHT}" stroke="var(--line)"/>`)}
    ${reference === undefined || reference === null ? '' : svg`<path d="M${x(reference)} 0V${HEIGHT}" stroke="var(--arm-base)" stroke-dasharray="2 3"/>`}
    ${
      interval
        ? svg`<path d="M${x(interval[0])} 23H${x(interval[1])}M${x(interval[0])} 19v8M${x(interval[1])} 19v8" stroke=${color} stroke-width="1.5" fill="none"/>`
        : nothing
    }
    ${value === null ? nothing : shape(kind, color, x(value), 23, 4.5)}`;
}

export interface ForestArm extends Reading {
  readonly name: string;
  /** On general text. */
  readonly general: { readonly bitsPerByte: number | null; readonly interval: Interval };
  readonly isChosen: boolean;
}

/** The table's plot as one figure: held-out text drawn, general text in the data beside it. */
export function forestFigure(arms: readonly ForestArm[], reference: number | null | undefined, width: number): Figure {
  const scale = forestScale(
    arms.map(({ value, interval }) => ({ bitsPerByte: value, interval })),
    plotWidth(arms, width),
  );
  return {
    ...rowsFigure(
      arms.map((arm) => ({
        mark: shape(arm.kind, arm.color),
        name: arm.name,
        value: fixed(arm.value ?? Number.NaN, 3),
        ...(arm.interval ? { valueNote: intervalText(arm.interval) } : {}),
        isChosen: arm.isChosen,
        plot: drawing(scale, arm, reference),
      })),
      svg`<g transform="translate(0 12)">${scale.ticks.map((tick) => scale.tick(tick))}</g>`,
      width,
      HEIGHT,
    ),
    note: msg('Bits per byte, held-out text; whiskers are 95\u00a0% intervals; lower is better'),
    table: {
      columns: [
        'arm',
        ...['bits_per_byte', 'interval_low', 'interval_high'],
        ...['general_bits_per_byte', 'general_interval_low', 'general_interval_high'],
      ],
      rows: arms.map(({ name, value, interval, general }) => [
        name,
        ...[value, interval?.[0], interval?.[1]],
        ...[general.bitsPerByte, general.interval?.[0], general.interval?.[1]],
      ]),
    },
  };
}

export const intervalText = ([low, high]: NonNullable<Interval>): string => `${fixed(low, 3)} – ${fixed(high, 3)}`;
