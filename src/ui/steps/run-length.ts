/** How long a useful run is. Before the start: how often the new tokens would be seen; afterwards: how the curves end as well. */
import { Task } from '@lit/task';
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Exposure, UsefulLength } from '../../worker/index';
import { LabElement } from '../element';
import { number } from '../parts/number';
import { panel, status } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import { armName } from '../wording/arms';
import { exposureOrigin, isFed, neededText, plannedText, seenText, slopeOrigin, slopeText } from '../wording/lengths';

@customElement('tg-run-length')
export class RunLength extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab'];
  private readonly planned = new Task(this, {
    args: () => [this.lab.desk.spec, this.lab.slots.vocabulary.status, this.lab.isTraining] as const,
    task: async ([spec, vocabulary, isTraining]) =>
      spec && vocabulary === 'ready' && !isTraining ? this.lab.lab.plannedExposures(spec) : {},
  });

  override render() {
    const lengths = this.lab.desk.isOfView ? (this.lab.experiment?.report?.lengths ?? []) : [];
    // Of an arm that learns answers with the old vocabulary there is neither.
    const measured = lengths.filter(({ slope, exposure }) => slope ?? exposure);
    const rows = measured.length > 0 ? measured.map(measuredRow) : this.plannedRows();
    if (rows.length === 0) return nothing;
    return panel({
      heading: msg('How long a useful run is'),
      note: measured.length > 0 ? msg('from what was measured') : msg('counted in the training text, before the start'),
      name: 'run-length',
      body: html`<dl class="lengths">
        ${rows.map(
          ({ arm, text }) =>
            html`<div>
              <dt>${armName(arm)}</dt>
              <dd>${text}</dd>
            </div>`,
        )}
      </dl>`,
    });
  }

  private plannedRows(): Row[] {
    return Object.entries<Exposure>(this.planned.value ?? {}).map(([arm, exposure]) => ({
      arm,
      text: html`${plannedText(exposure)} ${needed(exposure)}`,
    }));
  }
}

interface Row {
  readonly arm: string;
  readonly text: TemplateResult;
}

function measuredRow({ arm, slope, exposure }: UsefulLength): Row {
  return {
    arm,
    text: html`${slope ? number(slopeText(slope), () => slopeOrigin(slope)) : nothing}
    ${exposure ? html`${seenText(exposure)} ${needed(exposure)}` : nothing}`,
  };
}

const needed = (exposure: Exposure) =>
  number(status(isFed(exposure) ? 'good' : 'warn', neededText(exposure)), () => exposureOrigin(exposure));
