/** The drawing of held-out curves: log bits per byte against text read, references at the right edge, no smoothing. */
import { msg, str } from '@lit/localize';
import { nothing, svg, type SVGTemplateResult } from 'lit';
import { count, fixed, joinSentences } from '../format';
import { shape } from '../parts/marks';
import { armLook, colorOf, markOf } from './arm-look';
import {
  leadingLine,
  referencesOf,
  valueAt,
  type ArmCurves,
  type CurveArm,
  type CurvePoint,
  type CurveReference,
} from './curves-data';
import {
  digitsOf,
  linear,
  linearTicks,
  logarithmic,
  logTicks,
  pathOf,
  pushApart,
  shortened,
  textWidth,
  thinned,
  type Point,
  type Scale,
} from './scales';

const LEFT = 36;
const TOP = 14;
const BELOW = 40;
const LABEL_GAP = 16;
/** Under this width labels of references go inside the plot, and arms are named in the legend alone. */
export const NARROW = 620;

export interface CurvesDrawing {
  readonly height: number;
  readonly content: SVGTemplateResult;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: Scale;
  readonly y: Scale;
}

export interface CurvesInput {
  readonly arms: readonly CurveArm[];
  readonly curves: readonly ArmCurves[];
  readonly references: readonly CurveReference[];
  /** Bytes of training text for each arm: where the axis ends; 0 while nobody knows. */
  readonly budget: number;
}

/** kB, or MB where kB would need five digits. */
export const textUnit = (budget: number): { readonly bytes: number; readonly axis: string; readonly name: string } =>
  budget >= 1e7
    ? { bytes: 1e6, axis: msg('MB of training text read'), name: 'MB' }
    : { bytes: 1e3, axis: msg('kB of training text read'), name: 'kB' };

const digits = (value: number) => (value < 0.995 ? 3 : 2);
export const bits = (value: number): string => fixed(value, digits(value));

/** Where readings of trained arms come to stand: from one bit to a little over a uniform guess. */
const UNREAD = [1, 10] as const;

/**
 * Every finite reading and reference inside; a diverging seed may widen the axis, but not without end. Before an arm has
 * read anything the axis is wide enough for most of them, so that it stays when they come.
 */
export function bitsRange(curves: readonly ArmCurves[], references: readonly CurveReference[]): [number, number] {
  const sound = [
    ...curves.flatMap(({ band, mean, thin }) => [
      ...band.flatMap(({ low, high }) => [low, high]),
      ...mean.map(({ bitsPerByte }) => bitsPerByte),
      ...thin.flatMap(({ points }) => points.map(({ bitsPerByte }) => bitsPerByte)),
    ]),
    ...references.map(({ bitsPerByte }) => bitsPerByte),
  ];
  const isUnread = curves.every(({ mean, thin, lost }) => {
    const lines = [mean, ...thin.map(({ points }) => points)];
    return lost.length === 0 && lines.every((line) => (line.at(-1)?.bytes ?? 0) === 0);
  });
  if (isUnread) sound.push(...UNREAD);
  const low = sound.reduce((least, value) => Math.min(least, value), Infinity);
  const high = sound.reduce((most, value) => Math.max(most, value), 0);
  const lost = curves.flatMap(({ lost }) => lost.flatMap(({ points }) => points.map(({ bitsPerByte }) => bitsPerByte)));
  const highest = lost.reduce((most, value) => Math.max(most, Math.min(value, high * 2)), high);
  const room = Math.max(0.02, Math.log(highest / low) * 0.06);
  return [low * Math.exp(-room), highest * Math.exp(room)];
}

