/** How many tokens: the dose curve of an experiment whose arms differ in that, the size looked at, and how much text each would need. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../charts/dose';
import type { DoseChoice } from '../charts/dose';
import '../charts/save-chart';
import { exposureFloor } from '../../exposureFloor';
import { LabElement } from '../element';
import { count, fileSize, fixed, percent, plain } from '../format';
import { facts, panel } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import { goTo } from '../state/route';
import { newTokensText } from '../wording/counts';
import { signedBits } from '../wording/experiment';
import { doseOf, type Dose, type DoseArm } from './dose-data';

@customElement('tg-dose-view')
export class DoseView extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab'];
  /** The size that the visitor looks at; null: the verdict's. */
  @state() private looked: number | null = null;

  override render() {
    const view = this.lab.experiment;
    const report = view?.report;
    const dose = report && doseOf(report, view.spec);
    if (!dose) return nothing;
    const of = (size: number | null) => dose.points.find(({ newTokens }) => newTokens === size);
    const chosen = of(this.looked) ?? dose.points.find(({ arm }) => arm === report.verdict?.arm) ?? dose.points[0]!;
    return html`<div class="cols main-side">
      ${panel({
        heading: msg('How many tokens'),
        name: 'dose',
        note: msg('the same text; choose a size to look at it'),
        end: html`<tg-save-chart></tg-save-chart>`,
        body: html`<tg-dose
          .points=${dose.points}
          .control=${dose.control}
          .chosen=${chosen.newTokens}
          @choose=${({ detail }: DoseChoice) => (this.looked = detail)}
        ></tg-dose>`,
      })}
      <div class="stack">${this.chosen(chosen)}${this.needed(dose)}</div>
    </div>`;
  }

  private chosen({ arm, newTokens, bitsPerByte, difference, fewerTokens, exposureP10, seen }: DoseArm) {
    const key = this.lab.desk.takable.find((run) => run.arm === arm);
    return panel({
      heading: newTokensText(newTokens),
      name: 'dose-chosen',
      body: facts([
        [msg('Bits per byte'), html`<b>${fixed(bitsPerByte, 2)}</b>`],
        [msg('Arm − control'), difference === null ? '–' : signedBits(difference)],
        [msg('Fewer tokens'), fewerTokens === null ? '–' : percent(fewerTokens, 0)],
        [msg('Exposure P10'), exposureP10 === null ? '–' : count(exposureP10)],
        [msg('Starved'), seen ? msg(str`${count(seen.starved)} of ${count(seen.tokens)}`) : '–'],
      ]),
      footer:
        key && !this.lab.isTraining
          ? html`<button
              type="button"
              class="btn"
              data-action="take-size"
              @click=${() => {
                goTo('try');
                void this.lab.desk.take(key);
              }}
            >
              ${msg('Try this size')}
            </button>`
          : nothing,
    });
  }

  private needed({ points }: Dose) {
    const rows = points.flatMap(({ newTokens, seen }) => {
      if (!seen) return [];
      const read = this.lab.experiment?.spec.budget.bytes ?? 0;
      const { bytesUntilFed } = seen;
      const text =
        bytesUntilFed === null
          ? msg('never seen')
          : bytesUntilFed <= read
            ? msg('enough now')
            : plain(fileSize(bytesUntilFed));
      return [[newTokensText(newTokens), html`<b>${text}</b>`] as const];
    });
    if (rows.length === 0) return nothing;
    return panel({
      heading: msg('How much text would do'),
      name: 'dose-text',
      body: html`${facts(rows)}
        <p class="note">
          ${msg(str`Until nine tokens in ten have been seen ${exposureFloor} times, at this text’s frequencies.`)}
        </p>`,
    });
  }
}
