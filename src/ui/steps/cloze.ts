/** Evidence from the field for prose: questions made from the text, answered by the arm that is held, its control and the untouched base. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import type { ClozeArm, ClozeQuestion, ClozeReport } from '../../worker/index';
import { LabElement } from '../element';
import { emptyState, failureAlert, loadingPanel, panel } from '../parts/panel';
import { shareBar } from '../parts/share-bar';
import { errorOf } from '../state/slot';
import { armName } from '../wording/arms';
import { askedText, clozeNote } from '../wording/cloze';
import { pointsText } from '../wording/field';
import '../styles/field.css';

@customElement('tg-cloze')
export class ClozeView extends LabElement {
  @state() private questions = 64;

  /** Of the arm that is held: what was asked with its seed. */
  private get report(): ClozeReport | null {
    const { view, taken } = this.lab.desk;
    const cloze = view?.report?.cloze;
    return cloze && cloze.arms.some(({ arm, seed }) => arm === taken?.arm && seed === taken.seed) ? cloze : null;
  }

  override render() {
    const slot = this.lab.slots.cloze;
    const heading = msg('Questions from your own text');
    if (slot.status === 'pending') return loadingPanel(heading, slot.progress, 4, () => this.lab.cancel('cloze'));
    const failed = errorOf(slot);
    const { report } = this;
    return html`${failed ? failureAlert(failed) : nothing}${
      report
        ? this.measured(heading, report)
        : panel({
            heading,
            name: 'cloze',
            body: emptyState(
              msg('Nothing asked yet.'),
              msg(
                'Of prose: a word is left out of held-out passages, and this arm, its control and the untouched base choose among four.',
              ),
              this.controls(msg('Ask')),
            ),
          })
    }`;
  }

  private controls(label: string) {
    return html`<span class="field-controls"
      ><label class="field small"
        ><span class="note">${msg('Questions')}</span
        ><input
          class="r"
          type="number"
          min="1"
          max="1000"
          step="1"
          .value=${String(this.questions)}
          @change=${({ target }: Event) => {
            const input = target as HTMLInputElement;
            if (input.value !== '' && input.checkValidity()) this.questions = Number(input.value);
            else input.value = String(this.questions);
          }} /></label
      ><button
        type="button"
        class="btn"
        data-action="ask-cloze"
        @click=${() => void this.lab.evidence.askCloze({ questions: this.questions })}
      >
        ${label}
      </button></span
    >`;
  }

  private measured(heading: string, report: ClozeReport) {
    const { taken, view } = this.lab.desk;
    const isBase = (arm: string) => (view?.spec.arms[arm]?.stages ?? []).length === 0;
    const arms = report.arms.filter(({ arm, seed }) => seed === taken?.seed || isBase(arm));
    const difference = report.differences.find(({ arm, seed }) => arm === taken?.arm && seed === taken.seed);
    const places = report.arms.map((arm, at) => ({ arm, at })).filter(({ arm }) => arms.includes(arm));
    return panel({
      heading,
      name: 'cloze',
      note: askedText(report),
      end: this.controls(msg('Ask again')),
      fill: 'bare',
      body: html`<div class="field-arms">
          ${arms.map(
            ({ arm, right }) =>
              html`<div data-cloze-arm=${arm}>
                <h3>${armName(arm)}</h3>
                ${shareBar(msg('right'), right)}
              </div>`,
          )}
        </div>
        <ol class="cloze">
          ${report.shown.map((question, at) => asked(question, at, places))}
        </ol>`,
      footer: html`<span class="note"
        >${difference ? html`${msg(str`${armName(difference.arm)} − ${armName(difference.against)}: right ${pointsText(difference.right)}.`)} ` : nothing}${clozeNote()}</span
      >`,
    });
  }
}

function asked(
  { before, after, choices, right }: ClozeQuestion,
  at: number,
  places: readonly { readonly arm: ClozeArm }[],
) {
  const chosenBy = (choice: number) =>
    places.filter(({ arm }) => arm.chosen[at] === choice).map(({ arm }) => armName(arm.arm));
  return html`<li>
    <p class="passage" translate="no">${before}<mark>${'\u2003\u2003'}</mark>${after}</p>
    <ul>
      ${choices.map((word, choice) => {
        const by = chosenBy(choice);
        const isRight = choice === right;
        return html`<li class=${classMap({ right: isRight })}>
          <b translate="no">${word}</b>${isRight ? html` <span class="st good">${msg('right')}</span>` : nothing}
          ${by.length > 0 ? html`<span class="note">${by.join(' · ')}</span>` : nothing}
        </li>`;
      })}
    </ul>
  </li>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'tg-cloze': ClozeView;
  }
}