export function drawCurves(
  { arms, curves, references, budget }: CurvesInput,
  width: number,
  face: string,
): CurvesDrawing {
  const narrow = width < NARROW;
  const lines = referencesOf(arms, references);
  const ends = curves.map((each) => ({ each, end: leadingLine(each).at(-1) })).filter(({ end }) => end !== undefined);
  const forLabels = (lines.length + ends.length + 1) * LABEL_GAP + TOP + BELOW;
  const height = narrow ? 320 : Math.max(width > 1100 ? 420 : 380, forLabels);
  const labelled = [
    ...lines.map(({ name, bitsPerByte }) => textWidth(`${name} ${bits(bitsPerByte)}`, 11, face) + 22),
    ...ends.map(({ each, end }) => textWidth(`${each.arm.name} ${bits(end!.bitsPerByte)}`, 12, face, 600) + 38),
  ];
  const margin = narrow ? 8 : Math.min(width * 0.4, Math.max(60, ...labelled) + 4);
  const right = width - margin;
  const bottom = height - BELOW;
  const [low, high] = bitsRange(curves, lines);
  const unit = textUnit(budget);
  const x = linear(0, budget || 1, LEFT, right);
  const y = logarithmic(low, high, bottom, TOP);
  const at = ({ bytes, bitsPerByte }: CurvePoint): Point => [x(bytes), y(bitsPerByte)];
  const xTicks = budget > 0 ? linearTicks(0, budget / unit.bytes, Math.min(8, (right - LEFT) / 56)) : [];
  const xDigits = xTicks.length > 1 ? digitsOf(xTicks[1]! - xTicks[0]!) : 0;

  const grid = svg`${logTicks(low, high, y, narrow ? 28 : 36).map(
    (tick) =>
      svg`<path class="g" d="M${LEFT} ${y(tick)}H${right}"/><text x=${LEFT - 8} y=${y(tick) + 4} text-anchor="end">${tick}</text>`,
  )}<path class="ax" d="M${LEFT} ${bottom}H${right}"/>${xTicks.map(
    (tick) =>
      svg`<text x=${x(tick * unit.bytes)} y=${bottom + 18} text-anchor="middle">${tick === 0 ? '0' : fixed(tick, xDigits)}</text>`,
  )}<text x=${right} y=${bottom + 34} text-anchor="end">${unit.axis}</text>`;
  const levels = lines.map(
    ({ bitsPerByte, isBase }) =>
      svg`<path d="M${LEFT} ${y(bitsPerByte)}H${right}" fill="none" stroke="var(--arm-base)" stroke-width="1.2" stroke-dasharray=${isBase ? '1.5 4' : '4 3'}/>`,
  );
  const bands = curves.map(({ arm, band }) => {
    if (band.length < 2) return nothing;
    const upper = thinned(band.map(({ bytes, high }): Point => [x(bytes), y(high)]));
    const lower = thinned(band.map(({ bytes, low }): Point => [x(bytes), y(low)]));
    return svg`<path d="${pathOf(upper)}${pathOf([...lower].reverse()).replace('M', 'L')}Z" fill=${colorOf(arm.look)} opacity=".17"/>`;
  });
  const drawn = curves.map((each) => armLines(each, at, x(budget) - LEFT, budget));
  const lost = curves.flatMap(({ lost }) => lost.map((seed) => lostLine(seed, at, { top: TOP, right, face })));
  const labels = narrow
    ? insideLabels(lines, y, linesInTheWay(curves, y, budget), { left: LEFT, right, top: TOP, bottom, face })
    : edgeLabels(lines, ends as readonly End[], y, { right, room: margin, bottom, face });
  return {
    height,
    content: svg`${grid}${levels}${bands}${drawn}${lost}${labels}`,
    left: LEFT,
    right,
    top: TOP,
    bottom,
    x,
    y,
  };
}

