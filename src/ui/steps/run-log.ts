/** Samples written from the weights as they are, and the events of the run. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { LabElement } from '../element';
import { count } from '../format';
import { panel, status } from '../parts/panel';
import { prosePieces } from '../parts/pieces';
import type { Topic } from '../state/lab-state';
import { logKind, logText } from '../wording/log';

@customElement('tg-run-samples')
export class RunSamples extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab', 'run'];
  private shown = -1;

  protected override labChanged(topic: Topic): void {
    if (topic === 'lab' || this.shown !== this.lab.run?.samples.length) this.requestUpdate();
  }

  override render() {
    const samples = this.lab.run?.samples ?? [];
    this.shown = samples.length;
    const latest = samples.slice(-2).reverse();
    return panel({
      heading: msg('Samples', { id: 'run-samples' }),
      name: 'run-samples',
      end: html`<span class="pc pn small">${msg('new tokens')}</span>`,
      body:
        latest.length === 0
          ? html`<p class="note">${msg('The first sample arrives with the run.')}</p>`
          : html`${latest.map(
              (sample) =>
                html`<div class="sample">
                  <div class="note"><span>${msg(str`step ${count(sample.step)}`)}</span></div>
                  <div class="prose small" translate="no"><em>${sample.prompt}</em>${prosePieces(sample.pieces)}</div>
                </div>`,
            )}`,
    });
  }
}

@customElement('tg-run-log')
export class RunLog extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab', 'run'];
  @state() private all = false;
  private shown = -1;

  protected override labChanged(topic: Topic): void {
    if (topic === 'lab' || this.shown !== this.lab.run?.log.length) this.requestUpdate();
  }

  override render() {
    const log = this.lab.run?.log ?? [];
    this.shown = log.length;
    const rows = [...log].reverse().slice(0, this.all ? log.length : 6);
    return panel({
      heading: msg('Log'),
      name: 'run-log',
      end:
        log.length > 6
          ? html`<button type="button" class="btn text small" @click=${() => (this.all = !this.all)}>
              ${this.all ? msg('Latest only') : msg('All events')}
            </button>`
          : nothing,
      body: html`<ol class="log">
        ${rows.map(
          (record) =>
            html`<li>
              <time>${count(record.step)}</time>${status(logKind(record), '')}<span>${logText(record)}</span>
            </li>`,
        )}
      </ol>`,
    });
  }
}
