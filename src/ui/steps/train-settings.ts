/**
 * Training settings with the plan they lead to. What is shown is what the specification that Start runs says: where the visitor
 * wrote that, or a preset sets an arm's part itself, it is told instead of offered. A plan that does not fit is refused here,
 * before anything is allocated.
 */
import { Task } from '@lit/task';
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { FittingPlan, FrozenWeights, InitMethod, PresetName, TrainMode, WrittenSpec } from '../../worker/index';
import { LabElement } from '../element';
import { count } from '../format';
import { number } from '../parts/number';
import { alertBox, facts, failureAlert, panel, status, type Fact } from '../parts/panel';
import { SpecDrawer } from '../parts/spec-drawer';
import { failureWords } from '../wording/said';
import { armName, movesText } from '../wording/arms';
import { cutText } from '../wording/cut';
import { FROZEN, INITS, MODES, frozenName, initName, modeName } from '../wording/modes';
import { memoryText } from '../wording/verdicts';
import { asLabError } from '../../worker/index';
import { planFormula } from './fitting';

type Setting = 'mode' | 'init' | 'frozen';

/** What a preset sets arm by arm, whatever the visitor chose. */
const setByPreset: Readonly<Partial<Record<PresetName, Setting>>> = {
  'which-start': 'init',
  'adapters-or-everything': 'mode',
};

interface Planned {
  readonly plans: Readonly<Record<string, FittingPlan>>;
  /** Modes that the same settings would fit in. */
  readonly fitting: readonly TrainMode[];
  readonly defaultInit: InitMethod | null;
}

@customElement('tg-train-settings')
export class TrainSettingsElement extends LabElement {
  private readonly plan = new Task(this, {
    args: () => [this.lab.desk.spec, this.lab.settings, this.lab.newTokens, this.lab.takesOldRows] as const,
    task: async ([spec, settings, newTokens, takesOldRows]): Promise<Planned | null> => {
      if (!spec || !settings) return null;
      const { lab, desk } = this.lab;
      const plans = await lab.armPlans(spec);
      const fits = Object.values(plans).every((each) => each.fits);
      this.lab.setPlanFits(fits);
      const { batchRows, rowLength, frozen } = settings;
      const others =
        fits || desk.ownSpec
          ? []
          : await lab.plans({ batchRows, rowLength, ...(frozen ? { frozen } : {}) }, newTokens, takesOldRows);
      return {
        plans,
        fitting: wholeFitting(others),
        defaultInit: desk.ownSpec ? ((await lab.defaultSettings()).init ?? null) : null,
      };
    },
    // What cannot be planned is refused where it is run, with its reason.
    onError: () => this.lab.setPlanFits(null),
  });

  override render() {
    const { settings, desk } = this.lab;
    if (!settings) return nothing;
    const { ownSpec } = desk;
    return html`${this.refusal()}
    ${panel({
      heading: msg('Settings'),
      note: ownSpec
        ? msg('as the specification that Start runs says; an experiment chosen above is set here again')
        : msg('The same parts move in every arm; all else stands in the specification'),
      name: 'settings',
      ...(ownSpec
        ? {
            end: html`<button type="button" class="btn small" @click=${() => SpecDrawer.instance?.open(ownSpec)}>
              ${msg('Specification')}
            </button>`,
          }
        : {}),
      body: ownSpec
        ? facts([this.told('mode', ownSpec), this.told('init', ownSpec), this.told('frozen', ownSpec)])
        : this.choices(),
      footer: html`<div class="plan">${this.planned()}</div>`,
    })}`;
  }

  private choices() {
    const { settings, desk, isTraining } = this.lab;
    const { mode, init, frozen = 'as-stored' } = settings!;
    const set = setByPreset[desk.preset];
    const spec = desk.spec;
    return html`<fieldset class="settings" ?disabled=${isTraining}>
        <legend class="sr">${msg('Training settings')}</legend>
        ${set === 'mode' ? nothing : this.select('mode', MODES, mode, modeName, (to: TrainMode) => this.lab.changeSettings({ mode: to }))}
        ${set === 'init' ? nothing : this.select('init', INITS, init, initName, (to: InitMethod) => this.lab.changeSettings({ init: to }))}
        ${this.select('frozen', FROZEN, frozen, frozenName, (to: FrozenWeights) => this.lab.changeSettings({ frozen: to }))}
      </fieldset>
      ${set && spec ? facts([this.told(set, spec)]) : nothing}`;
  }