function armLines({ arm, mean, thin }: ArmCurves, at: (point: CurvePoint) => Point, span: number, budget: number) {
  const color = colorOf(arm.look);
  const dash = armLook(arm.look).dash.join(' ');
  const line = thinned(mean.map(at));
  return svg`${thin.map(({ points, finished }) => {
    const end = points.at(-1)!;
    const [endX, endY] = at(end);
    return svg`<path d=${pathOf(thinned(points.map(at)))} fill="none" stroke=${color} stroke-width="1.2" stroke-linejoin="round" stroke-dasharray=${mean.length > 0 ? '' : dash}/>${
      finished && end.bytes >= budget * 0.98 ? nothing : markOf(arm.look, endX, endY, 4.5, true)
    }`;
  })}<path d=${pathOf(line)} fill="none" stroke=${color} stroke-width="2" stroke-linejoin="round" stroke-dasharray=${dash}/>${markers(
    mean.map(at),
    span / 6,
  ).map(([x, y]) => markOf(arm.look, x, y, 3.8))}`;
}

/** Markers on readings, about `apart` pixels from one another, the last always. */
export function markers(points: readonly Point[], apart: number): Point[] {
  const kept: Point[] = [];
  const last = points.at(-1);
  for (const point of points) if (!kept.length || point[0] - kept.at(-1)![0] >= apart - 1) kept.push(point);
  if (last && kept.at(-1) !== last) {
    if (kept.length > 1 && last[0] - kept.at(-1)![0] < apart / 2) kept.pop();
    kept.push(last);
  }
  return kept;
}

interface Frame {
  readonly top?: number;
  readonly left?: number;
  readonly right: number;
  readonly bottom?: number;
  readonly face: string;
}

function lostLine(
  { seed, points }: ArmCurves['lost'][number],
  at: (point: CurvePoint) => Point,
  { top, right, face }: Frame,
) {
  const end = points.at(-1)!;
  const clipped = points.map(at).map(([x, y]): Point => [x, Math.max(top!, y)]);
  const [x, y] = clipped.at(-1)!;
  const text = msg(str`seed ${seed}, stopped at ${bits(end.bitsPerByte)}`);
  const fits = x + 14 + textWidth(text, 11, face) < right;
  return svg`<path d=${pathOf(thinned(clipped))} fill="none" stroke="var(--bad)" stroke-width="1.5" stroke-dasharray="4 2"/>${shape('diamond', 'var(--bad)', x, y, 5.5)}<text class="halo bad-text" x=${x + (fits ? 11 : -11)} y=${y + 12} text-anchor=${fits ? 'start' : 'end'}>${text}</text>`;
}

interface End {
  readonly each: ArmCurves;
  readonly end: CurvePoint;
}

type Line = ReturnType<typeof referencesOf>[number];

/** At the right edge, pushed apart, each tied to its line. Text is ink: the marker carries the colour. */
function edgeLabels(
  lines: readonly Line[],
  ends: readonly End[],
  y: Scale,
  { right, room, bottom, face }: Frame & { room: number },
) {
  const wanted = [...lines.map(({ bitsPerByte }) => y(bitsPerByte)), ...ends.map(({ end }) => y(end.bitsPerByte))];
  const placed = pushApart(wanted, LABEL_GAP, TOP + 2, bottom! - 2);
  return wanted.map((from, index) => {
    const to = placed[index]!;
    const line = lines[index];
    if (line) {
      const value = bits(line.bitsPerByte);
      const name = shortened(line.name, room - 26 - textWidth(value, 11, face), 11, face);
      return svg`<path d="M${right + 2} ${from.toFixed(1)}L${right + 12} ${to.toFixed(1)}" fill="none" stroke="var(--line-strong)"/><text x=${right + 16} y=${to + 4}>${name}<tspan class="value" dx="5">${value}</tspan></text>`;
    }
    const { each, end } = ends[index - lines.length]!;
    const value = bits(end.bitsPerByte);
    const name = shortened(each.arm.name, room - 38 - textWidth(value, 12, face, 600), 12, face, 600);
    return svg`<path d="M${right + 2} ${from.toFixed(1)}L${right + 12} ${to.toFixed(1)}" fill="none" stroke=${colorOf(each.arm.look)}/>${markOf(each.arm.look, right + 19, to, 4)}<text class="strong" x=${right + 28} y=${to + 4}>${name}<tspan dx="5">${value}</tspan></text>`;
  });
}

