/** The forest plot inside the table of arms: one scale for a column, a whisker a row. */
import { svg, type SVGTemplateResult } from 'lit';
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

/** Round ticks over all intervals with a little room; 200 px wide. */
export function forestScale(intervals: readonly (readonly [number, number])[]): Scale {
  const width = 200;
  const low = Math.min(...intervals.map(([from]) => from));
  const high = Math.max(...intervals.map(([, to]) => to));
  const room = (high - low || 0.1) * 0.08;
  const from = low - room;
  const to = high + room;
  const rough = (to - from) / 4;
  const step = niceStep(rough);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
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
  value: number,
  [low, high]: readonly [number, number],
  kind: Shape,
  color: string,
  reference: number | undefined,
): SVGTemplateResult {
  const { x } = scale;
  return svg`<svg width=${scale.width} height=${HEIGHT} role="img" aria-label=${`${fixed(value, 3)}; ${fixed(low, 3)} – ${fixed(high, 3)}`}>
    ${scale.ticks.map((tick) => svg`<path d="M${x(tick)} 0V${HEIGHT}" stroke="var(--line)"/>`)}
    ${reference === undefined ? '' : svg`<path d="M${x(reference)} 0V${HEIGHT}" stroke="var(--arm-base)" stroke-dasharray="2 3"/>`}
    <path d="M${x(low)} 23H${x(high)}M${x(low)} 19v8M${x(high)} 19v8" stroke=${color} stroke-width="1.5" fill="none"/>
    ${shape(kind, color, x(value), 23, 4.5)}
  </svg>`;
}
