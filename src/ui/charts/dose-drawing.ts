/** The dose curve's three panels over one logarithmic axis of sizes: bits per byte, exposure, tokens saved. */
import { msg, str } from '@lit/localize';
import { nothing, svg, type SVGTemplateResult } from 'lit';
import { exposureFloor } from '../../exposureFloor';
import { count, fixed, joinSentences } from '../format';
import { colorOf, markOf, type Look } from './arm-look';
import type { Table } from './csv';
import { bits } from './curves-drawing';
import {
  digitsOf,
  linear,
  linearTicks,
  logarithmic,
  pathOf,
  shortened,
  textWidth,
  type Point,
  type Scale,
} from './scales';

export interface DosePoint {
  readonly look: Look;
  readonly newTokens: number;
  readonly bitsPerByte: number;
  readonly interval: readonly [low: number, high: number] | null;
  /** How often the rarest tenth of the new tokens is seen in the budget. */
  readonly exposureP10: number | null;
  /** Share of tokens saved against the control. */
  readonly fewerTokens: number | null;
}

export interface DoseControl {
  readonly name: string;
  readonly look: Look;
  readonly bitsPerByte: number;
  readonly interval: readonly [low: number, high: number] | null;
}

export interface DoseInput {
  readonly points: readonly DosePoint[];
  readonly control: DoseControl | null;
  readonly chosen: number | null;
}

export interface DoseDrawing {
  readonly height: number;
  readonly content: SVGTemplateResult;
  readonly x: Scale;
}

const LEFT = 44;
const TOP = 24;
const GAP = 44;
const MIDDLE = 120;
const LOWER = 84;
const FOOT = 34;
const ACCENT = 'var(--accent)';
const INK = 'var(--ink-2)';

interface Panels {
  readonly left: number;
  readonly right: number;
  readonly narrow: boolean;
  readonly face: string;
  readonly x: Scale;
  readonly zero: number;
}

export function drawDose({ points, control, chosen }: DoseInput, width: number, face: string): DoseDrawing {
  const narrow = width < 560;
  const right = width - (narrow ? 8 : 24);
  const upper = width > 1100 ? 250 : 210;
  const middle = TOP + upper + GAP;
  const lower = middle + MIDDLE + GAP;
  const bottom = lower + LOWER;
  const height = bottom + FOOT;
  const sorted = [...points].sort((a, b) => a.newTokens - b.newTokens);
  const [first, last] = [sorted[0]?.newTokens ?? 1, sorted.at(-1)?.newTokens ?? 2];
  const start = LEFT + (control ? (narrow ? 62 : 88) : 24);
  const end = right - 24;
  const x = first === last ? () => (start + end) / 2 : logarithmic(first, last, start, end);
  const panels: Panels = { left: LEFT, right, narrow, face, x, zero: LEFT + 24 };
  const at = sorted.find(({ newTokens }) => newTokens === chosen);
  return {
    height,
    x,
    content: svg`${bitsPanel(sorted, control, chosen, TOP, TOP + upper, panels)}${exposurePanel(sorted, chosen, middle, middle + MIDDLE, panels)}${savedPanel(sorted, chosen, lower, bottom, panels)}${
      at
        ? svg`<path d="M${x(at.newTokens)} ${TOP - 6}V${bottom}" stroke=${ACCENT} stroke-width="1.5" opacity=".8"/>`
        : nothing
    }${sizeAxis(sorted, control, chosen, bottom, panels)}`,
  };
}

const heading = (text: string, y: number) => svg`<text class="lab" x="0" y=${y}>${text}</text>`;

const gridLine = (panels: Panels, y: number, text: string) =>
  svg`<path class="g" d="M${panels.left} ${y}H${panels.right}"/><text x=${panels.left - 8} y=${y + 4} text-anchor="end">${text}</text>`;

const whisker = (x: number, low: number, high: number, color: string) =>
  svg`<path d="M${x} ${low}V${high}M${x - 5} ${low}h10M${x - 5} ${high}h10" fill="none" stroke=${color} stroke-width="2"/>`;

/** On a phone only the first, the chosen and the last label remain; elsewhere those that do not touch. */
function labelled(
  points: readonly DosePoint[],
  chosen: number | null,
  { narrow, x }: Panels,
  room: number,
): Set<DosePoint> {
  const kept: DosePoint[] = [];
  const wanted = [
    points.find(({ newTokens }) => newTokens === chosen),
    points[0],
    points.at(-1),
    ...(narrow ? [] : points),
  ];
  for (const point of wanted)
    if (point && kept.every((other) => other === point || Math.abs(x(other.newTokens) - x(point.newTokens)) >= room))
      kept.push(point);
  return new Set(kept);
}