interface Spot {
  /** Baseline of a text. */
  readonly y: number;
  readonly isRight: boolean;
}

/** Where curves pass behind the ends of the plot, as places a text had better not take. */
function linesInTheWay(curves: readonly ArmCurves[], y: Scale, budget: number): Spot[] {
  const at = [0, 0.06, 0.12, 0.18, 0.7, 0.78, 0.86, 0.94, 1];
  const words = curves.flatMap(({ lost }) =>
    lost.map(({ points }) => ({ y: Math.max(TOP, y(points.at(-1)!.bitsPerByte)) + 12, isRight: true })),
  );
  return [
    ...words,
    ...curves.map(leadingLine).flatMap((line) =>
      at.flatMap((share) => {
        const value = valueAt(line, share * budget);
        return value === null ? [] : [{ y: y(value) + 4, isRight: share > 0.5 }];
      }),
    ),
  ];
}

/** On a phone: over the line at its right end; where it would meet a curve or a text, under it or at the left end. */
function insideLabels(
  lines: readonly Line[],
  y: Scale,
  curves: readonly Spot[],
  { left = 0, right, top = 0, bottom = 0, face }: Frame,
) {
  const taken: Spot[] = [];
  return [...lines]
    .sort((a, b) => b.bitsPerByte - a.bitsPerByte)
    .map((line) => {
      const at = y(line.bitsPerByte);
      const spots: Spot[] = [
        { y: at - 5, isRight: true },
        { y: at - 5, isRight: false },
        { y: at + 13, isRight: true },
        { y: at + 13, isRight: false },
      ];
      const isClear = (spot: Spot, others: readonly Spot[], apart: number) =>
        others.every((other) => other.isRight !== spot.isRight || Math.abs(other.y - spot.y) >= apart);
      const open = spots.filter((spot) => spot.y > top - 6 && spot.y < bottom + 2 && isClear(spot, taken, 13));
      const spot = open.find((each) => isClear(each, curves, 9)) ?? open[0] ?? spots[0]!;
      taken.push(spot);
      const text = `${shortened(line.name, (right - left) * 0.6, 11, face)} ${bits(line.bitsPerByte)}`;
      return svg`<text class="halo" x=${spot.isRight ? right - 2 : left + 4} y=${spot.y} text-anchor=${spot.isRight ? 'end' : 'start'}>${text}</text>`;
    });
}

/** How to read the lines that are there; and that a base worse than guessing is out of its domain. */
export function curvesNote(
  curves: readonly ArmCurves[],
  lines: readonly (CurveReference & { isBase: boolean })[],
): string {
  const seeds = Math.max(0, ...curves.map(({ arm }) => arm.seeds.length));
  const isOver = curves.length > 0 && curves.every(({ mean, thin }) => mean.length > 0 && thin.length === 0);
  const base = lines.find(({ isBase, bitsPerByte }) => isBase && bitsPerByte > 8);
  return joinSentences(
    seeds < 2
      ? ''
      : isOver
        ? msg(str`Lines: mean of ${seeds} seeds.`)
        : msg('Strong lines: mean of the seeds that every arm has finished. Thin lines: the others.'),
    curves.some(({ band }) => band.length > 1) ? msg('Bands: lowest to highest seed, not an interval.') : '',
    base
      ? msg(
          'The base lies above 8.00, worse than guessing: it is out of its domain, so any training looks like a gain.',
        )
      : '',
  );
}

/** What a reader of the picture would take from it. */
export const curvesSummary = (curves: readonly ArmCurves[], lines: readonly CurveReference[]): string =>
  [
    ...curves.flatMap((each) => {
      const end = leadingLine(each).at(-1);
      return end ? [msg(str`${each.arm.name} ${bits(end.bitsPerByte)} after ${count(end.bytes / 1000)} kB`)] : [];
    }),
    ...lines.map(({ name, bitsPerByte }) => `${name} ${bits(bitsPerByte)}`),
  ].join('; ');
