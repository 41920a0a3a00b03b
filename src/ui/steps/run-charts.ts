/**
 * The health of one run: loss per token on a log axis, speed, rate and gradient. Loss per token is never compared across
 * vocabularies; bits per byte of all arms are drawn together elsewhere.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import '../charts/save-chart';
import type { RunKey } from '../../worker/index';
import { LabElement } from '../element';
import { fixed } from '../format';
import '../parts/chart';
import type { Mark, Series } from '../parts/chart';
import type { Column } from '../parts/chart-data';
import { panel } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import type { RunView } from '../state/run-view';
import { runName } from '../wording/arms';
import './run-log';
import './run-tokens';

@customElement('tg-run-charts')
export class RunCharts extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab', 'run'];
  private drawn = '';

  /** The frame only: the charts inside draw themselves. */
  protected override labChanged(topic: Topic): void {
    if (topic === 'lab' || this.drawn !== this.asDrawn) this.requestUpdate();
  }

  private get asDrawn(): string {
    return JSON.stringify([this.lab.desk.shown, this.begun.length]);
  }

  /** Runs with records, in the order they began. */
  private get begun(): readonly RunKey[] {
    const view = this.lab.experiment;
    return view ? view.trainings.filter((cell) => view.run(cell)) : [];
  }

  override render() {
    this.drawn = this.asDrawn;
    const tokens = this.lab.run?.tokens?.tokens.length;
    return html`<div class="cols two">
        <div class="stack">
          ${panel({
            heading: msg('Loss per token'),
            note: msg('a health signal, never compared across vocabularies'),
            end: html`${this.choice()}${save()}`,
            name: 'chart-loss',
            body: html`<tg-run-chart .kind=${'loss'}></tg-run-chart>`,
          })}
          ${panel({ heading: msg('Learning rate'), end: save(), body: html`<tg-run-chart .kind=${'rate'}></tg-run-chart>` })}
        </div>
        <div class="stack">
          ${panel({ heading: msg('Tokens per second'), end: save(), body: html`<tg-run-chart .kind=${'speed'}></tg-run-chart>` })}
          ${panel({ heading: msg('Gradient norm'), end: save(), body: html`<tg-run-chart .kind=${'gradient'}></tg-run-chart>` })}
          <tg-run-log></tg-run-log>
        </div>
      </div>
      ${tokens ? html`<tg-run-tokens></tg-run-tokens>` : nothing}`;
  }

  /** Which run is looked at; by itself the one under way. */
  private choice() {
    const { desk } = this.lab;
    const { begun } = this;
    if (begun.length < 2) return nothing;
    const { looked, isActive } = desk;
    const isAt = ({ arm, seed }: RunKey, key: RunKey | null) => key?.arm === arm && key.seed === seed;
    const shown = isActive ? looked : desk.shown;
    return html`<span class="field"
      ><select
        aria-label=${msg('Run to look at')}
        data-setting="looked"
        @change=${(event: Event) => {
          const { value } = event.target as HTMLSelectElement;
          desk.look(value === '' ? null : begun[Number(value)]!);
        }}
      >
        ${isActive ? html`<option value="" ?selected=${looked === null}>${msg('under way')}</option>` : nothing}
        ${begun.map((key, at) => html`<option value=${at} ?selected=${isAt(key, shown)}>${runName(key)}</option>`)}
      </select></span
    >`;
  }
}

const save = () => html`<tg-save-chart compact></tg-save-chart>`;

type Kind = 'loss' | 'rate' | 'gradient' | 'speed';

interface Drawing {
  readonly label: string;
  readonly series: readonly Series[];
  readonly x: readonly number[];
  readonly ys: readonly Column[];
  readonly marks?: readonly Mark[];
  readonly log?: boolean;
  readonly digits: number;
  readonly height: number;
}

/** One chart, redrawn by itself and in its turn; at most four times a second. */
@customElement('tg-run-chart')
export class RunChart extends LabElement {
  kind: Kind = 'loss';
  protected override readonly topics: readonly Topic[] = ['lab', 'run'];
  private drawnAt = 0;
  private timer = 0;

  override disconnectedCallback(): void {
    clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  protected override labChanged(topic: Topic): void {
    if (topic === 'lab') return this.requestUpdate();
    const wait = this.drawnAt + 250 - performance.now();
    if (wait <= 0) return this.requestUpdate();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.requestUpdate(), wait);
  }

  override render() {
    const { run } = this.lab;
    if (!run) return nothing;
    this.drawnAt = performance.now();
    const drawing = drawings[this.kind](run);
    return html`<tg-chart
      .label=${drawing.label}
      .series=${drawing.series}
      .x=${drawing.x.slice()}
      .ys=${drawing.ys}
      .marks=${drawing.marks ?? []}
      .digits=${drawing.digits}
      .height=${drawing.height}
      .xMax=${run.status.steps}
      ?log=${drawing.log}
    ></tg-chart>`;
  }
}

const small = (label: string, x: readonly number[], y: Column, digits: number): Drawing => ({
  label,
  series: [{ label, role: '--ink-2' }],
  x,
  ys: [y],
  digits,
  height: 132,
});

const drawings: Record<Kind, (run: RunView) => Drawing> = {
  loss: (run) => ({
    label: msg(str`Loss per token: all ${last(run.loss)}, new-token targets ${last(run.newTokenLoss)}`),
    series: [
      { label: msg('All targets'), role: '--ink' },
      { label: msg('New-token targets'), role: '--accent' },
      { label: msg('Old-token targets'), role: '--arm-base', dash: [6, 3] },
      { label: msg('Just after a new token'), role: '--arm-cont', dash: [2, 3] },
    ],
    x: run.steps,
    ys: [run.loss, run.newTokenLoss, run.oldTokenLoss, run.afterNewTokenLoss],
    log: true,
    digits: 2,
    height: 256,
  }),
  rate: (run) => small(msg('Learning rate'), run.steps, run.learningRate, 5),
  gradient: (run) => small(msg('Gradient norm'), run.steps, run.gradientNorm, 3),
  speed: (run) => small(msg('Tokens per second'), run.steps, run.tokensPerSecond, 0),
};

function last(column: Column): string {
  const value = column.findLast((each) => each !== null);
  return value === null || value === undefined ? '–' : fixed(value, 2);
}