function bitsPanel(
  points: readonly DosePoint[],
  control: DoseControl | null,
  chosen: number | null,
  top: number,
  bottom: number,
  panels: Panels,
) {
  const { left, right, x, zero, narrow, face } = panels;
  const all = [...points, ...(control ? [control] : [])].flatMap(({ bitsPerByte, interval }) => [
    bitsPerByte,
    ...(interval ?? []),
  ]);
  const [least, most] = all.length > 0 ? [Math.min(...all), Math.max(...all)] : [0, 1];
  const room = (most - least || 0.1) * 0.14;
  const [low, high] = [least - room, most + room];
  const y = linear(low, high, bottom, top);
  const ticks = linearTicks(low, high, 5);
  const digits = digitsOf(ticks.length > 1 ? ticks[1]! - ticks[0]! : 0.1);
  const named = labelled(points, chosen, panels, 40);
  const zone = control?.interval ? [y(control.interval[1]), y(control.interval[0])] : null;
  const words = control
    ? shortened(
        control.interval && !narrow
          ? msg(
              str`${control.name} ${bits(control.bitsPerByte)}, ${bits(control.interval[0])} to ${bits(control.interval[1])}`,
            )
          : `${control.name} ${bits(control.bitsPerByte)}`,
        (right - left) * 0.55,
        11,
        face,
      )
    : '';
  const middle = control ? y(control.bitsPerByte) : 0;
  // In the zone where it is tall enough to hold the words and no whisker stands there, else just under it.
  const lastPoint = points.at(-1);
  const isFree = !lastPoint || Math.abs(y(lastPoint.bitsPerByte) - middle) > 40;
  const isInside = zone !== null && zone[1]! - zone[0]! >= 13 && isFree;
  const wordsY = isInside ? middle + 4 : Math.min(bottom - 2, (zone?.[1] ?? middle) + 13);
  return svg`${heading(msg('Bits per byte, held out; lower is better'), top - 12)}
    ${zone ? svg`<rect x=${left} y=${zone[0]!} width=${right - left} height=${Math.max(1, zone[1]! - zone[0]!)} fill="var(--line-strong)" opacity=".3"/>` : nothing}
    ${ticks.map((tick) => gridLine(panels, y(tick), fixed(tick, digits)))}
    ${
      control
        ? svg`${control.interval ? whisker(zero, y(control.interval[1]), y(control.interval[0]), colorOf(control.look)) : svg`<path d="M${left} ${middle}H${right}" stroke=${colorOf(control.look)} stroke-dasharray="4 3"/>`}${markOf(control.look, zero, middle, 5)}<text class=${isInside ? '' : 'halo'} x=${right - 6} y=${wordsY} text-anchor="end">${words}</text>`
        : nothing
    }
    <path d=${pathOf(points.map((point): Point => [x(point.newTokens), y(point.bitsPerByte)]))} fill="none" stroke=${ACCENT} stroke-width="2"/>
    ${points.map((point) => {
      const px = x(point.newTokens);
      const above = y(point.interval?.[1] ?? point.bitsPerByte) - 7;
      // To the left where the line rises to the right of it, or the plot ends.
      const isLeft = points.length > 1 && (point === lastPoint || (narrow && point !== points[0]));
      return svg`${point.interval ? whisker(px, y(point.interval[1]), y(point.interval[0]), colorOf(point.look)) : nothing}${markOf(point.look, px, y(point.bitsPerByte), point.newTokens === chosen ? 6 : 4.5)}${
        named.has(point)
          ? svg`<text class="halo strong" x=${px + (isLeft ? -8 : narrow ? 0 : 8)} y=${above} text-anchor=${isLeft ? 'end' : narrow ? 'middle' : 'start'}>${bits(point.bitsPerByte)}</text>`
          : nothing
      }`;
    })}`;
}

function exposurePanel(
  points: readonly DosePoint[],
  chosen: number | null,
  top: number,
  bottom: number,
  panels: Panels,
) {
  const { left, right, x, face } = panels;
  const seen = points.filter(({ exposureP10 }) => exposureP10 !== null);
  // A count of nothing stands at the foot of a log axis.
  const held = ({ exposureP10 }: DosePoint) => Math.max(0.8, exposureP10!);
  const most = 2 * Math.max(500, ...seen.map(held));
  const y = logarithmic(0.8, most, bottom, top);
  const decades: number[] = [];
  for (let tick = 1; tick <= most; tick *= 10) decades.push(tick);
  const named = labelled(seen, chosen, panels, 40);
  return svg`${heading(msg('Exposure of the rarest tenth (P10), log scale'), top - 12)}
    <rect x=${left} y=${y(exposureFloor)} width=${right - left} height=${bottom - y(exposureFloor)} fill="var(--bad-tint)" opacity=".6"/>
    ${decades
      .filter((_, index) => decades.length <= 5 || index % 2 === 0)
      .map((tick) => gridLine(panels, y(tick), count(tick)))}
    <path d=${pathOf(seen.map((point): Point => [x(point.newTokens), y(held(point))]))} fill="none" stroke=${INK} stroke-width="2"/>
    <text class="bad-text" x=${left + 8} y=${bottom - 8}>${msg(str`starved: seen under ${exposureFloor} times`)}</text>
    ${seen.map((point) => {
      const px = x(point.newTokens);
      const text = count(point.exposureP10!);
      // The last one stands behind its point where there is room: the line comes down from the left.
      const isBehind = point === seen.at(-1) && px + 9 + textWidth(text, 11, face) < right + 4;
      const isLeft = !isBehind && point === seen.at(-1) && seen.length > 1;
      return svg`${markOf(point.look, px, y(held(point)), point.newTokens === chosen ? 6 : 4)}${
        named.has(point)
          ? svg`<text class="halo" x=${px + (isLeft ? -8 : 9)} y=${y(held(point)) + (isBehind ? 4 : -7)} text-anchor=${isLeft ? 'end' : 'start'}>${text}</text>`
          : nothing
      }`;
    })}`;
}

