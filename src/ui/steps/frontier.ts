/**
 * How far to go: bytes per token and the exposure of the rarest tenth against vocabulary size, two panels on one log axis.
 * Drag anywhere on the plot; the slider does the same by keyboard. The chosen size is what Vocabulary builds.
 */
import { msg, str } from '@lit/localize';
import { html, nothing, svg } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Diagnosis } from '../../worker/index';
import type { Figure } from '../charts/chart-saving';
import '../charts/save-chart';
import { niceStep } from '../charts/scales';
import { LabElement } from '../element';
import { count, fileSize, fixed, measured, parameterCount, percent, withUnit } from '../format';
import { number } from '../parts/number';
import { facts, panel, status, type Content, type StatusKind } from '../parts/panel';
import { valueOf } from '../state/slot';
import { signalOf } from '../wording/verdicts';
import { breakEven, exposureAt, lengthAt, roundSize, type Frontier } from './frontier-data';

const LEFT = 44;
const RIGHT = 20;
const TOP = 26;
const UPPER = 132;
const GAP = 34;
const LOWER = 116;
const BOTTOM = TOP + UPPER + GAP + LOWER;

interface View {
  readonly diagnosis: Diagnosis;
  readonly frontier: Frontier;
  /** Logarithms to base 2 of the least, largest and chosen size. */
  readonly low: number;
  readonly high: number;
  readonly chosen: number;
}

@customElement('tg-frontier')
export class FrontierElement extends LabElement {
  @state() private width = 760;
  private dragging = false;
  private readonly resize = new ResizeObserver(([entry]) => {
    const width = Math.round(entry!.contentRect.width);
    if (width > 40) this.width = width;
  });

  override disconnectedCallback(): void {
    this.resize.disconnect();
    super.disconnectedCallback();
  }

  protected override firstUpdated(): void {
    const box = this.querySelector('.chart');
    if (box) this.resize.observe(box);
  }

  override render() {
    const diagnosis = valueOf(this.lab.slots.diagnosis);
    if (!diagnosis) return nothing;
    const points = diagnosis.frontier.filter((point) => point.newTokens > 0);
    if (points.length < 2) return nothing;
    const frontier: Frontier = { base: diagnosis.frontier[0]!.bytesPerToken, points };
    const low = Math.log2(points[0]!.newTokens);
    const high = Math.log2(points.at(-1)!.newTokens);
    const chosen = Math.log2(Math.max(points[0]!.newTokens, this.lab.newTokens));
    const view: View = { diagnosis, frontier, low, high, chosen };
    const locked = this.lab.isTraining;
    return panel({
      heading: msg('How far to go'),
      note: msg('Drag the line: a larger vocabulary shortens the text, and each new token is seen less often'),
      name: 'frontier',
      end: html`<tg-save-chart .figure=${(width: number) => figure(view, width)}></tg-save-chart>`,
      body: html`<div class="frontier">
        <div>
          <div class="chart">${this.plot(view)}</div>
          <input
            type="range"
            min=${low}
            max=${high}
            step="any"
            .value=${String(chosen)}
            ?disabled=${locked}
            aria-label=${msg('New tokens')}
            aria-valuetext=${msg(str`${count(this.lab.newTokens)} new tokens`)}
            @input=${(event: Event) => this.choose(Number((event.target as HTMLInputElement).value))}
            @keydown=${(event: KeyboardEvent) => this.onKey(event, low, high, chosen)}
          />
        </div>
        ${this.reading(diagnosis, frontier)}
      </div>`,
    });
  }

  private choose(position: number): void {
    this.lab.chooseNewTokens(roundSize(2 ** position));
  }

  /** Arrow keys move by an eighth of a doubling; the platform's step would be a hundredth of the range. */
  private onKey(event: KeyboardEvent, low: number, high: number, chosen: number): void {
    const by = { ArrowRight: 0.125, ArrowUp: 0.125, ArrowLeft: -0.125, ArrowDown: -0.125, PageUp: 1, PageDown: -1 }[
      event.key
    ];
    if (by === undefined) return;
    event.preventDefault();
    let next = roundSize(2 ** Math.min(high, Math.max(low, chosen + by)));
    if (next === this.lab.newTokens) next += Math.sign(by);
    this.lab.chooseNewTokens(Math.min(2 ** high, Math.max(2 ** low, next)));
  }

