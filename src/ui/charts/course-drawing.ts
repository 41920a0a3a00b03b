/** Span advantage against training text read: a thin line a token, the strong one their median, one in the accent that is chosen. */
import { msg, str } from '@lit/localize';
import { nothing, svg, type SVGTemplateResult } from 'lit';
import type { AdvantageCourse, TokenEvidence } from '../../worker/index';
import { count, fileSize, fixed, plain, signed } from '../format';
import type { Table } from './csv';
import { textUnit } from './curves-drawing';
import { digitsOf, linear, linearTicks, pathOf, type Point } from './scales';

export interface CourseInput {
  readonly course: AdvantageCourse;
  readonly tokens: readonly Pick<TokenEvidence, 'id' | 'text' | 'course'>[];
  readonly chosen: number | null;
}

const LEFT = 40;
const TOP = 14;
const FOOT = 40;
/** Of all values, so that a few wild ones do not flatten the rest; lines run out of the frame there. */
const SHOWN = 0.96;

export function drawCourse(
  { course, tokens, chosen }: CourseInput,
  width: number,
): { readonly height: number; readonly content: SVGTemplateResult } {
  const height = width < 560 ? 240 : 280;
  const [right, bottom] = [width - 12, height - FOOT];
  const lines = tokens.flatMap((token) => (token.course ? [{ ...token, course: token.course }] : []));
  const ringed = lines.find(({ id }) => id === chosen);
  const values = lines.flatMap((line) => line.course).sort((a, b) => a - b);
  const cut = Math.floor((values.length * (1 - SHOWN)) / 2);
  const whole = [...course.median, ...(ringed?.course ?? [])];
  const low = Math.min(-0.5, values[cut]!, ...whole);
  const high = Math.max(0.5, values[values.length - 1 - cut]!, ...whole);
  const room = (high - low) * 0.06;
  const most = course.bytes.at(-1)!;
  const unit = textUnit(most);
  const x = linear(0, most, LEFT + 8, right);
  const y = linear(low - room, high + room, bottom, TOP);
  const ticks = linearTicks(low - room, high + room, 6);
  const digits = digitsOf(ticks.length > 1 ? ticks[1]! - ticks[0]! : 1);
  const sizes = linearTicks(0, most / unit.bytes, width < 560 ? 4 : 8);
  const sizeDigits = digitsOf(sizes.length > 1 ? sizes[1]! - sizes[0]! : 1);
  const pathAlong = (line: readonly number[]) =>
    pathOf(line.map((value, point): Point => [x(course.bytes[point]!), Math.min(bottom, Math.max(TOP, y(value)))]));
  const { from } = course;
  // So that many lines show where they are dense.
  const faint = Math.min(0.3, Math.max(0.05, 12 / lines.length)).toFixed(2);
  return {
    height,
    content: svg`${ticks.map(
      (tick) =>
        svg`<path class="g" d="M${LEFT} ${y(tick)}H${right}"/><text x=${LEFT - 8} y=${y(tick) + 4} text-anchor="end">${tick === 0 ? '0' : signed(tick, digits)}</text>`,
    )}<path d="M${LEFT} ${y(0)}H${right}" stroke="var(--ink-3)" stroke-width="1"/>
      ${sizes.map((tick) => svg`<text x=${x(tick * unit.bytes)} y=${bottom + 17} text-anchor="middle">${fixed(tick, sizeDigits)}</text>`)}
      <text x=${right} y=${bottom + 34} text-anchor="end">${unit.axis}</text>
      ${lines.map((line) => svg`<path d=${pathAlong(line.course)} fill="none" stroke="var(--accent)" stroke-width="1" opacity=${faint}/>`)}
      ${from === null ? nothing : svg`<path d="M${x(from)} ${TOP}V${bottom}" stroke="var(--ink-3)" stroke-dasharray="2 3"/>`}
      <path d=${pathAlong(course.median)} fill="none" stroke="var(--surface)" stroke-width="5"/><path d=${pathAlong(course.median)} fill="none" stroke="var(--ink)" stroke-width="2"/>
      ${ringed ? svg`<path d=${pathAlong(ringed.course)} fill="none" stroke="var(--accent)" stroke-width="2.5"/>` : nothing}
      <text class="halo" x=${LEFT + 14} y=${TOP + 4}>${msg('cheaper as one token')}</text>
      <text class="halo" x=${right} y=${bottom - 6} text-anchor="end">${msg('cheaper as its old pieces')}</text>`,
  };
}

/** From when on, or how it ends. */
export function courseNote({ median, cheaper, priced, from }: AdvantageCourse): string {
  const ends = msg(
    str`At the end ${count(cheaper.at(-1)!)} of the ${count(priced)} tokens that occur there are cheaper, before training ${count(cheaper[0]!)}.`,
  );
  if (from !== null) return `${msg(str`Their median is above zero from ${plain(fileSize(from))} of text on.`)} ${ends}`;
  return median.at(-1)! > 0
    ? `${msg('Their median is above zero all the time.')} ${ends}`
    : `${msg('Their median is not above zero at the end.')} ${ends}`;
}

export const courseTable = ({ course, tokens }: Pick<CourseInput, 'course' | 'tokens'>): Table => ({
  columns: ['id', 'token', ...course.bytes.map((bytes) => `nats_after_${Math.round(bytes)}_bytes`)],
  rows: [
    ['', 'median', ...course.median],
    ...tokens.flatMap(({ id, text, course: own }) => (own ? [[id, text, ...own]] : [])),
  ],
});
