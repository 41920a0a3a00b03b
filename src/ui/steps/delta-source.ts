/** A base and the delta of a graft on it, opened as one model. The bundled model is the base until another folder is chosen. */
import { msg } from '@lit/localize';
import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { LabElement } from '../element';
import '../parts/drop-zone';
import { filesText } from '../wording/counts';

@customElement('tg-delta-source')
export class DeltaSource extends LabElement {
  @property({ type: Boolean }) disabled = false;
  @state() private base: readonly File[] = [];

  override render() {
    const name = this.base[0]?.webkitRelativePath.split('/')[0] || msg('chosen files');
    return html`<p>
        ${
          this.base.length > 0
            ? html`${msg('Base:')} <span class="mono">${name}</span>
                <span class="note">${filesText(this.base.length)}</span>
                <button type="button" class="btn small" @click=${() => (this.base = [])}>
                  ${msg('Use the bundled model')}
                </button>`
            : html`${msg('Base:')} <span class="mono">rootstock</span> <span class="note">${msg('bundled')}</span>`
        }
      </p>
      <tg-drop-zone
        folder
        data-zone="base"
        ?disabled=${this.disabled}
        .text=${this.base.length > 0 ? msg('Drop another base here') : msg('Drop the folder of another base here')}
        .note=${msg('The model as it was before it was grafted')}
        .button=${msg('Choose base')}
        @files=${(event: CustomEvent<readonly File[]>) => (this.base = event.detail)}
      ></tg-drop-zone>
      <tg-drop-zone
        folder
        data-zone="delta"
        ?disabled=${this.disabled}
        .text=${msg('Drop the delta’s folder here')}
        .note=${msg('delta.safetensors and the extended tokenizer; it opens at once')}
        .button=${msg('Choose delta')}
        @files=${(event: CustomEvent<readonly File[]>) => void this.lab.openModelWithDelta(this.base, event.detail)}
      ></tg-drop-zone>`;
  }
}
