/** Conversations beside the corpus, for stages that learn answers: dropped, or the page's own; what was read, and its first one. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { asLabError, type InstructionSource, type InstructionSummary } from '../../worker/index';
import { LabElement } from '../element';
import { count, fileSize, plain } from '../format';
import '../parts/drop-zone';
import { failureAlert, panel } from '../parts/panel';
import type { Failure } from '../state/slot';
import { formName, roleName } from '../wording/instructions';

const ownSample = 'molecule-questions';

@customElement('tg-instructions')
export class InstructionsPanel extends LabElement {
  @state() private summary: InstructionSummary | null = null;
  @state() private failed: Failure | null = null;
  @state() private busy = false;

  override connectedCallback() {
    super.connectedCallback();
    void this.lab.lab.instructions().then((summary) => (this.summary = summary));
  }

  override render() {
    const busy = this.busy || this.lab.isTraining;
    return panel({
      heading: msg('Instructions'),
      note: msg('if the model is to answer after it has read'),
      name: 'instructions',
      body: html`${this.failed ? failureAlert(this.failed) : nothing}${this.summary ? this.read(this.summary) : nothing}
        <tg-drop-zone
          ?disabled=${busy}
          accept=".jsonl,.ndjson,.json,.gz"
          .text=${msg('Drop conversations here')}
          .note=${msg('JSON lines: messages, prompt and completion, Alpaca, or question and answer')}
          .button=${msg('Choose files')}
          @files=${(event: CustomEvent<readonly File[]>) => void this.open({ files: event.detail })}
        ></tg-drop-zone>
        <div class="drop-buttons">
          <button
            type="button"
            class="btn small"
            data-instructions=${ownSample}
            ?disabled=${busy}
            @click=${() => void this.open({ sample: ownSample })}
          >
            ${msg('Use questions about molecules')}
          </button>
          ${
            this.summary
              ? html`<button
                  type="button"
                  class="btn small"
                  data-action="close-instructions"
                  ?disabled=${busy}
                  @click=${() => void this.open(null)}
                >
                  ${msg('Take away')}
                </button>`
              : nothing
          }
        </div>`,
    });
  }

  private read({ name, forms, conversations, heldOut, answerBytes, first }: InstructionSummary) {
    const read = Object.entries(forms).map(([form, records]) => `${formName(form)} (${count(records)})`);
    return html`<div class="instructions-read" data-read>
      <p>
        <b>${name}</b>:
        ${msg(
          str`${count(conversations)} conversations, ${count(heldOut)} of them held out, with ${plain(fileSize(answerBytes))} of answers. Read as: ${read.join(', ')}.`,
        )}
      </p>
      <ol class="excerpts">
        ${first.map(
          ({ role, content }) =>
            html`<li>
              <pre
                class="excerpt"
                tabindex="0"
              ><span class="note">${roleName(role)}</span> <span translate="no">${content}</span></pre>
            </li>`,
        )}
      </ol>
    </div>`;
  }

  private async open(source: InstructionSource | null): Promise<void> {
    this.busy = true;
    this.failed = null;
    try {
      this.summary = await this.lab.lab.openInstructions(source);
      // There is one more question that can be asked now, or one fewer.
      this.lab.desk.outdatePresets();
    } catch (thrown) {
      this.failed = asLabError(thrown);
    } finally {
      this.busy = false;
    }
  }
}