function savedPanel(points: readonly DosePoint[], chosen: number | null, top: number, bottom: number, panels: Panels) {
  const { x } = panels;
  const saved = points.filter(({ fewerTokens }) => fewerTokens !== null);
  const shares = saved.map(({ fewerTokens }) => fewerTokens! * 100);
  const [low, high] = [Math.min(0, ...shares), Math.max(10, ...shares) * 1.1];
  const y = linear(low, high, bottom, top);
  return svg`${heading(msg('Fewer tokens, %'), top - 10)}
    ${linearTicks(low, high, 3).map((tick) => gridLine(panels, y(tick), fixed(tick, 0)))}
    <path d=${pathOf(saved.map((point): Point => [x(point.newTokens), y(point.fewerTokens! * 100)]))} fill="none" stroke=${ACCENT} stroke-width="2" stroke-dasharray="6 3"/>
    ${saved.map((point) => markOf(point.look, x(point.newTokens), y(point.fewerTokens! * 100), point.newTokens === chosen ? 5 : 3.5))}`;
}

/** Sizes under the last panel, as many as stand apart; the control at 0 behind a break of the axis. */
function sizeAxis(
  points: readonly DosePoint[],
  control: DoseControl | null,
  chosen: number | null,
  bottom: number,
  panels: Panels,
) {
  const { x, zero, right, face } = panels;
  const kept: DosePoint[] = [];
  const wide = (point: DosePoint) => textWidth(count(point.newTokens), 12, face, 600);
  for (const point of [points.find(({ newTokens }) => newTokens === chosen), points[0], points.at(-1), ...points]) {
    if (!point || kept.includes(point)) continue;
    const touches = (other: DosePoint) =>
      Math.abs(x(other.newTokens) - x(point.newTokens)) < (wide(other) + wide(point)) / 2 + 8;
    if (!kept.some(touches)) kept.push(point);
  }
  return svg`<path class="ax" d="M${panels.left} ${bottom}H${right}"/>
    ${
      control
        ? svg`<text x=${zero} y=${bottom + 18} text-anchor="middle">0</text><rect x=${zero + 21} y=${bottom - 2} width="12" height="4" fill="var(--surface)"/><path d="M${zero + 21} ${bottom - 4}l6 8m2 -8l6 8" fill="none" stroke="var(--line-strong)"/>`
        : nothing
    }
    ${kept.map((point) => svg`<text class=${point.newTokens === chosen ? 'strong' : ''} x=${x(point.newTokens)} y=${bottom + 18} text-anchor="middle">${count(point.newTokens)}</text>`)}
    <text x=${right} y=${bottom + 33} text-anchor="end">${msg('new tokens, log scale')}</text>`;
}

/** How to read the chart. */
export const doseNote = ({ points, control }: DoseInput): string =>
  joinSentences(
    points.some(({ interval }) => interval) ? msg('Whiskers are 95\u00a0% intervals over documents and seeds.') : '',
    control?.interval
      ? msg('The shaded zone is the interval of the control: a point whose whisker reaches it cannot be told from it.')
      : '',
    control && !control.interval && points.some(({ interval }) => interval)
      ? msg('They are of the difference to the control: a whisker that reaches its line cannot be told from it.')
      : '',
  );

export const doseTable = ({ points, control }: DoseInput): Table => ({
  columns: ['new_tokens', 'bits_per_byte', 'interval_low', 'interval_high', 'exposure_p10', 'fewer_tokens'],
  rows: [
    ...(control ? [[0, control.bitsPerByte, control.interval?.[0], control.interval?.[1], null, 0]] : []),
    ...[...points]
      .sort((a, b) => a.newTokens - b.newTokens)
      .map((point) => [
        point.newTokens,
        point.bitsPerByte,
        point.interval?.[0],
        point.interval?.[1],
        point.exposureP10,
        point.fewerTokens,
      ]),
  ],
});
