/** The forest plot inside the table of arms: one scale for a column, a whisker a row. */
import { nothing, svg, type SVGTemplateResult } from 'lit';
import type { Interval } from '../../worker/index';
import { fixed } from '../format';
import { shape, type Shape } from '../parts/marks';
import { niceStep } from './frontier-data';

const HEIGHT = 46;

export interface Scale {
  readonly width: number;
  readonly ticks: readonly number[];
  x(value: number): number;
  tick(value: number): SVGTemplateResult;
}

/** Round ticks over all values and intervals with a little room; 200 px wide. Without a number in it: no ticks. */
export function forestScale(
  scores: readonly { readonly bitsPerByte: number | null; readonly interval: Interval }[],
): Scale {
  const width = 200;
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
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
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
  const { x } = scale;
  const label = [fixed(value ?? Number.NaN, 3), ...(interval ? [intervalText(interval)] : [])].join('; ');
  return svg`<svg width=${scale.width} height=${HEIGHT} role="img" aria-label=${label}>
    ${scale.ticks.map((tick) => svg`<path d="M${x(tick)} 0V${HEIGHT}" stroke="var(--line)"/>`)}
    ${reference === undefined || reference === null ? '' : svg`<path d="M${x(reference)} 0V${HEIGHT}" stroke="var(--arm-base)" stroke-dasharray="2 3"/>`}
    ${
      interval
        ? svg`<path d="M${x(interval[0])} 23H${x(interval[1])}M${x(interval[0])} 19v8M${x(interval[1])} 19v8" stroke=${color} stroke-width="1.5" fill="none"/>`
        : nothing
    }
    ${value === null ? nothing : shape(kind, color, x(value), 23, 4.5)}
  </svg>`;
}

export const intervalText = ([low, high]: NonNullable<Interval>): string => `${fixed(low, 3)} – ${fixed(high, 3)}`;
