/** Which trained arm Try and Download hold, where the experiment has several. */
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { LabElement } from '../element';
import { failureAlert, progressBar } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import { runName } from '../wording/arms';

@customElement('tg-take-arm')
export class TakeArm extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab'];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.lab.desk.takeOne();
  }

  override render() {
    const { desk, isTraining } = this.lab;
    const { takable, taken, taking } = desk;
    if (isTraining || takable.length === 0) return nothing;
    const isTaken = (arm: string, seed: number) => taken?.arm === arm && taken.seed === seed;
    return html`<div class="take-arm">
      <label class="labelled" for="take-arm"
        ><span>${msg('Trained arm')}</span
        ><span class="field"
          ><select
            id="take-arm"
            data-setting="taken"
            ?disabled=${taking.status === 'pending'}
            @change=${(event: Event) => void desk.take(takable[(event.target as HTMLSelectElement).selectedIndex]!)}
          >
            ${takable.map(
              ({ arm, seed }) => html`<option ?selected=${isTaken(arm, seed)}>${runName({ arm, seed })}</option>`,
            )}
          </select></span
        ></label
      >
      ${taking.status === 'pending' ? progressBar(taking.progress, msg('Loading the trained arm')) : nothing}
      ${taking.status === 'failed' ? failureAlert(taking.error) : nothing}
    </div>`;
  }
}
