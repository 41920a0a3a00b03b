/** Span advantage of every new token against its exposures, on a log axis with a place for none; the running median and its crossing. */
import { msg, str } from '@lit/localize';
import { nothing, svg, type SVGTemplateResult } from 'lit';
import type { EvidenceSummary, TokenEvidence } from '../../worker/index';
import { count, fixed, signed } from '../format';
import type { Table } from './csv';
import { digitsOf, linear, linearTicks, pathOf, type Point } from './scales';

export interface AdvantageInput {
  readonly tokens: readonly TokenEvidence[];
  readonly summary: Pick<EvidenceSummary, 'crossing' | 'runningMedian'>;
  readonly chosen: number | null;
}

export interface AdvantageDrawing {
  readonly height: number;
  readonly content: SVGTemplateResult;
  /** Dots by token id. */
  readonly places: ReadonlyMap<number, Point>;
}

const LEFT = 40;
const TOP = 14;
const FOOT = 40;
/** Room that the crossing's words take. */
const LABEL = 230;

/** Tokens that have both figures. */
export const dotsOf = (tokens: readonly TokenEvidence[]) =>
  tokens.flatMap(({ id, text, exposures, measured }) => {
    const advantage = measured?.advantage ?? null;
    return exposures === null || advantage === null ? [] : [{ id, text, exposures, advantage }];
  });

export function drawAdvantage({ tokens, summary, chosen }: AdvantageInput, width: number): AdvantageDrawing {
  const dots = dotsOf(tokens);
  const isNarrow = width < 560;
  const height = isNarrow ? 300 : 360;
  const [right, bottom] = [width - 12, height - FOOT];
  const most = Math.max(10, ...dots.map(({ exposures }) => exposures));
  // The axis is ln(1 + exposures), as the lab's.
  const along = linear(0, Math.log1p(most * 1.15), LEFT + 14, right);
  const x = (exposures: number) => along(Math.log1p(exposures));
  const advantages = dots.map(({ advantage }) => advantage);
  const [least, largest] = [Math.min(-0.5, ...advantages), Math.max(0.5, ...advantages)];
  const room = (largest - least) * 0.08;
  const y = linear(least - room, largest + room, bottom, TOP);
  const ticks = linearTicks(least - room, largest + room, 6);
  const digits = digitsOf(ticks.length > 1 ? ticks[1]! - ticks[0]! : 1);
  const exposures = [0, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000, 1_000_000].filter((tick) => tick <= most);
  const { crossing } = summary;
  const crossed = crossing.kind === 'at' ? crossing.exposures : null;
  const at = crossed === null ? null : x(crossed);
  const places = new Map(dots.map((dot): [number, Point] => [dot.id, [x(dot.exposures), y(dot.advantage)]]));
  const median = pathOf(summary.runningMedian.map((point): Point => [x(point.exposures), y(point.advantage)]));
  const ringed = chosen === null ? undefined : places.get(chosen);
  const isLeft = at !== null && at + (isNarrow ? 60 : LABEL) > right;
  return {
    height,
    places,
    content: svg`${ticks.map(
      (tick) =>
        svg`<path class="g" d="M${LEFT} ${y(tick)}H${right}"/><text x=${LEFT - 8} y=${y(tick) + 4} text-anchor="end">${tick === 0 ? '0' : signed(tick, digits)}</text>`,
    )}<path d="M${LEFT} ${y(0)}H${right}" stroke="var(--ink-3)" stroke-width="1"/>
      ${exposures.map((tick) => svg`<text x=${x(tick)} y=${bottom + 17} text-anchor="middle">${count(tick)}</text>`)}
      <text x=${right} y=${bottom + 34} text-anchor="end">${msg('exposures in training, log scale')}</text>
      <text x=${LEFT + 6} y=${TOP + 4}>${msg('cheaper as one token')}</text>
      <text x=${right} y=${bottom - 6} text-anchor="end">${msg('cheaper as its old pieces')}</text>
      ${at === null ? nothing : svg`<path d="M${at} ${TOP}V${bottom}" stroke="var(--ink-3)" stroke-dasharray="2 3"/>`}
      ${dots.map((dot) => {
        const [cx, cy] = places.get(dot.id)!;
        return dot.advantage > 0
          ? svg`<circle cx=${cx} cy=${cy} r="3.2" fill="var(--accent)" fill-opacity=".62"/>`
          : svg`<circle cx=${cx} cy=${cy} r="3" fill="none" stroke="var(--arm-cont)" stroke-width="1.5"/>`;
      })}
      <path d=${median} fill="none" stroke="var(--surface)" stroke-width="5"/><path d=${median} fill="none" stroke="var(--ink)" stroke-width="2"/>
      ${
        at === null
          ? nothing
          : svg`<circle cx=${at} cy=${y(0)} r="5" fill="var(--surface)" stroke="var(--ink)" stroke-width="2"/><text class="halo strong" x=${at + (isLeft ? -10 : 10)} y=${bottom - 40} text-anchor=${isLeft ? 'end' : 'start'}>${isNarrow ? count(crossed!) : crossingWords(summary)}</text>`
      }
      ${ringed ? svg`<circle cx=${ringed[0]} cy=${ringed[1]} r="6" fill="none" stroke="var(--ink)" stroke-width="2"/>` : nothing}`,
  };
}

export function crossingWords({ crossing }: Pick<EvidenceSummary, 'crossing'>): string {
  return crossing.kind === 'at' ? msg(str`cheaper from ${count(crossing.exposures)} exposures on`) : '';
}

/** Its interval, or why there is no crossing. */
export function crossingNote({ crossing }: Pick<EvidenceSummary, 'crossing'>): string {
  if (crossing.kind === 'at') {
    const [low, high] = crossing.interval;
    const ends = [
      low === null ? msg('below what was seen') : count(low),
      high === null ? msg('above what was seen') : count(high),
    ];
    return msg(str`95\u00a0% interval of the crossing: ${ends[0]!} to ${ends[1]!}.`);
  }
  const why = {
    always: msg('The running median is above zero at all exposures that occur.'),
    never: msg('The running median does not stay above zero: for the tokens seen most often it is at or below zero.'),
    'too-few-tokens': msg('Too few tokens to tell from how many exposures on they are cheaper.'),
  };
  return why[crossing.kind];
}

export const advantageTable = ({ tokens }: Pick<AdvantageInput, 'tokens'>): Table => ({
  columns: [
    'id',
    'token',
    'exposures',
    'span_advantage_nats',
    'loss_nats',
    'rank',
    'probability',
    'leakage',
    'relative_norm',
  ],
  rows: tokens.map(({ id, text, exposures, measured, norm }) => [
    ...[id, text, exposures, measured?.advantage, measured?.loss, measured?.rank, measured?.probability],
    ...[measured?.leakage, norm.input],
  ]),
});

export const dotReading = ({ text, exposures, advantage }: ReturnType<typeof dotsOf>[number]): string =>
  msg(str`${text}: ${count(exposures)} exposures, ${(advantage >= 0 ? '+' : '') + fixed(advantage, 2)} nats`);
