/**
 * The rail of eight steps, and the bar that stands for it on narrow screens. A step shows its question until it has a
 * verdict, so the finished rail reads as a summary; the stem is solid as far as you have come.
 */
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { LabElement } from './element';
import { icon } from './parts/icons';
import type { Topic } from './state/lab-state';
import { PAGES, STEPS, type PlaceName, type StepName } from './state/route';
import { placeName } from './wording/places';
import { stepName, stepQuestion, stepVerdict } from './wording/rail';

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

  private stateOf(step: StepName): 'done' | 'run' | 'todo' {
    const { slots } = this.lab;
    if (step === 'train' && this.lab.isTraining) return 'run';
    if (this.lab.isDone(step)) return 'done';
    const waiting: Partial<Record<StepName, string>> = {
      model: slots.model.status,
      corpus: slots.corpus.status,
      diagnose: slots.diagnosis.status,
      vocabulary: slots.vocabulary.status,
      compare: slots.comparison.status,
      download: slots.exported.status,
    };
    return waiting[step] === 'pending' ? 'run' : 'todo';
  }

  override render() {
    const rows = STEPS.map((step) => {
      const verdict = stepVerdict(step, this.lab);
      return {
        step,
        kind: this.stateOf(step),
        name: stepName(step),
        said: verdict ?? stepQuestion(step),
        isVerdict: verdict !== null,
      };
    });
    const at = rows.findIndex(({ step }) => step === this.step);
    const current = rows[at] ?? { name: placeName(this.step), said: '' };
    return html`<nav class="rail" aria-label=${msg('Steps')}>
        <ol>
          ${rows.map(
            (row) =>
              html`<li class=${row.kind}>
                <a href="#${row.step}" aria-current=${row.step === this.step ? 'step' : nothing}>
                  <span class="pip"></span><span class="step">${row.name}</span>
                  <span class="said ${row.isVerdict ? 'yes' : ''}" title=${row.said}>${row.said}</span>
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
            ${PAGES.map((page) => html`<li><a href="#${page}">${placeName(page)}</a></li>`)}
          </ol>
        </details>
      </nav>`;
  }
}
