/**
 * Controls for the fields of a specification, for all arms and arm by arm: choices, bounds and defaults are the schema's, so
 * that they cannot differ from what is checked; words are those of one table. What is wrong stands beside the field.
 *
 * @fires edit with the whole specification, changed
 */
import { msg, str } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { SpecProblem, SpecSchema } from '../../worker/index';
import { PageElement } from '../element';
import { armNamesOf, withArmNamed, withArmTwice, withNewArm, withoutArm } from '../state/spec-arms';
import { pathText, withValue, type FieldPath } from '../state/spec-fields';
import { forAllArms } from '../wording/specification';
import { specArm } from './spec-arm';
import { plainFields, rareFields, specField, specProblemsAt, type SpecEditing } from './spec-field';

export type SpecEdit = CustomEvent<unknown>;

@customElement('tg-spec-fields')
export class SpecFields extends PageElement {
  @property({ attribute: false }) value: unknown = null;
  @property({ attribute: false }) schema: SpecSchema | null = null;
  /** New tokens that the open model brings from an earlier graft. */
  @property({ type: Number }) earlierTokens = 0;
  @property({ attribute: false }) problems: readonly SpecProblem[] = [];
  /** A name that was asked for and is another arm's. */
  @state() private refused: { readonly arm: string; readonly name: string } | null = null;
  /** Names of what is unfolded; null: the last arm. */
  private unfolded: Set<string> | null = null;
  private isNewProblem = false;
  /** The arm whose name is written next. */
  private toName: string | null = null;

  /** Another specification than before: what was unfolded is not. */
  restart(): void {
    this.unfolded = null;
    this.refused = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.isNewProblem = changed.has('problems');
    if (changed.has('value')) this.refused = null;
  }

  protected override updated(): void {
    if (this.toName === null) return;
    const name = pathText(['arms', this.toName]);
    const input = [...this.querySelectorAll<HTMLElement>('[data-field]')]
      .find((field) => field.dataset.field === name)
      ?.querySelector('input');
    this.toName = null;
    input?.focus();
    input?.select();
  }

  override render() {
    if (!this.schema) return nothing;
    const { schema, problems, earlierTokens } = this;
    const now = () => this.value;
    const edit: SpecEditing = {
      ...{ schema, problems, earlierTokens, fold: this.fold },
      send: (next) => this.send(next),
      get value() {
        return now();
      },
    };
    const names = armNamesOf(this.value);
    this.unfolded ??= new Set(names.slice(-1).map((name) => pathText(['arms', name])));
    const { name, budget, seeds, frozenWeights, precision, evaluation } = forAllArms;
    return html`<h3>${msg('For all arms')}</h3>
      <div class="spec-fields">
        ${plainFields(edit, [], { name })}
        ${Object.entries(budget).map(([way, words]) =>
          specField(edit, {
            path: ['budget', way],
            words,
            // One of the two: the other gives way.
            put: (next) => edit.send(withValue(edit.value, ['budget'], next === undefined ? {} : { [way]: next })),
          }),
        )}
        ${specProblemsAt(edit, ['budget'])} ${plainFields(edit, [], { seeds, frozenWeights, precision })}
        ${plainFields(edit, ['evaluation'], evaluation)}
        ${rareFields(edit, ['evaluation'], evaluation, msg('General text and the curve'))}
      </div>
      ${names.map((arm, at) => this.arm(edit, arm, at, names.length))} ${specProblemsAt(edit, ['arms'])}
      <button
        type="button"
        class="btn small"
        data-action="add-arm"
        @click=${() => this.put(withNewArm(this.value, msg('new arm')))}
      >
        ${msg('Add an arm')}
      </button>`;
  }

  private arm(edit: SpecEditing, name: string, at: number, of: number) {
    const summary = html`<b>${name}</b> <span class="note">${msg(str`arm ${at + 1} of ${of}`)}</span>`;
    const path: FieldPath = ['arms', name];
    const content = () =>
      specArm(edit, name, {
        rename: (next) => this.rename(name, next),
        duplicate: () => this.put(withArmTwice(this.value, name)),
        ...(of > 1 ? { remove: () => this.send(withoutArm(this.value, name)) } : {}),
        ...(this.refused?.arm === name ? { taken: this.refused.name } : {}),
      });
    return html`<div data-arm=${name}>${this.fold(pathText(path), [path], summary, content)}</div>`;
  }

  private readonly fold: SpecEditing['fold'] = (name, holds, summary, content): TemplateResult => {
    const open = this.unfolded!;
    const isWrong = holds.map(pathText).some((path) => this.problems.some((problem) => problem.path.startsWith(path)));
    if (isWrong && this.isNewProblem) open.add(name);
    return html`<details
      ?open=${live(open.has(name))}
      @toggle=${({ currentTarget }: Event) => {
        if ((currentTarget as HTMLDetailsElement).open) open.add(name);
        else open.delete(name);
      }}
    >
      <summary>${summary}</summary>
      ${content()}
    </details>`;
  };

  /** What was unfolded in it stays so. */
  private rename(name: string, next: string): void {
    if (next === name) return void (this.refused = null);
    const renamed = withArmNamed(this.value, name, next);
    if (renamed === null) return void (this.refused = { arm: name, name: next });
    const [before, after] = [name, next].map((each) => pathText(['arms', each])) as [string, string];
    this.unfolded = new Set(
      [...(this.unfolded ?? [])].map((each) => (each.startsWith(before) ? after + each.slice(before.length) : each)),
    );
    this.send(renamed);
  }

  /** Another arm, to be named. */
  private put({ spec, name }: { readonly spec: unknown; readonly name: string }): void {
    this.unfolded!.add(pathText(['arms', name]));
    this.toName = name;
    this.send(spec);
  }

  /** At once, not when it comes back: the next edit goes on from it. */
  private send(value: unknown): void {
    this.value = value;
    this.dispatchEvent(new CustomEvent('edit', { detail: value }));
  }
}
