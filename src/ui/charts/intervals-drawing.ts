/** Differences to the control on one axis: its range, a row's drawing, its ticks. */
import { msg, str } from '@lit/localize';
import { nothing, svg, type SVGTemplateResult } from 'lit';
import { signed, unbroken } from '../format';
import type { Explanation } from '../parts/number';
import { colorOf, markOf, type Look } from './arm-look';
import type { Table } from './csv';
import { digitsOf, linear, linearTicks, niceStep, type Scale } from './scales';

export interface IntervalRow {
  /** The arm as its specification names it. */
  readonly key: string;
  /** As it is shown. */
  readonly name: string;
  /** Under the name: what was found, or how the arm was trained. */
  readonly note?: string;
  /** The base has no difference worth drawing: it is off the scale, or a value only. */
  readonly role: 'base' | 'control' | 'expanded' | 'other';
  readonly look: Look;
  /** Arm − control in bits per byte; null where it cannot be said. */
  readonly difference: number | null;
  readonly interval: readonly [low: number, high: number] | null;
  readonly bitsPerByte: number | null;
  /** Share of tokens saved against the control. */
  readonly fewerTokens?: number | null;
  readonly explain?: Partial<Record<'difference' | 'bits' | 'fewer', () => Explanation>>;
}

export interface IntervalAxis {
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly margin: number | null;
}

const SIDE = 16;
const EVEN = 0.1;

const reach = ({ difference, interval }: IntervalRow): [number, number] | null =>
  difference === null
    ? null
    : [Math.min(difference, interval?.[0] ?? difference), Math.max(difference, interval?.[1] ?? difference)];

/**
 * Zero, the margin and the chosen arm always inside; other arms as long as they do not crush what decides: one that reaches
 * more than three times as far as all nearer ones is off the scale.
 */
export function intervalAxis(rows: readonly IntervalRow[], margin: number | null, chosen = ''): IntervalAxis {
  let [low, high] = [0, margin ?? 0];
  const others: [number, number][] = [];
  for (const row of rows) {
    const range = row.role === 'base' || row.role === 'control' ? null : reach(row);
    if (!range) continue;
    if (row.key === chosen) [low, high] = [Math.min(low, range[0]), Math.max(high, range[1])];
    else others.push(range);
  }
  const size = ([from, to]: [number, number]) => Math.max(-from, to);
  for (const range of others.sort((a, b) => size(a) - size(b))) {
    const far = Math.max(-low, high);
    if (far > 0 && size(range) > 3 * far) break;
    [low, high] = [Math.min(low, range[0]), Math.max(high, range[1])];
  }
  if (high - low < 1e-6) [low, high] = [-EVEN, EVEN];
  const step = niceStep(((high - low) * 1.2) / 6);
  const out = (value: number, round: (steps: number) => number) => Number((round(value / step) * step).toPrecision(12));
  const [from, to] = [out(low - step * 0.15, Math.floor), out(high + step * 0.15, Math.ceil)];
  return { low: Math.min(from, -step), high: Math.max(to, step), step, margin };
}

const xOf = ({ low, high }: IntervalAxis, width: number): Scale => linear(low, high, SIDE, width - SIDE);

function ground({ margin, ...axis }: IntervalAxis, x: Scale, height: number): SVGTemplateResult {
  const ticks = linearTicks(axis.low, axis.high, (axis.high - axis.low) / axis.step);
  return svg`${
    margin === null || margin <= 0
      ? nothing
      : svg`<rect x=${x(0)} width=${x(margin) - x(0)} height=${height} fill="var(--line-strong)" opacity=".3"/><path d="M${x(margin)} 0V${height}" stroke="var(--control-line)" stroke-dasharray="3 3"/>`
  }${ticks
    .filter((tick) => tick !== 0)
    .map(
      (tick) => svg`<path class="g" d="M${x(tick)} 0V${height}"/>`,
    )}<path d="M${x(0)} 0V${height}" stroke="var(--ink-2)" stroke-width="1.5"/>`;
}

/** What stands in a row's plot: a whisker, the control's marker on zero, an arrow off the scale, or nothing. */
export function rowKind(
  row: IntervalRow,
  { low, high }: IntervalAxis,
): 'interval' | 'value' | 'control' | 'off' | 'none' {
  if (row.role === 'control') return 'control';
  if (row.difference === null) return 'none';
  const isOff = row.difference > high || row.difference < low;
  if (row.role === 'base') return isOff ? 'off' : 'none';
  if (isOff) return 'off';
  return row.interval ? 'interval' : 'value';
}

