/** What may become a token: the trainer's rules, folded away, because the defaults are right for nearly everybody. */
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { LearnRules } from '../../worker/index';
import type { Bounds } from '../../bounds';
import { LabElement } from '../element';
import { wrongNumber } from '../wording/bounds';

interface NumberRule {
  readonly key: 'minFrequency' | 'minDocuments' | 'maxPieceLength';
  readonly label: string;
  /** Shown while nothing is set. */
  readonly placeholder: string;
}

/** As a specification takes them. */
const ruleBounds: Bounds = { least: 1, most: 10_000_000_000, isWhole: true };

@customElement('tg-learn-rules')
export class LearnRulesElement extends LabElement {
  /** Null: as they were learned with. */
  @state() private edited: LearnRules | null = null;
  /** What was typed and cannot be. */
  @state() private wrong: Partial<Record<NumberRule['key'], string>> = {};

  private get rules(): LearnRules {
    return this.edited ?? this.lab.editor.choice.rules ?? {};
  }

  override render() {
    const { rules } = this;
    const locked = this.lab.isTraining || this.lab.slots.candidates.status === 'pending';
    const numbers: NumberRule[] = [
      { key: 'minFrequency', label: msg('Occurrences, at least'), placeholder: '2' },
      { key: 'minDocuments', label: msg('Documents, at least'), placeholder: '2' },
      { key: 'maxPieceLength', label: msg('Characters, at most'), placeholder: msg('the model’s own bound') },
    ];
    return html`<details class="rules" ?open=${Object.keys(rules).length > 0}>
      <summary>${msg('Rules')} <span class="note">${msg('what may become a token')}</span></summary>
      <form @submit=${(event: Event) => this.learn(event)}>
        <fieldset class="settings" ?disabled=${locked}>
          <legend class="sr">${msg('Rules')}</legend>
          ${numbers.map((rule) => this.number(rule))} ${this.unit()}
          <label class="labelled" for="rule-neverMerge"
            ><span>${msg('Never a token that matches')}</span
            ><span class="field"
              ><input
                id="rule-neverMerge"
                data-rule="neverMerge"
                class="mono"
                spellcheck="false"
                autocapitalize="off"
                placeholder=${msg('regular expression')}
                .value=${rules.neverMerge ?? ''}
                @change=${(event: Event) => this.set('neverMerge', (event.target as HTMLInputElement).value || undefined)} /></span
          ></label>
          <label class="choice"
            ><input
              class="check"
              type="checkbox"
              data-rule="mergeDigits"
              .checked=${rules.mergeDigits ?? false}
              @change=${(event: Event) => this.set('mergeDigits', (event.target as HTMLInputElement).checked || undefined)}
            />${msg('Digits may be merged')}</label
          >
        </fieldset>
        <button
          class="btn small"
          data-action="learn-rules"
          ?disabled=${locked || this.edited === null || Object.keys(this.wrong).length > 0}
        >
          ${msg('Learn with these rules')}
        </button>
      </form>
    </details>`;
  }

  private number({ key, label, placeholder }: NumberRule) {
    const wrong = this.wrong[key];
    return html`<label class="labelled" for="rule-${key}"
      ><span>${label}</span
      ><span class="field"
        ><input
          id="rule-${key}"
          data-rule=${key}
          type="text"
          inputmode="numeric"
          autocomplete="off"
          placeholder=${placeholder}
          aria-invalid=${wrong === undefined ? nothing : 'true'}
          aria-describedby=${wrong === undefined ? nothing : `wrong-${key}`}
          .value=${wrong ?? String(this.rules[key] ?? '')}
          @change=${(event: Event) => this.setNumber(key, (event.target as HTMLInputElement).value)} /></span
      >${
        wrong === undefined
          ? nothing
          : html`<span class="wrong" id="wrong-${key}" role="status">${wrongNumber(wrong, ruleBounds)}</span>`
      }</label
    >`;
  }

  private unit() {
    const unit = this.rules.unit ?? 'document';
    const names = { document: msg('a document'), line: msg('a line') };
    return html`<label class="labelled" for="rule-unit"
      ><span>${msg('Merges stay within')}</span
      ><span class="field"
        ><select
          id="rule-unit"
          data-rule="unit"
          @change=${(event: Event) => {
            const { value } = event.target as HTMLSelectElement;
            this.set('unit', value === 'line' ? 'line' : undefined);
          }}
        >
          ${(['document', 'line'] as const).map(
            (each) => html`<option value=${each} ?selected=${each === unit}>${names[each]}</option>`,
          )}
        </select></span
      ></label
    >`;
  }

  private setNumber(key: NumberRule['key'], typed: string): void {
    const { [key]: _, ...others } = this.wrong;
    const isUnset = typed.trim() === '';
    const isWrong = !isUnset && wrongNumber(typed, ruleBounds) !== null;
    this.wrong = isWrong ? { ...others, [key]: typed } : others;
    if (!isWrong) this.set(key, isUnset ? undefined : Number(typed));
  }

  private set<Key extends keyof LearnRules>(key: Key, value: LearnRules[Key] | undefined): void {
    const { [key]: _, ...others } = this.rules;
    this.edited = value === undefined ? others : { ...others, [key]: value };
  }

  private learn(event: Event): void {
    event.preventDefault();
    if (this.edited === null) return;
    const rules = this.edited;
    const { method, grammar } = this.lab.editor.choice;
    this.edited = null;
    void this.lab.words.chooseWay({
      method,
      ...(grammar === undefined ? {} : { grammar }),
      ...(Object.keys(rules).length > 0 ? { rules } : {}),
    });
  }
}
