/**
 * A table of thousands of rows, of which only those that are seen are drawn: heads that sort, and the keyboard that walks. The
 * host keeps what is sorted and chosen.
 */
import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { msg } from '@lit/localize';
import { emptyState } from './panel';

type Virtualize = typeof import('@lit-labs/virtualizer/virtualize.js').virtualize;

interface Rows<Row> {
  readonly label: string;
  readonly className: string;
  readonly heads: unknown;
  readonly rows: Row[];
  readonly keyOf: (row: Row) => unknown;
  readonly draw: (row: Row, at: number) => TemplateResult;
  readonly onKey: (event: KeyboardEvent) => void;
}

export class RowTable implements ReactiveController {
  private virtualize: Virtualize | null = null;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    void import('@lit-labs/virtualizer/virtualize.js').then(({ virtualize }) => {
      this.virtualize = virtualize;
      this.host.requestUpdate();
    });
  }

  table<Row>({ label, className, heads, rows, keyOf, draw, onKey }: Rows<Row>) {
    return html`<div class="vt ${className}" role="table" aria-label=${label} aria-rowcount=${rows.length + 1}>
      <div role="rowgroup"><div class="vhead" role="row">${heads}</div></div>
      ${
        rows.length === 0
          ? emptyState(msg('No token matches.'), msg('Clear the search, or show all of them.'))
          : html`<div class="vbody" role="rowgroup" tabindex="0" aria-label=${label} @keydown=${onKey}>
              ${this.virtualize ? this.virtualize({ items: rows, renderItem: draw, scroller: true, keyFunction: keyOf }) : nothing}
            </div>`
      }
    </div>`;
  }

  /** The row that an arrow key leads to; undefined of another key. Called before the host draws it as chosen. */
  next<Row>(event: KeyboardEvent, rows: readonly Row[], isChosen: (row: Row) => boolean): Row | undefined {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return undefined;
    event.preventDefault();
    void this.host.updateComplete.then(() =>
      this.host.querySelector('.vrow.sel')?.scrollIntoView({ block: 'nearest' }),
    );
    return rows[Math.min(rows.length - 1, Math.max(0, rows.findIndex(isChosen) + step))];
  }
}

interface SortHead {
  readonly label: string;
  readonly className: string;
  /** Null: by another head. */
  readonly sorted: 'ascending' | 'descending' | null;
  readonly sort: () => void;
}

export function sortHead(key: string, { label, className, sorted, sort }: SortHead) {
  const arrow = { ascending: ' ↑', descending: ' ↓' };
  return html`<span class=${className} role="columnheader" aria-sort=${sorted ?? 'none'}
    ><button type="button" data-sort=${key} @click=${sort}>${label}${sorted ? arrow[sorted] : ''}</button></span
  >`;
}
