/** Training settings with the plan they lead to. A plan that does not fit is refused here, before anything is allocated. */
import { Task } from '@lit/task';
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { FittingPlan, FrozenWeights, InitMethod, TrainMode } from '../../worker/index';
import { LabElement } from '../element';
import { count } from '../format';
import { number } from '../parts/number';
import { alertBox, panel, status } from '../parts/panel';
import { failureWords } from '../wording/said';
import { cutText } from '../wording/cut';
import { FROZEN, INITS, MODES, frozenName, initName, modeName } from '../wording/modes';
import { memoryText } from '../wording/verdicts';
import { planFormula } from './fitting';

@customElement('tg-train-settings')
export class TrainSettingsElement extends LabElement {
  private readonly plan = new Task(this, {
    args: () => {
      const { settings, newTokens } = this.lab;
      return [settings?.mode, settings?.batchRows, settings?.rowLength, newTokens, settings?.frozen] as const;
    },
    task: async ([mode, batchRows, rowLength, newTokens, frozen]) => {
      if (!mode || !batchRows || !rowLength || !newTokens) return null;
      const plans = await this.lab.lab.plans({ batchRows, rowLength, ...(frozen ? { frozen } : {}) }, newTokens);
      const chosen = plans.find((plan) => plan.mode === mode) ?? null;
      this.lab.setPlanFits(chosen?.fits ?? null);
      return { chosen, fitting: plans.filter((plan) => plan.fits) };
    },
  });

  override render() {
    const { settings } = this.lab;
    if (!settings) return nothing;
    const locked = this.lab.isTraining;
    return html`${this.refusal()}
    ${panel({
      heading: msg('Settings'),
      note: msg('The same parts move in every arm; all else stands in the specification'),
      name: 'settings',
      body: html`<fieldset class="settings" ?disabled=${locked}>
        <legend class="sr">${msg('Training settings')}</legend>
        ${this.select('mode', msg('What may move'), MODES, settings.mode, modeName, (mode: TrainMode) => this.lab.changeSettings({ mode }))}
        ${this.select('init', msg('How new rows start'), INITS, settings.init, initName, (init: InitMethod) => this.lab.changeSettings({ init }))}
        ${this.select('frozen', msg('How weights that stay are held'), FROZEN, settings.frozen ?? 'as-stored', frozenName, (frozen: FrozenWeights) => this.lab.changeSettings({ frozen }))}
      </fieldset>`,
      footer: html`<div class="plan">
        ${this.plan.value?.chosen ? this.planned(this.plan.value.chosen) : html`<span class="note">${msg('Planning')}</span>`}
      </div>`,
    })}`;
  }

  private select<T extends string>(
    key: string,
    label: string,
    values: readonly T[],
    value: T,
    name: (value: T) => string,
    choose: (value: T) => void,
  ) {
    return html`<label class="labelled" for="setting-${key}"
      ><span>${label}</span
      ><span class="field"
        ><select
          id="setting-${key}"
          data-setting=${key}
          @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as T)}
        >
          ${values.map((each) => html`<option value=${each} ?selected=${each === value}>${name(each)}</option>`)}
        </select></span
      ></label
    >`;
  }

  private planned(plan: FittingPlan) {
    const size = number(memoryText(plan.totalBytes), () => ({
      name: msg('Memory planned'),
      formula: planFormula(plan),
      meaning: msg(str`Largest binding: ${plan.largestBinding.tensor}, ${memoryText(plan.largestBinding.bytes)}.`),
    }));
    return html`<span class="note"
        >${msg(html`This plan needs ${size} of memory.`)} ${cutText(plan.cut)} ${frozenNote(plan)}</span
      >
      ${plan.fits ? status('good', msg('fits')) : status('bad', msg('does not fit'))}`;
  }

  private refusal() {
    const plan = this.plan.value;
    if (!plan?.chosen || plan.chosen.fits) return nothing;
    const other = plan.fitting[0];
    return alertBox(
      'bad',
      msg('This plan does not fit.'),
      html`${plan.chosen.problems.map((problem) => html`${failureWords(problem)} `)}`,
      other
        ? html`<button type="button" class="btn small" @click=${() => this.lab.changeSettings({ mode: other.mode })}>
            ${msg(str`Use: ${modeName(other.mode)}`)}
          </button>`
        : nothing,
    );
  }
}

/** What is held rounded, and what that saves; nothing where all is held as it is stored. */
function frozenNote({ frozen }: FittingPlan): string {
  if (!frozen) return '';
  const { rounded, asStored, widened } = frozen;
  if (rounded + asStored === 0) return msg('Everything moves, so that nothing is held rounded.');
  const saved = msg('What is saved is never rounded.');
  const matrices = count(rounded);
  const what =
    asStored > 0
      ? msg(
          str`Rounded matrices: ${matrices}; as they are stored, because of the length of their rows: ${count(asStored)}.`,
        )
      : msg(str`Rounded matrices: ${matrices}.`);
  const memory = widened ? msg('On the processor they take as much memory as in 32 bits.') : '';
  return [what, memory, saved].filter((sentence) => sentence !== '').join(' ');
}
