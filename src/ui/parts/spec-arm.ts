/** One arm of a specification: its name, its vocabulary and start, and every stage with the groups that it moves. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { withGroup, withStage, withStageEarlier, withoutGroup, withoutStage } from '../state/spec-arms';
import { pathText, schemaAt, valueAt, withValue, type FieldPath } from '../state/spec-fields';
import {
  adapterWords,
  earlierRowsWords,
  groupWords,
  stageWords,
  startWords,
  vocabularyWords,
  type StartPart,
} from '../wording/specification';
import { problemText } from '../wording/specProblems';
import { icon } from './icons';
import { plainFields, rareFields, specField, specProblemsAt, type SpecEditing } from './spec-field';

/** How many tokens an arm asks for at first. */
const firstSize = 128;
const startParts = Object.keys(startWords) as readonly StartPart[];

export interface ArmKeys {
  rename(next: string): void;
  duplicate(): void;
  /** Absent for the only arm. */
  remove?: () => void;
  /** That was asked for and belongs to another arm. */
  readonly taken?: string;
}

export function specArm(edit: SpecEditing, name: string, keys: ArmKeys) {
  const path: FieldPath = ['arms', name];
  const stages = valueAt(edit.value, [...path, 'stages']);
  const count = Array.isArray(stages) ? stages.length : 0;
  return html`<div class="spec-fields">
      ${armName(edit, name, keys)}
      <div class="acts whole">
        <button type="button" class="btn small" data-action="copy-arm" @click=${keys.duplicate}>
          ${msg('Duplicate')}
        </button>
        <button
          type="button"
          class="btn small"
          data-action="remove-arm"
          ?disabled=${!keys.remove}
          @click=${() => keys.remove?.()}
        >
          ${icon('bin')}${msg('Remove')}
        </button>
      </div>
      ${vocabulary(edit, path)} ${adapters(edit, path)}
    </div>
    ${Array.from({ length: count }, (_, at) => stage(edit, path, at, count))}
    ${count === 0 ? html`<p class="note">${msg('Not trained: scored as it starts.')}</p>` : nothing}
    <button
      type="button"
      class="btn small"
      data-action="add-stage"
      @click=${() => edit.send(withStage(edit.value, path))}
    >
      ${count === 0 ? msg('Train it') : msg('Add a stage')}
    </button>`;
}

function armName({ problems }: SpecEditing, name: string, { rename, taken }: ArmKeys) {
  const path = pathText(['arms', name]);
  const wrong = problems.filter((problem) => problem.path === path).map(problemText);
  if (taken !== undefined) wrong.unshift(msg(str`there is an arm “${taken}” already`));
  const id = `name-${path}`;
  return html`<div class="labelled whole ${wrong.length > 0 ? 'bad' : ''}" data-field=${path}>
    <label for=${id}>${msg('Name')}</label>
    <span class="field"
      ><input
        id=${id}
        type="text"
        autocomplete="off"
        aria-invalid=${wrong.length > 0 ? 'true' : nothing}
        aria-describedby=${wrong.length > 0 ? `${id}-wrong` : nothing}
        .value=${taken ?? name}
        @change=${(event: Event) => rename((event.target as HTMLInputElement).value.trim())}
    /></span>
    ${wrong.length > 0 ? html`<span class="wrong" id="${id}-wrong">${wrong.join('; ')}</span>` : nothing}
  </div>`;
}

/** A way to tokens brings a vocabulary with it; none takes vocabulary and start away. */
function vocabulary(edit: SpecEditing, arm: FieldPath) {
  const path = [...arm, 'vocabulary'];
  const start = [...arm, 'start'];
  const { method, grammar, ...ofEveryMethod } = vocabularyWords;
  const before = () => valueAt(edit.value, path);
  const hasGrammar = valueAt(edit.value, [...path, 'method']) === 'atomic' || valueAt(edit.value, [...path, 'grammar']);
  const others = hasGrammar ? { grammar, ...ofEveryMethod } : ofEveryMethod;
  const choose = (choice: unknown) => {
    if (choice !== undefined)
      return edit.send(withValue(edit.value, path, { newTokens: firstSize, ...(before() as object), method: choice }));
    edit.send(withValue(withValue(edit.value, path, undefined), start, undefined));
  };
  const usual = schemaAt(edit.schema, start)?.default;
  const partOf = (name: StartPart) => {
    const written = valueAt(edit.value, start);
    if (typeof written === 'object') return valueAt(written, [name]);
    return name === 'input' || name === 'output' ? (written ?? usual) : undefined;
  };
  const putPart = (name: StartPart, next: unknown) => {
    const { input, output, ...others } = Object.fromEntries(
      startParts.map((each) => [each, each === name ? next : partOf(each)]),
    );
    // What is off is left out.
    const chosen = Object.entries(others).filter(([, value]) => value !== undefined && value !== false);
    const isShort = input === output && chosen.length === 0;
    edit.send(withValue(edit.value, start, isShort ? input : { input, output, ...Object.fromEntries(chosen) }));
  };
  return html`${specField(edit, { path: [...path, 'method'], words: method, put: choose })}
  ${
    before() === undefined
      ? specProblemsAt(edit, start)
      : html`${plainFields(edit, path, others)}
        ${startParts.map((part) =>
          specField(edit, {
            path: [...start, part],
            words: startWords[part],
            value: partOf(part),
            put: (next) => putPart(part, next),
          }),
        )}
        ${rareFields(edit, path, others, msg('Rules and single tokens'))}`
  }`;
}

