/** The events of the run. */
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { LabElement } from '../element';
import { count } from '../format';
import { panel, status } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import { logKind, logText } from '../wording/log';

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