  private plot({ low, high, ...view }: View) {
    const { width } = this;
    const { length, exposure } = reading(view);
    return html`<svg
      height=${BOTTOM + 22}
      role="img"
      aria-label=${msg(str`Bytes per token ${fixed(length, 2)} and exposure ${count(exposure)} at ${count(2 ** view.chosen)} new tokens`)}
      class="frontier-plot"
      @pointerdown=${(event: PointerEvent) => this.drag(event, low, high, true)}
      @pointermove=${(event: PointerEvent) => this.drag(event, low, high, false)}
      @pointerup=${() => (this.dragging = false)}
      @pointercancel=${() => (this.dragging = false)}
    >
      <rect width=${width} height=${BOTTOM + 22} fill="transparent" />
      ${drawing({ low, high, ...view }, width)}
    </svg>`;
  }

  private drag(event: PointerEvent, low: number, high: number, down: boolean): void {
    if (down) {
      this.dragging = true;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
    }
    if (!this.dragging) return;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    this.choose(low + Math.min(1, Math.max(0, share)) * (high - low));
  }

  private reading(diagnosis: Diagnosis, frontier: Frontier) {
    const chosen = this.lab.newTokens;
    const model = valueOf(this.lab.slots.model);
    const corpus = valueOf(this.lab.slots.corpus);
    const length = lengthAt(frontier, chosen);
    const exposure = exposureAt(frontier, chosen);
    const saved = 1 - frontier.base / length;
    const perToken = corpus ? corpus.trainBytes / chosen : Number.NaN;
    const grade = (value: number, name: 'compression' | 'exposure' | 'budget'): StatusKind => {
      const [first = 0, second = first] = signalOf(diagnosis, name)?.thresholds ?? [];
      const [floor, good] = name === 'exposure' ? [first, second] : [0, first];
      return value >= good ? 'good' : value >= floor ? 'warn' : 'bad';
    };
    const graded = (kind: StatusKind, value: Content) =>
      html`<span class="dot-before">${status(kind, html`<span class="sr">${gradeWord(kind)}</span>`)}</span>${value}`;
    const grows = !this.lab.takesOldRows;
    const goal = model && grows ? breakEven(model, chosen) : null;
    const added = model && grows ? chosen * model.hiddenSize * (model.tied ? 1 : 2) : 0;
    return html`<div class="read">
      <div>
        <span class="note">${msg('New tokens')}</span>
        <div class="big" data-chosen=${chosen}>${count(chosen)}</div>
      </div>
      ${facts([
        [msg('Bytes per token'), fixed(length, 2)],
        [msg('Shorter by'), graded(grade(saved, 'compression'), withUnit(fixed(saved * 100, 1), '%'))],
        [msg('Exposure P10'), graded(grade(exposure, 'exposure'), count(exposure))],
        [msg('Text a token'), graded(grade(perToken, 'budget'), measured(fileSize(perToken)))],
        [msg('New parameters'), measured(parameterCount(added))],
        ...(goal === null
          ? []
          : [
              [
                msg('Break-even g*'),
                number(withUnit(fixed(goal * 100, 1), '%'), () => ({
                  name: msg(str`Break-even g*: ${percent(goal)}`),
                  formula: msg('k d ÷ (N + (V + k) d)'),
                  meaning: msg('The shortening at which the larger vocabulary makes up for its own arithmetic.'),
                })),
              ] as const,
            ]),
      ])}
    </div>`;
  }
}

function gradeWord(kind: StatusKind): string {
  return kind === 'good' ? msg('good') : kind === 'warn' ? msg('watch') : msg('poor');
}