/** Of an arm that has any: they come and go with the rate that a stage gives them. */
function adapters(edit: SpecEditing, arm: FieldPath) {
  const path = [...arm, 'adapters'];
  if (valueAt(edit.value, path) === undefined) return nothing;
  return html`${specProblemsAt(edit, path)} ${plainFields(edit, path, adapterWords)}
  ${rareFields(edit, path, adapterWords, msg('Where adapters stand'))}`;
}

function stage(edit: SpecEditing, arm: FieldPath, at: number, count: number) {
  const path = [...arm, 'stages', at];
  const moves = [...path, 'moves'];
  const known = Object.keys(schemaAt(edit.schema, moves)?.properties ?? {}) as (keyof typeof groupWords)[];
  const hasOwn = valueAt(edit.value, [...arm, 'vocabulary']) !== undefined;
  const isMoved = (group: string) => valueAt(edit.value, [...moves, group]) !== undefined;
  // New rows are of the arm's own vocabulary, else those that an earlier graft put into the model.
  const left = known.filter((group) => !isMoved(group) && (group !== 'newRows' || hasOwn || edit.earlierTokens > 0));
  const wordsOf = (group: keyof typeof groupWords) =>
    group === 'newRows' && !hasOwn ? earlierRowsWords(edit.earlierTokens) : groupWords[group];
  return html`<div class="stage" role="group" data-stage=${at} aria-label=${msg(str`Stage ${at + 1} of ${count}`)}>
    <div class="head">
      <b>${count === 1 ? msg('Training') : msg(str`Stage ${at + 1} of ${count}`)}</b>
      ${
        at > 0
          ? html`<button
              type="button"
              class="btn small text"
              data-action="stage-earlier"
              @click=${() => edit.send(withStageEarlier(edit.value, arm, at))}
            >
              ${msg(str`Before stage ${at}`)}
            </button>`
          : nothing
      }
      <button
        type="button"
        class="btn small text"
        data-action="remove-stage"
        @click=${() => edit.send(withoutStage(edit.value, arm, at))}
      >
        ${count === 1 ? msg('Do not train') : msg('Remove')}
      </button>
    </div>
    <div class="spec-fields">
      ${known.filter(isMoved).map((group) => {
        const rate = [...moves, group];
        const label = wordsOf(group).label();
        return specField(edit, {
          path: rate,
          words: wordsOf(group),
          key: html`<button
            type="button"
            class="icon-btn"
            data-action="hold"
            aria-label=${msg(str`${label}: stays as it is`)}
            title=${msg(str`${label}: stays as it is`)}
            @click=${() => edit.send(withoutGroup(edit.value, path, group))}
          >
            ${icon('cross')}
          </button>`,
        });
      })}
      ${specProblemsAt(edit, moves)}
      ${
        left.length > 0
          ? html`<div class="labelled" data-adds="moves">
              <label for="add-${pathText(moves)}">${msg('What else moves')}</label>
              <span class="field">
                <select
                  id="add-${pathText(moves)}"
                  @change=${(event: Event) => {
                    const picked = event.target as HTMLSelectElement;
                    const group = picked.value;
                    picked.value = '';
                    if (group !== '') edit.send(withGroup(edit.value, path, group));
                  }}
                >
                  <option value="" selected>${msg('add…')}</option>
                  ${left.map((group) => html`<option value=${group}>${wordsOf(group).label()}</option>`)}
                </select>
              </span>
            </div>`
          : nothing
      }
      ${plainFields(edit, path, stageWords)} ${specProblemsAt(edit, [...path, 'batch'])}
      ${rareFields(edit, path, stageWords, msg('Objective, schedule, optimizer'))}
    </div>
  </div>`;
}