export function rowPlot(row: IntervalRow, axis: IntervalAxis, width: number, height: number): SVGTemplateResult {
  const x = xOf(axis, width);
  const y = height / 2;
  const color = colorOf(row.look);
  return svg`${ground(axis, x, height)}${rowMark(row, axis, x, { y, width, color })}`;
}

function rowMark(
  row: IntervalRow,
  axis: IntervalAxis,
  x: Scale,
  { y, width, color }: { y: number; width: number; color: string },
) {
  switch (rowKind(row, axis)) {
    case 'control':
      return markOf(row.look, x(0), y, 5.5);
    case 'value':
      // A reading without an interval is a place, not a finding: hollow.
      return markOf(row.look, x(row.difference!), y, 5, true);
    case 'interval': {
      const [from, to] = row.interval!;
      const [low, high] = [Math.max(from, axis.low), Math.min(to, axis.high)];
      return svg`<path d="M${x(low)} ${y}H${x(high)}${low === from ? `M${x(low)} ${y - 5}v10` : ''}${high === to ? `M${x(high)} ${y - 5}v10` : ''}" fill="none" stroke=${color} stroke-width="2"/>${markOf(row.look, x(row.difference!), y, 5.5)}`;
    }
    case 'off': {
      const isRight = row.difference! > 0;
      const [tip, way] = isRight ? [width - SIDE, 1] : [SIDE, -1];
      return svg`<path d="M${tip - 18 * way} ${y}H${tip}m${-6 * way} -5l${6 * way} 5l${-6 * way} 5" fill="none" stroke=${color} stroke-width="2"/><text class="halo" x=${tip - 24 * way} y=${y + 4} text-anchor=${isRight ? 'end' : 'start'}>${msg('off the scale')}</text>`;
    }
    case 'none':
      return nothing;
  }
}

/** Ticks under "fewer bits" and "more bits", which meet at zero; 32 px high. */
export function axisPlot(axis: IntervalAxis, width: number): SVGTemplateResult {
  const x = xOf(axis, width);
  const every = Math.max(1, Math.ceil(52 / (x(axis.step) - x(0))));
  const digits = digitsOf(axis.step);
  const ticks = linearTicks(axis.low, axis.high, (axis.high - axis.low) / axis.step).filter(
    (tick) => Math.round(tick / axis.step) % every === 0,
  );
  const [before, after] = [x(0) - 8, width - x(0) - 8];
  return svg`<text x=${x(0) - 8} y="11" text-anchor="end">${before > 76 ? msg('fewer bits') : before > 40 ? msg('fewer') : ''}</text><text x=${x(0) + 8} y="11">${after > 76 ? msg('more bits') : msg('more')}</text>${ticks.map(
    (tick) => svg`<text x=${x(tick)} y="26" text-anchor="middle">${tick === 0 ? '0' : signed(tick, digits)}</text>`,
  )}`;
}

export const differenceText = (row: IntervalRow): string =>
  row.role === 'control' ? '0' : row.difference === null ? '–' : signed(row.difference, 2);

export function intervalText(row: IntervalRow): string {
  if (row.role === 'control') return msg('the control');
  if (row.role === 'base') return msg('no text read');
  if (row.bitsPerByte === null) return msg('not scored yet');
  return row.interval
    ? unbroken(msg(str`${signed(row.interval[0], 2)} to ${signed(row.interval[1], 2)}`))
    : msg('no interval');
}

export const intervalsTable = (rows: readonly IntervalRow[], margin: number | null): Table => ({
  columns: ['arm', 'role', 'difference', 'interval_low', 'interval_high', 'bits_per_byte', 'fewer_tokens', 'margin'],
  rows: rows.map((row) => [
    row.key,
    row.role,
    // The untouched base has a reading; a difference to it is nobody's finding.
    row.role === 'control' ? 0 : row.role === 'base' ? null : row.difference,
    row.role === 'base' ? null : row.interval?.[0],
    row.role === 'base' ? null : row.interval?.[1],
    row.bitsPerByte,
    row.fewerTokens,
    margin,
  ]),
});
