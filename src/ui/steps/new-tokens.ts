/** The table of new tokens: searched, sorted, and drawn only where it is seen (virtualizer, loaded with the first table). */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { NewToken } from '../../worker/index';
import { PageElement } from '../element';
import { count } from '../format';
import { icon } from '../parts/icons';
import { emptyState, panel } from '../parts/panel';
import { piece, pieces } from '../parts/pieces';

type SortKey = 'occurrences' | 'documents' | 'tokensSaved' | 'text';
type Virtualize = typeof import('@lit-labs/virtualizer/virtualize.js').virtualize;

@customElement('tg-new-tokens')
export class NewTokens extends PageElement {
  @property({ attribute: false }) tokens: readonly NewToken[] = [];
  @state() private search = '';
  @state() private sort: SortKey = 'occurrences';
  @state() private virtualize: Virtualize | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void import('@lit-labs/virtualizer/virtualize.js').then((module) => (this.virtualize = module.virtualize));
  }

  private get rows(): NewToken[] {
    const { search, sort } = this;
    const found = search ? this.tokens.filter((token) => token.text.includes(search)) : [...this.tokens];
    return found.sort((a, b) => (sort === 'text' ? a.text.localeCompare(b.text) : b[sort] - a[sort]));
  }

  override render() {
    const rows = this.rows;
    const head = (key: SortKey, label: string, right: string) =>
      html`<span
        class=${right}
        role="columnheader"
        aria-sort=${this.sort === key ? (key === 'text' ? 'ascending' : 'descending') : 'none'}
        ><button type="button" @click=${() => (this.sort = key)}>
          ${label}${this.sort === key ? (key === 'text' ? ' ↑' : ' ↓') : ''}
        </button></span
      >`;
    return panel({
      heading: msg('New tokens'),
      note: msg('Learned by continuing the base’s own merges'),
      fill: 'bare',
      name: 'new-tokens',
      body: html`<div class="tools">
          <label class="field find"
            >${icon('search')}<span class="sr">${msg('Find a token')}</span
            ><input
              type="search"
              placeholder=${msg('Find a token')}
              .value=${this.search}
              @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
          /></label>
          <span class="note push" role="status"
            >${msg(str`${count(rows.length)} of ${count(this.tokens.length)}`)}</span
          >
        </div>
        <div class="vt" role="table" aria-label=${msg('New tokens')} aria-rowcount=${rows.length + 1}>
          <div role="rowgroup">
            <div class="vhead" role="row">
              ${head('text', msg('Token'), '')}
              <span role="columnheader">${msg('Pieces it replaces')}</span>
              ${head('occurrences', msg('Occurrences'), 'r')} ${head('documents', msg('Documents'), 'r c-documents')}
              ${head('tokensSaved', msg('Tokens saved'), 'r c-saved')}
            </div>
          </div>
          ${
            rows.length === 0
              ? emptyState(msg('No token matches.'), msg('Clear the search to see all of them.'))
              : html`<div class="vbody" role="rowgroup" tabindex="0" aria-label=${msg('New tokens')}>
                  ${
                    this.virtualize
                      ? this.virtualize({
                          items: rows,
                          renderItem: (token, at) => row(token, at),
                          scroller: true,
                          keyFunction: (token) => token.id,
                        })
                      : nothing
                  }
                </div>`
          }
        </div>`,
    });
  }
}

function row(token: NewToken, at: number) {
  return html`<div class="vrow" role="row" aria-rowindex=${at + 2} translate="no">
    <span class="cell chip" role="cell" title=${`id ${token.id}`}>${piece(token.text, true)}</span>
    <span class="cell chip" role="cell">${pieces(token.pieces)}</span>
    <span class="r" role="cell">${count(token.occurrences)}</span>
    <span class="r c-documents" role="cell">${count(token.documents)}</span>
    <span class="r c-saved" role="cell">${count(token.tokensSaved)}</span>
  </div>`;
}
