/**
 * SVG, PNG and CSV in the header of a panel. It saves the chart of its own panel under the panel's heading, unless it is
 * given a figure (a chart that is a table of small drawings). `compact` folds the three into one key.
 */
import { msg } from '@lit/localize';
import { html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { PageElement } from '../element';
import { icon } from '../parts/icons';
import { chartFile, download, FIGURE, FILE_FORMATS, type Figure, type FileFormat, type Savable } from './chart-saving';

/** Saved no narrower than this: a phone's chart would be a phone's figure. */
const LEAST_WIDTH = 760;

@customElement('tg-save-chart')
export class SaveChart extends PageElement {
  @property({ attribute: false }) figure: ((width: number) => Figure) | null = null;
  /** Title of the figure and name of the file; without it the panel's heading. */
  @property({ attribute: false }) heading = '';
  @property({ type: Boolean }) compact = false;
  @state() private failed = false;
  @query('details') private menu!: HTMLDetailsElement | null;

  override render() {
    const keys = html`${FILE_FORMATS.map(
      (format) =>
        html`<button
          type="button"
          class="btn text small"
          data-save=${format}
          aria-label=${saveLabel(format)}
          @click=${() => void this.save(format)}
        >
          ${format.toUpperCase()}
        </button>`,
    )}`;
    const failed = html`<span class="note" role="status">${this.failed ? msg('Could not be saved') : ''}</span>`;
    if (!this.compact)
      return html`<span class="take" role="group" aria-label=${msg('Save the chart')}>${keys}</span>${failed}`;
    return html`<details class="take-menu" @focusout=${this.onLeave} @keydown=${this.onKey}>
        <summary class="btn text small" aria-label=${msg('Save the chart')} title=${msg('Save the chart')}>
          ${icon('down')}
        </summary>
        <span class="take" role="group" aria-label=${msg('Save the chart')}>${keys}</span>
      </details>
      ${failed}`;
  }

  private readonly onLeave = (event: FocusEvent) => {
    if (!this.contains(event.relatedTarget as Node | null)) this.menu!.open = false;
  };

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !this.menu!.open) return;
    this.menu!.open = false;
    this.menu!.querySelector('summary')!.focus();
  };

  private async save(format: FileFormat): Promise<void> {
    const panel = this.closest('.panel');
    const chart = panel?.querySelector<Savable>(`[${FIGURE}]`);
    const make = this.figure ?? chart?.figure.bind(chart);
    const title = this.heading || panel?.querySelector('h2')?.textContent.trim() || msg('Chart');
    this.failed = false;
    try {
      if (!make) throw new Error('The panel holds no chart.');
      download(await chartFile(format, title, make(Math.max(LEAST_WIDTH, Math.round(chart?.clientWidth ?? 0)))));
      if (this.menu) this.menu.open = false;
    } catch (error) {
      console.error(error);
      this.failed = true;
    }
  }
}

function saveLabel(format: FileFormat): string {
  switch (format) {
    case 'svg':
      return msg('Save as SVG');
    case 'png':
      return msg('Save as PNG');
    case 'csv':
      return msg('Save the data as CSV');
  }
}
