/**
 * The run as curves. Bits per byte shares a chart with the base because bytes are the same for every vocabulary; loss per
 * token is a health signal on its own log axis. Two quantities get two panels on one x axis, never two y axes.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import '../charts/save-chart';
import { LabElement } from '../element';
import { count, fixed } from '../format';
import '../parts/chart';
import type { Mark, Series } from '../parts/chart';
import type { Column } from '../parts/chart-data';
import { panel } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import type { RunView } from '../state/run-view';
import { bitsText } from '../wording/lostText';

@customElement('tg-run-charts')
export class RunCharts extends LabElement {
  override render() {
    return html`<div class="cols two">
        ${panel({
          heading: msg('Bits per byte, held out'),
          end: html`<span class="note"
              >${
                this.lab.run?.losesText
                  ? msg('none where text is lost')
                  : msg('lower is better; comparable across vocabularies')
              }</span
            >${save()}`,
          name: 'chart-bits',
          body: html`<tg-run-chart .kind=${'bits'}></tg-run-chart>`,
        })}
        ${panel({
          heading: msg('Loss per token'),
          end: html`<span class="note">${msg('a health signal, never compared across vocabularies')}</span>${save()}`,
          name: 'chart-loss',
          body: html`<tg-run-chart .kind=${'loss'}></tg-run-chart>`,
        })}
      </div>
      <div class="cols three">
        ${panel({ heading: msg('Learning rate'), end: save(), body: html`<tg-run-chart .kind=${'rate'}></tg-run-chart>` })}
        ${panel({ heading: msg('Gradient norm'), end: save(), body: html`<tg-run-chart .kind=${'gradient'}></tg-run-chart>` })}
        ${panel({ heading: msg('Tokens per second'), end: save(), body: html`<tg-run-chart .kind=${'speed'}></tg-run-chart>` })}
      </div>`;
  }
}

const save = () => html`<tg-save-chart compact></tg-save-chart>`;

type Kind = 'bits' | 'loss' | 'rate' | 'gradient' | 'speed';

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
  kind: Kind = 'bits';
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
  bits: (run) => {
    const base = run.baseBitsPerByte;
    const steps = run.evaluations.map((evaluation) => evaluation.step);
    const bits = run.evaluations.map((evaluation) => evaluation.bitsPerByte);
    const end = run.status.steps;
    // The base is a level across the plot; the graft ends where it has come to.
    const reaches = steps.at(-1) === end;
    const x = reaches ? steps : [...steps, end];
    const grafted: (number | null)[] = reaches ? bits : [...bits, null];
    const latest = bits.at(-1);
    const marks: Mark[] = [];
    if (base !== null) {
      marks.push({ x: end, y: base, text: msg(str`untouched base ${fixed(base, 3)}`), align: 'right' });
      if (run.crossing !== null)
        marks.push({
          x: run.crossing,
          y: base,
          dot: true,
          text: msg(str`crosses at ${count(run.crossing)}`),
          below: true,
        });
    }
    return {
      label: msg(str`Held-out bits per byte: graft ${bitsText(latest ?? null)}, base ${bitsText(base)}`),
      series: [
        { label: msg('Grafted'), role: '--arm-graft', width: 2, points: true },
        { label: msg('Untouched base'), role: '--arm-base', dash: [2, 3], width: 1.5 },
      ],
      x,
      ys: [grafted, x.map(() => base)],
      marks,
      digits: 3,
      height: 256,
    };
  },
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
