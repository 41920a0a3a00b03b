/**
 * A model of the Hub: a name to look up, what it is and what a download would take, the download with its progress, and
 * the models that are kept on this device. Nothing is asked of the Hub before a click.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { CachedModel, HubModel } from '../../worker/index';
import { LabElement } from '../element';
import { fileSize, plain } from '../format';
import { alertBox, facts, failureAlert, progressBar, progressText, status } from '../parts/panel';
import { errorOf, isPending, valueOf } from '../state/slot';
import { failureWords } from '../wording/said';
import { filesText } from '../wording/counts';

@customElement('tg-hub')
export class Hub extends LabElement {
  @state() private name = '';

  override render() {
    const { hub } = this.lab;
    const found = valueOf(hub.found);
    const failure = errorOf(hub.found) ?? errorOf(hub.download);
    const busy = isPending(hub.found) || isPending(hub.download) || this.lab.isTraining;
    return html`<div class="stack hub-source" data-hub>
      <form class="hub" @submit=${this.lookUp}>
        <label class="field"
          ><span class="sr">${msg('Name of the model')}</span
          ><input
            name="id"
            placeholder="owner/name"
            autocomplete="off"
            spellcheck="false"
            .value=${this.name}
            @input=${(event: Event) => (this.name = (event.target as HTMLInputElement).value)}
        /></label>
        <button class="btn" data-action="look-up" ?disabled=${busy || this.name.trim() === ''}>
          ${msg('Look it up')}
        </button>
      </form>
      <details>
        <summary>${msg('Token for gated models')}</summary>
        <label class="field"
          ><span class="sr">${msg('Token for gated models')}</span
          ><input
            type="password"
            name="token"
            placeholder="hf_…"
            autocomplete="off"
            .value=${hub.token}
            @input=${(event: Event) => (hub.token = (event.target as HTMLInputElement).value.trim())}
        /></label>
        <p class="note">${msg('Sent to the Hub only, and gone when this tab closes.')}</p>
      </details>
      ${failure ? failureAlert(failure) : nothing}
      ${hub.warning ? alertBox('warn', msg('This model is not kept.'), failureWords(hub.warning)) : nothing}
      ${found ? this.preview(found, busy) : nothing} ${this.progress()} ${this.shelf(busy)}
    </div>`;
  }

  private readonly lookUp = (event: Event) => {
    event.preventDefault();
    const { name } = this;
    if (name.trim() !== '') void this.lab.hub.lookUp(name);
  };

  private preview(model: HubModel, busy: boolean) {
    const size = (bytes: number) => plain(fileSize(bytes));
    const file = (each: HubModel['files'][number], action: unknown = nothing) =>
      html`<li><span class="mono">${each.name}</span> <span class="note">${size(each.size)}</span> ${action}</li>`;
    const choose = (each: HubModel['files'][number]) => {
      this.name = `${model.id}/${each.name}`;
      void this.lab.hub.lookUp(this.name);
    };
    return html`<section data-preview=${model.id} aria-label=${model.id}>
      <h4 class="mono">${model.id} ${model.gated ? status('warn', msg('gated')) : nothing}</h4>
      ${facts([
        [msg('Architecture'), html`<span lang="en">${model.architecture ?? msg('not stated')}</span>`],
        [msg('Licence'), html`<span lang="en">${model.licence ?? msg('not stated')}</span>`],
        [msg('Commit'), html`<span class="mono">${model.commit.slice(0, 12)}</span>`],
        [
          msg('To download'),
          model.wanted.length > 0
            ? msg(str`${size(model.wantedBytes)} in ${filesText(model.wanted.length)}`)
            : msg('one of these files:'),
        ],
      ])}
      ${
        model.choices.length > 0
          ? html`<ul class="hub-files" data-choices>
              ${model.choices.map((each) =>
                file(
                  each,
                  html`<button type="button" class="btn small" ?disabled=${busy} @click=${() => choose(each)}>
                    ${msg('This one')}
                  </button>`,
                ),
              )}
            </ul>`
          : html`<details>
                <summary>${msg('Files')}</summary>
                <ul class="hub-files">
                  ${model.wanted.map((each) => file(each))}
                </ul>
              </details>
              <button
                type="button"
                class="btn main"
                data-action="download-model"
                ?disabled=${busy}
                @click=${() => void this.lab.hub.downloadAndOpen(model.id)}
              >
                ${msg('Download and open')}
              </button>`
      }
    </section>`;
  }

  private progress() {
    const { download } = this.lab.hub;
    if (download.status !== 'pending') return nothing;
    return html`<div class="gauge" data-downloading>
      ${progressBar(download.progress, msg('Downloading'))}<span class="pair"
        ><span class="note">${progressText(download.progress)}</span
        ><button type="button" class="btn small" data-action="cancel-download" @click=${() => this.lab.hub.cancel()}>
          ${msg('Cancel')}
        </button></span
      >
    </div>`;
  }

  private shelf(busy: boolean) {
    const { hub } = this.lab;
    if (hub.shelf.length === 0) return nothing;
    return html`<section data-shelf aria-label=${msg('Kept on this device')}>
      <h4>${msg('Kept on this device')}</h4>
      <ul class="hub-files">
        ${hub.shelf.map(
          (model) =>
            html`<li data-cached=${model.id}>
              <span class="mono">${model.id}</span> <span class="note">${this.sizeOf(model)}</span>
              <span class="pair"
                ><button
                  type="button"
                  class="btn small"
                  data-action="open-cached"
                  ?disabled=${busy}
                  @click=${() => void (model.complete ? hub.open(model.id) : hub.downloadAndOpen(model.id))}
                >
                  ${model.complete ? msg('Open') : msg('Go on')}</button
                ><button
                  type="button"
                  class="btn small"
                  data-action="remove-cached"
                  ?disabled=${busy}
                  @click=${() => void hub.remove(model.id)}
                >
                  ${msg('Remove')}
                </button></span
              >
            </li>`,
        )}
      </ul>
    </section>`;
  }

  private sizeOf({ bytes, totalBytes, complete }: CachedModel): string {
    const size = plain(fileSize(bytes));
    return complete ? size : msg(str`${size} of ${plain(fileSize(totalBytes))}`);
  }
}