function drawing({ diagnosis, frontier, low, high, chosen }: View, width: number) {
  const ceiling = diagnosis.bytesPerPreToken;
  const x = (position: number) => LEFT + ((position - low) / (high - low)) * (width - LEFT - RIGHT);
  const lengths = frontier.points.map((point) => point.bytesPerToken);
  const showCeiling = ceiling > 0 && ceiling < Math.max(...lengths) * 2;
  const top = Math.max(...lengths, showCeiling ? ceiling : 0);
  const steps = niceStep((top - frontier.base) / 4);
  const y1Low = Math.floor((frontier.base - steps * 0.15) / steps) * steps;
  const y1High = Math.ceil((top + steps * 0.1) / steps) * steps;
  const y1 = (value: number) => TOP + ((y1High - value) / (y1High - y1Low)) * UPPER;
  const exposures = frontier.points.map((point) => Math.max(1, point.exposureP10));
  const e0 = Math.log10(Math.min(30, ...exposures));
  const e1 = Math.log10(Math.max(2000, ...exposures) * 1.4);
  const y2 = (value: number) => TOP + UPPER + GAP + ((e1 - Math.log10(Math.max(1, value))) / (e1 - e0)) * LOWER;
  const line = (values: [number, number][]) =>
    `M${values.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join('L')}`;
  const ticks = Array.from({ length: Math.round((y1High - y1Low) / steps) + 1 }, (_, at) => y1Low + at * steps);
  const decades = [10, 100, 1000, 10_000, 100_000, 1_000_000].filter((v) => Math.log10(v) >= e0 && Math.log10(v) <= e1);
  const sizes = Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, at) => Math.ceil(low) + at);
  const right = width - RIGHT;
  const dense = width > 480;
  const { length, exposure } = reading({ frontier, chosen });
  return svg`${ticks.map((v) => svg`<path class="g" d="M${LEFT} ${y1(v)}H${right}"/><text x=${LEFT - 8} y=${y1(v) + 4} text-anchor="end">${fixed(v, steps < 0.1 ? 2 : 1)}</text>`)}
      ${
        showCeiling
          ? svg`<path d="M${LEFT} ${y1(ceiling)}H${right}" stroke="var(--ink-3)" stroke-dasharray="2 3"/><text class="halo" x=${LEFT + 6} y=${y1(ceiling) + 13}>${msg(str`ceiling ${fixed(ceiling, 2)}`)}</text>`
          : ''
      }
      ${svg`<path d="M${LEFT} ${y1(frontier.base)}H${right}" stroke="var(--arm-base)" stroke-dasharray="5 3"/><text class="halo" x=${right - 4} y=${y1(frontier.base) - 5} text-anchor="end">${msg(str`base ${fixed(frontier.base, 2)}`)}</text>
      <path d=${line(frontier.points.map((p) => [x(Math.log2(p.newTokens)), y1(p.bytesPerToken)]))} fill="none" stroke="var(--accent)" stroke-width="2"/>
      <text class="lab" x=${LEFT - 34} y="10">${msg('Bytes per token')}</text>
      <text class="lab" x=${LEFT - 34} y=${TOP + UPPER + GAP - 12}>${msg('Exposure of the rarest tenth (P10)')}</text>`}
      ${decades.map((v) => svg`<path class="g" d="M${LEFT} ${y2(v)}H${right}"/><text x=${LEFT - 8} y=${y2(v) + 4} text-anchor="end">${v >= 1000 ? `${v / 1000}k` : v}</text>`)}
      ${svg`<rect x=${LEFT} y=${y2(100)} width=${right - LEFT} height=${Math.max(0, BOTTOM - y2(100))} fill="var(--bad)" opacity=".08"/>
      <text class="halo bad-text" x=${LEFT + 6} y=${Math.min(BOTTOM - 6, y2(100) + 14)}>${msg('too rare to learn')}</text>
      <text class="halo" x=${right - 4} y=${y2(1000) - 4} text-anchor="end">${msg('good from 1,000')}</text>
      <path d=${line(frontier.points.map((p) => [x(Math.log2(p.newTokens)), Math.min(BOTTOM, y2(p.exposureP10))]))} fill="none" stroke="var(--ink-2)" stroke-width="2"/>
      <path class="ax" d="M${LEFT} ${BOTTOM}H${right}"/>`}
      ${sizes.filter((v) => dense || (v - sizes[0]!) % 2 === 0).map((v) => svg`<text x=${x(v)} y=${BOTTOM + 15} text-anchor="middle">${count(2 ** v)}</text>`)}
      ${svg`<path d="M${x(chosen)} ${TOP - 6}V${BOTTOM}" stroke="var(--accent)"/>
      <circle cx=${x(chosen)} cy=${y1(length)} r="5.5" fill="var(--accent)" stroke="var(--surface)" stroke-width="2"/>
      <circle cx=${x(chosen)} cy=${Math.min(BOTTOM, y2(exposure))} r="5.5" fill="var(--ink-2)" stroke="var(--surface)" stroke-width="2"/>`}
`;
}

const reading = ({ frontier, chosen }: Pick<View, 'frontier' | 'chosen'>) => ({
  length: lengthAt(frontier, 2 ** chosen),
  exposure: exposureAt(frontier, 2 ** chosen),
});

const figure = (view: View, width: number): Figure => ({
  width,
  height: BOTTOM + 22,
  content: drawing(view, width),
  table: {
    columns: ['new_tokens', 'bytes_per_token', 'exposure_p10'],
    rows: [
      [0, view.frontier.base, null],
      ...view.frontier.points.map((point) => [point.newTokens, point.bytesPerToken, point.exposureP10]),
    ],
  },
});
