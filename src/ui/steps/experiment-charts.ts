/** The experiment as a whole: the grid of arms and seeds, and all curves over the text they have read. */
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import '../charts/arm-grid';
import '../charts/curves';
import '../charts/save-chart';
import { LabElement } from '../element';
import { panel } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import { curveArms, gridRows, references } from './experiment-arms';

/** Milliseconds between two drawings while it runs. */
const drawEvery = 250;

@customElement('tg-experiment-charts')
export class ExperimentCharts extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab', 'run'];
  private drawnAt = 0;
  private timer = 0;

  override disconnectedCallback(): void {
    clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  protected override labChanged(topic: Topic): void {
    const wait = this.drawnAt + drawEvery - performance.now();
    if (topic === 'lab' || wait <= 0) return this.requestUpdate();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.requestUpdate(), wait);
  }

  override render() {
    const view = this.lab.experiment;
    if (!view) return nothing;
    this.drawnAt = performance.now();
    return html`${panel({
      heading: msg('Arms'),
      name: 'arms-grid',
      fill: 'bare',
      body: html`<tg-arm-grid .rows=${gridRows(view)} .seeds=${[...view.spec.seeds]}></tg-arm-grid>`,
    })}
    ${panel({
      heading: msg('Bits per byte, held out'),
      name: 'curves',
      end: html`<tg-save-chart></tg-save-chart>`,
      body: html`<tg-curves
        .arms=${curveArms(view)}
        .references=${references(view.report)}
        .budget=${view.spec.budget.bytes ?? 0}
      ></tg-curves>`,
    })}`;
  }
}
