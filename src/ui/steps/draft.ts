/** Other tokens than the trained ones are looked at: what using them takes away, and back; after it was done, undo. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { LabElement } from '../element';
import { count, percent } from '../format';
import { alertBox } from '../parts/panel';

@customElement('tg-draft')
export class Draft extends LabElement {
  override render() {
    const { words } = this.lab;
    if (words.isDraft) return this.draft();
    return words.replaced ? this.replaced() : nothing;
  }

  private draft() {
    const { words, isTraining } = this.lab;
    const { counts, choice } = words.editor;
    const shorter = counts
      ? msg(str`Held-out text gets ${percent(1 - counts.heldOut.tokensAfter / counts.heldOut.tokensBefore)} shorter.`)
      : '';
    return alertBox(
      'warn',
      msg(
        str`You are looking at ${count(counts?.newTokens ?? choice.newTokens)} other tokens than those that were trained.`,
      ),
      html`${shorter}
      ${msg('Nothing has changed. If you use them, the trained graft and its answer leave this page; what is kept in Runs stays there.')}`,
      html`<button
          type="button"
          class="btn small"
          data-action="use-draft"
          ?disabled=${isTraining}
          @click=${() => void words.use()}
        >
          ${msg('Use these tokens')}
        </button>
        <button type="button" class="btn small" data-action="leave-draft" @click=${() => void words.leaveDraft()}>
          ${msg('Back to the trained ones')}
        </button>`,
    );
  }

  private replaced() {
    return alertBox(
      'warn',
      msg('The trained graft left this page.'),
      msg('Other tokens took the place of its own; train them to get an answer.'),
      html`<button
        type="button"
        class="btn small"
        data-action="undo-draft"
        ?disabled=${this.lab.isTraining}
        @click=${() => void this.lab.words.undo()}
      >
        ${msg('Undo')}
      </button>`,
    );
  }
}