  private select<T extends string>(
    key: Setting,
    values: readonly T[],
    value: T,
    name: (value: T) => string,
    choose: (value: T) => void,
  ) {
    return html`<label class="labelled" for="setting-${key}"
      ><span>${settingName(key)}</span
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

  /** A setting as a specification has it. */
  private told(key: Setting, spec: WrittenSpec): Fact {
    const say = {
      mode: () => movedOf(spec),
      init: () => startsOf(spec, this.plan.value?.defaultInit ?? null),
      frozen: () => frozenName(spec.frozenWeights ?? 'as-stored'),
    };
    return [settingName(key), html`<span data-told=${key}>${say[key]()}</span>`];
  }

  /** Of the arm that needs the most. */
  private planned() {
    const { value, error } = this.plan;
    if (error) return failureAlert(asLabError(error));
    const [largest] = Object.entries(value?.plans ?? {}).sort(
      ([, one], [, other]) => other.totalBytes - one.totalBytes,
    );
    if (!value || !largest)
      return html`<span class="note">${value ? msg('No arm is trained.') : msg('Planning')}</span>`;
    const [arm, plan] = largest;
    const size = number(memoryText(plan.totalBytes), () => ({
      name: msg('Memory planned'),
      formula: planFormula(plan),
      meaning: msg(str`Largest binding: ${plan.largestBinding.tensor}, ${memoryText(plan.largestBinding.bytes)}.`),
    }));
    const rounded = Object.entries(value.plans).find(([, { frozen }]) => frozen && frozen.rounded > 0);
    const held = rounded && rounded[0] !== arm ? `${armName(rounded[0])}: ${frozenNote(rounded[1])}` : frozenNote(plan);
    return html`<span class="note"
        >${msg(html`The arm that needs the most memory, ${armName(arm)}, needs ${size}.`)} ${cutText(plan.cut)}
        ${held}</span
      >
      ${this.lab.planFits === false ? status('bad', msg('does not fit')) : status('good', msg('fits'))}`;
  }

  private refusal() {
    const { value } = this.plan;
    const [unfit] = Object.entries(value?.plans ?? {}).filter(([, { fits }]) => !fits);
    if (!value || !unfit) return nothing;
    const [arm, { problems }] = unfit;
    const [other] = value.fitting;
    return alertBox(
      'bad',
      msg('This plan does not fit.'),
      html`${armName(arm)}: ${problems.map((problem) => html`${failureWords(problem)} `)}`,
      other
        ? html`<button type="button" class="btn small" @click=${() => this.lab.changeSettings({ mode: other })}>
            ${msg(str`Use: ${modeName(other)}`)}
          </button>`
        : nothing,
    );
  }
}

/** Of which the control fits too: the old vocabulary has no new rows, so that its own move where only those would. */
function wholeFitting(plans: readonly FittingPlan[]): TrainMode[] {
  const modes = plans.filter(({ fits }) => fits).map(({ mode }) => mode);
  return modes.filter((mode) => mode !== 'new-rows' || modes.includes('embeddings'));
}

function settingName(key: Setting): string {
  const names: Record<Setting, () => string> = {
    mode: () => msg('What may move'),
    init: () => msg('How new rows start'),
    frozen: () => msg('How weights that stay are held'),
  };
  return names[key]();
}

/** What each trained arm moves; arms are named where they differ. */
function movedOf({ arms }: WrittenSpec): string {
  const trained = Object.entries(arms).filter(([, { stages = [] }]) => stages.length > 0);
  return together(trained.map(([arm, { stages = [] }]) => [arm, movesText(stages)]));
}

/** @param defaultInit of an arm that names none. */
function startsOf({ arms }: WrittenSpec, defaultInit: InitMethod | null): string {
  const grown = Object.entries(arms).filter(([, { vocabulary }]) => vocabulary && vocabulary.method !== 'trim');
  const name = (init: InitMethod | null | undefined) => (init ? initName(init) : '–');
  return together(
    grown.map(([arm, { start = defaultInit }]) => {
      if (start === null || typeof start === 'string') return [arm, name(start)];
      const [input, output] = [start.input ?? defaultInit, start.output ?? defaultInit].map(name);
      return [arm, input === output ? input! : `${input} / ${output}`];
    }),
  );
}

function together(said: readonly (readonly [arm: string, text: string])[]): string {
  const armsOf = new Map<string, string[]>();
  for (const [arm, text] of said) armsOf.set(text, [...(armsOf.get(text) ?? []), armName(arm)]);
  if (armsOf.size === 0) return '–';
  if (armsOf.size === 1) return [...armsOf.keys()][0]!;
  return [...armsOf].map(([text, arms]) => `${arms.join(', ')}: ${text}`).join('; ');
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
