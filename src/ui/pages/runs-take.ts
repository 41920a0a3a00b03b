/** What can be taken away of the ticked experiments: their runs as files for other programs, and the question as a link. */
import { Task } from '@lit/task';
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { asLabError, type RunFileForm } from '../../worker/index';
import { download } from '../charts/chart-saving';
import { LabElement } from '../element';
import { count, fileSize, plain } from '../format';
import { icon } from '../parts/icons';
import { panel } from '../parts/panel';
import type { Failure } from '../state/slot';
import { specAddress } from '../state/spec-link';
import { failureWords } from '../wording/said';

const FORMS: readonly RunFileForm[] = ['json-lines', 'csv', 'tensorboard'];

@customElement('tg-runs-take')
export class RunsTake extends LabElement {
  @state() private busy: RunFileForm | null = null;
  @state() private failed: Failure | null = null;
  @state() private copied = '';
  /** The address of the first that is ticked. */
  private readonly address = new Task(this, {
    args: () => [this.lab.kept.tickedOnes[0]?.spec] as const,
    task: async ([spec]) => (spec ? specAddress(spec) : ''),
  });

  override render() {
    return html`<div class="cols two">${this.files()}${this.link()}</div>`;
  }

  private files() {
    const ticked = this.lab.kept.tickedOnes.length;
    return panel({
      name: 'take',
      heading: msg('Take it with you'),
      note: ticked === 1 ? msg('1 experiment ticked') : msg(str`${count(ticked)} experiments ticked`),
      body: html`<ul class="take-list">
          ${FORMS.map(
            (form) =>
              html`<li>
                <div><b>${formName(form)}</b><span class="note">${formNote(form)}</span></div>
                <button
                  type="button"
                  class="btn small"
                  data-form=${form}
                  aria-label=${msg(str`Save as ${formName(form)}`)}
                  ?disabled=${ticked === 0 || this.busy !== null}
                  @click=${() => void this.save(form)}
                >
                  ${icon('down')}${this.busy === form ? msg('Writing…') : msg('Save')}
                </button>
              </li>`,
          )}
        </ul>
        ${this.failed ? html`<p class="note" role="alert">${failureWords(this.failed)}</p>` : nothing}`,
    });
  }

  private async save(form: RunFileForm): Promise<void> {
    this.busy = form;
    this.failed = null;
    try {
      download(
        await this.lab.lab.runFile(
          this.lab.kept.tickedOnes.map(({ id }) => id),
          form,
        ),
      );
    } catch (thrown) {
      this.failed = asLabError(thrown);
    }
    this.busy = null;
  }

  private link() {
    const address = this.address.value ?? '';
    const size = plain(fileSize(address.length));
    return panel({
      name: 'share',
      heading: msg('Share the question'),
      note: this.lab.kept.tickedOnes[0]?.name ?? '',
      body: html`<div class="field">
          <input readonly class="mono" .value=${address} aria-label=${msg('Link')} @focus=${this.select} />
          <button type="button" class="btn text small" ?disabled=${address === ''} @click=${() => this.copy(address)}>
            ${msg('Copy')}
          </button>
        </div>
        <p class="note" role="status">
          ${
            this.copied !== '' && this.copied === address
              ? msg('Copied')
              : address === ''
                ? msg('Tick an experiment: its specification becomes a link.')
                : msg(
                    str`The link carries the specification, ${size}, and no text. Whoever opens it runs the same arms; texts of your own are asked for by their fingerprint.`,
                  )
          }
        </p>`,
    });
  }

  private readonly select = (event: Event) => (event.target as HTMLInputElement).select();

  private async copy(address: string): Promise<void> {
    const done = await navigator.clipboard.writeText(address).then(
      () => true,
      () => false,
    );
    if (done) this.copied = address;
    else this.querySelector<HTMLInputElement>('[data-panel="share"] input')?.select();
  }
}

function formName(form: RunFileForm): string {
  switch (form) {
    case 'json-lines':
      return msg('JSON lines');
    case 'csv':
      return 'CSV';
    case 'tensorboard':
      return msg('TensorBoard event files');
  }
}

function formNote(form: RunFileForm): string {
  switch (form) {
    case 'json-lines':
      return msg('every record as it was kept');
    case 'csv':
      return msg('a row a step, with the evaluation after it');
    case 'tensorboard':
      return msg('a zip, one folder an arm and seed');
  }
}
