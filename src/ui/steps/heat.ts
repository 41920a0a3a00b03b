/** Where the tokens go: a held-out excerpt, each pre-token shaded by how many tokens it takes, before and with the graft. */
import { Task } from '@lit/task';
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Piece } from '../../worker/index';
import { LabElement } from '../element';
import { count } from '../format';
import { panel, segmented } from '../parts/panel';
import { valueOf } from '../state/slot';

/** The cuts of GPT-2's pre-tokenizer, the common one: a heat unit is what no merge can cross. */
const PRE_TOKEN = / ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+/gu;
const MOST = 900;

@customElement('tg-heat')
export class Heat extends LabElement {
  @property({ attribute: false }) text = '';
  @state() private grafted = false;

  private readonly cut = new Task(this, {
    args: () => [this.text.slice(0, MOST), valueOf(this.lab.slots.vocabulary)] as const,
    task: ([text]) => this.lab.lab.tokenize(text),
  });

  override render() {
    const cut = this.cut.value;
    const shown = this.grafted && cut?.grafted ? cut.grafted : cut?.base;
    const newTokens = valueOf(this.lab.slots.vocabulary)?.newTokens.length;
    return panel({
      heading: msg('Where the tokens go'),
      name: 'heat',
      end:
        cut?.grafted && newTokens
          ? segmented(
              msg('Vocabulary'),
              [
                { value: false, label: msg('Base') },
                { value: true, label: msg(str`With ${count(newTokens)} new`) },
              ],
              this.grafted,
              (grafted) => (this.grafted = grafted),
            )
          : nothing,
      body: html`<p class="heat" translate="no">
          ${shown ? shade(this.text.slice(0, MOST), shown) : this.text.slice(0, MOST)}
        </p>
        <div class="heatkey">
          <span>${msg('Tokens per word')}</span> 1 <i class="h1"></i><i class="h2"></i><i class="h3"></i
          ><i class="h4"></i><i class="h5"></i> <span>${msg('5 or more')}</span>
          <span class="push">${shown ? msg(str`${count(shown.length)} tokens`) : ''}</span>
        </div>`,
    });
  }
}

function shade(text: string, pieces: readonly Piece[]) {
  const starts = pieces.map((piece) => piece.start);
  let next = 0;
  return [...text.matchAll(PRE_TOKEN)].map(({ 0: word, index }) => {
    let tokens = 0;
    while (next < starts.length && starts[next]! < index + word.length) {
      tokens++;
      next++;
    }
    if (tokens < 2 || !word.trim()) return word;
    const lead = word.startsWith(' ') ? ' ' : '';
    return html`${lead}<span class="h${Math.min(5, tokens)}" title=${msg(str`${tokens} tokens`)}
        >${word.slice(lead.length)}</span
      >`;
  });
}
