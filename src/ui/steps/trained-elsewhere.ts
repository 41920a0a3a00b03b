/** A graft of the open model that was trained elsewhere, brought back to be measured like a run of the page's own. */
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { LabElement } from '../element';
import '../parts/drop-zone';
import { failureAlert, panel, progressBar, progressText } from '../parts/panel';
import { errorOf, isPending, valueOf } from '../state/slot';

@customElement('tg-trained-elsewhere')
export class TrainedElsewhereElement extends LabElement {
  override render() {
    const { model, corpus, elsewhere } = this.lab.slots;
    if (!valueOf(model) || !valueOf(corpus) || this.lab.isTraining) return nothing;
    const failed = errorOf(elsewhere);
    return html`${failed ? failureAlert(failed) : nothing}
    ${panel({
      heading: msg('Trained elsewhere'),
      note: msg('A model that went on from “Continue elsewhere” takes the place of the run here'),
      name: 'elsewhere',
      busy: isPending(elsewhere),
      body:
        elsewhere.status === 'pending'
          ? html`<div class="gauge">
              ${progressBar(elsewhere.progress, msg('Reading the model'))}<span class="note"
                >${progressText(elsewhere.progress)}</span
              >
            </div>`
          : html`<tg-drop-zone
              folder
              .text=${msg('Drop the trained folder here')}
              .note=${msg('with its new_tokens.json; it is measured on the same held-out documents')}
              .button=${msg('Choose folder')}
              @files=${(event: CustomEvent<readonly File[]>) => void this.lab.openTrainedFolder(event.detail)}
            ></tg-drop-zone>`,
    })}`;
  }
}
