/**
 * The rail of eight steps, and the bar that stands for it on narrow screens. A step shows its question until it has a
 * verdict, so the finished rail reads as a summary; the stem is solid as far as you have come.
 */
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { LabElement } from './element';
import { icon } from './parts/icons';
import { places, stepState } from './places';
import type { Topic } from './state/lab-state';
import { PAGES, STEPS, type PlaceName } from './state/route';

@customElement('tg-rail')
export class Rail extends LabElement {
  @property({ attribute: false }) step: PlaceName = 'model';
  @query('details') private menu!: HTMLDetailsElement;
  protected override readonly topics: readonly Topic[] = ['lab', 'run'];

  private readonly close = () => (this.menu.open = false);

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.close);
  }

  override disconnectedCallback(): void {
    removeEventListener('hashchange', this.close);
    super.disconnectedCallback();
  }

  override render() {
    const rows = STEPS.map((step) => ({ step, name: places[step].name(), ...stepState(step, this.lab) }));
    const at = rows.findIndex(({ step }) => step === this.step);
    const current = rows[at] ?? { name: places[this.step].name(), said: '' };
    return html`<nav class="rail" aria-label=${msg('Steps')}>
        <ol>
          ${rows.map(
            (row) =>
              html`<li class=${row.kind}>
                <a href="#${row.step}" aria-current=${row.step === this.step ? 'step' : nothing}>
                  <span class="pip"></span><span class="step">${row.name}</span>
                  <span class="said ${row.isAnswer ? 'yes' : ''}" title=${row.said}>${row.said}</span>
                </a>
              </li>`,
          )}
        </ol>
        <p class="foot note">${msg('Nothing you open leaves this tab.')}</p>
      </nav>
      <nav class="mnav-nav" aria-label=${msg('Steps')}>
        <details class="mnav">
          <summary>
            <span
              >${at < 0 ? nothing : html`${at + 1} <span class="u">/ ${STEPS.length}</span>`}
              <b>${current.name}</b></span
            >
            <span class="said">${current.said}</span>
            ${icon('chevron')}
            <span class="ticks"
              >${rows.map((row, index) => html`<i class=${index === at ? 'now' : row.kind}></i>`)}</span
            >
          </summary>
          <ol>
            ${rows.map(
              (row) =>
                html`<li>
                  <a href="#${row.step}">${row.name}<span>${row.said}</span></a>
                </li>`,
            )}
            ${PAGES.map((page) => html`<li><a href="#${page}">${places[page].name()}</a></li>`)}
          </ol>
        </details>
      </nav>`;
  }
}
