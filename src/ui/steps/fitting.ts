/** What fits: the plan of each mode, made before anything is allocated. Bars are relative to the largest plan shown. */
import { Task } from '@lit/task';
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { type FittingPlan, asLabError } from '../../worker/index';
import { LabElement } from '../element';
import { measured, memorySize } from '../format';
import { number } from '../parts/number';
import { failureAlert, panel, stackedBar, status } from '../parts/panel';
import { valueOf } from '../state/slot';
import { cutText } from '../wording/cut';
import { modeName } from '../wording/modes';
import { memoryText } from '../wording/verdicts';

/** Before a diagnosis the size is not known; the plan then assumes this many. */
const ASSUMED_NEW_TOKENS = 1024;

@customElement('tg-fitting')
export class Fitting extends LabElement {
  private readonly plans = new Task(this, {
    args: () => {
      const { model, engine } = this.lab.slots;
      const settings = this.lab.settings;
      return [
        valueOf(model)?.name,
        valueOf(engine)?.available,
        settings?.batchRows,
        settings?.rowLength,
        this.lab.newTokens,
        this.lab.takesOldRows,
      ] as const;
    },
    task: async ([model, available, batchRows, rowLength, newTokens, takesOldRows]) => {
      if (!model || !available || !batchRows || !rowLength) return null;
      return this.lab.lab.plans({ batchRows, rowLength }, newTokens || ASSUMED_NEW_TOKENS, takesOldRows);
    },
  });

  override render() {
    return this.plans.render({
      initial: () => this.empty(),
      pending: () => this.show(this.plans.value ?? null),
      complete: (plans) => this.show(plans),
      error: (thrown) => failureAlert(asLabError(thrown)),
    });
  }

  private empty() {
    return panel({
      heading: msg('What fits on this device'),
      note: msg('Planned before anything is allocated'),
      body: html`<div class="skels">
        <div class="skel"></div>
        <div class="skel"></div>
        <div class="skel"></div>
        <div class="skel"></div>
      </div>`,
      busy: true,
    });
  }

  private show(plans: readonly FittingPlan[] | null) {
    if (!plans) return this.empty();
    const largest = Math.max(...plans.map((plan) => plan.totalBytes));
    const fitting = plans.filter((plan) => plan.fits).length;
    const summary =
      fitting === plans.length
        ? status('good', msg('Ready. Every mode fits.'))
        : fitting > 0
          ? status('warn', msg('Not every mode fits; choose one that does under Train.'))
          : status('bad', msg('No mode fits. Use fewer rows or shorter rows under Train.'));
    return panel({
      heading: msg('What fits on this device'),
      note: msg('Planned before anything is allocated'),
      name: 'fitting',
      body: html`${plans.map((plan) => fitRow(plan, largest))}`,
      footer: summary,
    });
  }
}

function fitRow(plan: FittingPlan, largest: number) {
  const { bytes } = plan;
  const share = (part: number) => part / largest;
  const gaveWay = cutText(plan.cut);
  const explain = () => ({
    name: `${modeName(plan.mode)}: ${memoryText(plan.totalBytes)}`,
    formula: planFormula(plan),
    meaning: `${msg('Largest binding')}: ${plan.largestBinding.tensor}, ${memoryText(plan.largestBinding.bytes)}.`,
  });
  return html`<div class="fitrow">
    <span>${modeName(plan.mode)}</span>
    ${stackedBar(`${modeName(plan.mode)}: ${memoryText(plan.totalBytes)}`, [
      { share: share(bytes.parameters), color: '--ink-2' },
      { share: share(bytes.gradients + bytes.optimizer), color: '--accent' },
      { share: share(bytes.activations), color: '--control-line' },
      { share: share(bytes.other + (bytes.evaluation ?? 0)), color: '--line-strong' },
    ])}
    <span class="num">${number(measured(memorySize(plan.totalBytes)), explain)}</span>
    ${plan.fits ? status('good', msg('fits')) : status('bad', msg('does not fit'))}
    ${gaveWay ? html`<span class="note">${gaveWay}</span>` : nothing}
  </div>`;
}

export function planFormula({ bytes }: FittingPlan): string {
  const parts: [string, number][] = [
    [msg('weights'), bytes.parameters],
    [msg('gradients'), bytes.gradients],
    [msg('optimizer'), bytes.optimizer],
    [msg('activations'), bytes.activations],
    [msg('evaluation between steps'), bytes.evaluation ?? 0],
    [msg('other'), bytes.other],
  ];
  return parts
    .filter(([, size]) => size > 0)
    .map(([name, size]) => `${memoryText(size)} ${name}`)
    .join(' + ');
}
