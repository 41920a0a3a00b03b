/**
 * Controls for the fields of a specification that are changed most: choices, bounds and defaults are the schema's, so that they
 * cannot differ from what is checked. What is wrong stands beside the field, with what is possible.
 *
 * @fires edit with the whole specification, one field changed
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { InitMethod, SpecProblem, SpecSchema } from '../../worker/index';
import { PageElement } from '../element';
import { pathText, schemaAt, typedValue, valueAt, withValue, type FieldPath } from '../state/spec-fields';
import { initName } from '../wording/modes';
import { groupName, methodName } from '../wording/specification';

interface FieldParts {
  readonly path: FieldPath;
  readonly label: string;
  readonly unit?: string;
  /** In words, of a field that is chosen from a list. */
  readonly names?: (choice: string) => string;
  /** What stands there while it is chosen to have none. */
  readonly none?: string;
}

export type SpecEdit = CustomEvent<unknown>;

@customElement('tg-spec-fields')
export class SpecFields extends PageElement {
  @property({ attribute: false }) value: unknown = null;
  @property({ attribute: false }) schema: SpecSchema | null = null;
  @property({ attribute: false }) problems: readonly SpecProblem[] = [];

  override render() {
    if (!this.schema) return nothing;
    const arms = valueAt(this.value, ['arms']);
    const names = typeof arms === 'object' && arms !== null ? Object.keys(arms) : [];
    return html`<h3>${msg('For all arms')}</h3>
      <div class="spec-fields">
        ${this.field({ path: ['name'], label: msg('Question') })}
        ${this.field({ path: ['budget', 'bytes'], label: msg('Text for each arm'), unit: msg('bytes') })}
        ${this.field({ path: ['seeds'], label: msg('Seeds') })}
        ${this.field({ path: ['evaluation', 'bytes'], label: msg('Held-out text'), unit: msg('bytes') })}
        ${this.field({ path: ['evaluation', 'margin'], label: msg('Not worse up to'), unit: msg('of the control') })}
      </div>
      ${names.map((name, at) => this.arm(name, at, names.length))}`;
  }

  private arm(name: string, at: number, of: number) {
    const path: FieldPath = ['arms', name];
    const own = pathText(path);
    const isBad = this.problems.some((problem) => problem.path.startsWith(own));
    const hasTokens = valueAt(this.value, [...path, 'vocabulary']) !== undefined;
    const stages = valueAt(this.value, [...path, 'stages']);
    const count = Array.isArray(stages) ? stages.length : 0;
    const stage: FieldPath = [...path, 'stages', 0];
    const groups = Object.keys(schemaAt(this.schema!, [...stage, 'moves'])?.properties ?? {});
    const shown = groups.filter((group) => group !== 'adapters' && (group !== 'newRows' || hasTokens));
    return html`<details data-arm=${name} ?open=${isBad || at === of - 1}>
      <summary><b>${name}</b> <span class="note">${msg(str`arm ${at + 1} of ${of}`)}</span></summary>
      <div class="spec-fields">
        ${this.field({
          path: [...path, 'vocabulary', 'method'],
          label: msg('New tokens by'),
          names: methodName,
          none: msg('none: the old vocabulary'),
        })}
        ${
          hasTokens
            ? html`${this.field({ path: [...path, 'vocabulary', 'newTokens'], label: msg('How many') })}
              ${this.start(path)}`
            : nothing
        }
        ${
          count > 0
            ? html`${shown.map((group) => this.field({ path: [...stage, 'moves', group], label: groupName(group), unit: msg('peak rate') }))}
              ${this.field({ path: [...stage, 'batch', 'rows'], label: msg('Rows a step') })}
              ${this.field({ path: [...stage, 'batch', 'length'], label: msg('Row length'), unit: msg('tokens') })}`
            : nothing
        }
      </div>
      ${count === 0 ? html`<p class="note">${msg('Not trained: scored as it starts.')}</p>` : nothing}
      ${count > 1 ? html`<p class="note">${msg(str`The first of ${count} stages; the others stand in the JSON.`)}</p>` : nothing}
    </details>`;
  }

  /** One start for both sides; where they differ, the JSON says how. */
  private start(path: FieldPath) {
    const start = [...path, 'start'];
    if (typeof valueAt(this.value, start) === 'object') return nothing;
    return this.field({ path: start, label: msg('Rows start as'), names: (name) => initName(name as InitMethod) });
  }

  private field({ path, label, unit, names, none }: FieldParts) {
    const name = pathText(path);
    const schema = schemaAt(this.schema!, path);
    if (!schema) return nothing;
    const choices = (schema.enum ?? schema.anyOf?.find((branch) => branch.enum)?.enum) as readonly string[] | undefined;
    const value = valueAt(this.value, path);
    const wrong = this.problems.filter((problem) => problem.path === name || problem.path.startsWith(`${name}[`));
    const id = `field-${name}`;
    const text = value === undefined ? '' : Array.isArray(value) ? value.join(', ') : String(value);
    const described = wrong.length > 0 ? `${id}-wrong` : nothing;
    const invalid = wrong.length > 0 ? 'true' : nothing;
    return html`<div class="labelled ${wrong.length > 0 ? 'bad' : ''}" data-field=${name}>
      <label for=${id}>${label}</label>
      <span class="field">
        ${
          names && choices
            ? html`<select
                id=${id}
                aria-invalid=${invalid}
                aria-describedby=${described}
                @change=${(event: Event) => this.choose(path, (event.target as HTMLSelectElement).value)}
              >
                ${none === undefined ? nothing : html`<option value="" ?selected=${text === ''}>${none}</option>`}
                ${choices.map((each) => html`<option value=${each} ?selected=${each === (text || schema.default)}>${names(each)}</option>`)}
              </select>`
            : html`<input
                id=${id}
                type="text"
                inputmode=${schema.type === 'integer' ? 'numeric' : schema.type === 'number' ? 'decimal' : 'text'}
                autocomplete="off"
                placeholder=${schema.default === undefined ? '' : String(schema.default)}
                aria-invalid=${invalid}
                aria-describedby=${described}
                .value=${text}
                @change=${(event: Event) => this.put(path, typedValue(schema, (event.target as HTMLInputElement).value))}
              />`
        }
        ${unit ? html`<span class="unit">${unit}</span>` : nothing}
      </span>
      ${
        wrong.length > 0
          ? html`<span class="wrong" id=${id + '-wrong'} lang="en"
              >${wrong.map(({ message }) => message).join('; ')}</span
            >`
          : nothing
      }
    </div>`;
  }

  /** A way to tokens brings a vocabulary with it; none takes vocabulary and start away. */
  private choose(path: FieldPath, choice: string): void {
    if (path.at(-1) !== 'method') return this.put(path, choice);
    const arm = path.slice(0, -2);
    const vocabulary = [...arm, 'vocabulary'];
    if (choice === '') {
      const rest = withValue(withValue(this.value, vocabulary, undefined), [...arm, 'start'], undefined);
      return this.send(rest);
    }
    const before = valueAt(this.value, vocabulary);
    this.send(withValue(this.value, vocabulary, { newTokens: 128, ...(before as object | undefined), method: choice }));
  }

  private put(path: FieldPath, value: unknown): void {
    this.send(withValue(this.value, path, value));
  }

  private send(value: unknown): void {
    this.dispatchEvent(new CustomEvent('edit', { detail: value }));
  }
}
