/** One field of a specification: a control by what the schema says of it, with what is wrong beside it; and the fields of a group. */
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { SpecProblem, SpecSchema } from '../../worker/index';
import { pathText, schemaAt, typedValue, valueAt, withValue, type FieldPath } from '../state/spec-fields';
import { isField, type AnyGroupWords, type FieldWords } from '../wording/specification';
import { problemText } from '../wording/specProblems';

export interface SpecEditing {
  /** The specification as it is now, not as it was drawn. */
  readonly value: unknown;
  readonly schema: SpecSchema;
  readonly problems: readonly SpecProblem[];
  /** New tokens that the open model brings. */
  readonly earlierTokens: number;
  /** The whole specification, changed. */
  send(next: unknown): void;
  /** Folded away under its name; opened where a problem lies in one of the fields that it holds. */
  fold(name: string, holds: readonly FieldPath[], summary: unknown, content: () => unknown): TemplateResult;
}

interface FieldParts {
  readonly path: FieldPath;
  readonly words: FieldWords;
  /** What stands there, where it is not what is written at the path. */
  readonly value?: unknown;
  readonly put?: (value: unknown) => void;
  /** Beside the control. */
  readonly key?: TemplateResult;
}

export function specField(edit: SpecEditing, { path, words, key, ...own }: FieldParts) {
  const schema = schemaAt(edit.schema, path);
  if (!schema) return nothing;
  const name = pathText(path);
  const id = `field-${name}`;
  const wrong = edit.problems.filter((problem) => problem.path === name || problem.path.startsWith(`${name}[`));
  const value = 'value' in own ? own.value : valueAt(edit.value, path);
  const put = own.put ?? ((next: unknown) => edit.send(withValue(edit.value, path, next)));
  const take = (event: Event) => put(typedValue(schema, (event.target as HTMLInputElement).value));
  const parts = { id, schema, words, value, take, isWrong: wrong.length > 0 };
  const isLong = isLines(schema);
  return html`<div class="labelled ${parts.isWrong ? 'bad' : ''} ${isLong ? 'whole' : ''}" data-field=${name}>
    <label for=${id}>${words.label()}</label>
    ${isLong ? lines(parts) : html`<span class="field">${choicesOf(schema) ? select(parts) : input(parts)}${words.unit ? html`<span class="unit">${words.unit()}</span>` : nothing}${key ?? nothing}</span>`}
    ${wrongText(id, wrong)}
  </div>`;
}

/** What is wrong with the path itself, where it has no control of its own. */
export function specProblemsAt(edit: SpecEditing, path: FieldPath) {
  const name = pathText(path);
  const wrong = edit.problems.filter((problem) => problem.path === name);
  return wrong.length > 0
    ? html`<div class="labelled bad whole" data-field=${name}>${wrongText(`field-${name}`, wrong)}</div>`
    : nothing;
}

/** Those that are changed often. */
export const plainFields = (edit: SpecEditing, path: FieldPath, words: AnyGroupWords) =>
  fieldsOf(words, path)
    .filter((field) => !field.words.rare)
    .map((field) => specField(edit, field));

/** Those that are changed seldom, folded away. */
export function rareFields(edit: SpecEditing, path: FieldPath, words: AnyGroupWords, title: string) {
  const rare = fieldsOf(words, path).filter((field) => field.words.rare);
  const paths = rare.map((field) => field.path);
  const content = () => html`<div class="spec-fields">${rare.map((field) => specField(edit, field))}</div>`;
  return html`<div class="whole">${edit.fold(pathText([...path, 'rare']), paths, title, content)}</div>`;
}

/** All fields of it and of the groups in it. */
function fieldsOf(words: AnyGroupWords, path: FieldPath): { path: FieldPath; words: FieldWords }[] {
  return Object.entries(words).flatMap(([name, each]) =>
    isField(each) ? [{ path: [...path, name], words: each }] : fieldsOf(each, [...path, name]),
  );
}

const wrongText = (id: string, wrong: readonly SpecProblem[]) =>
  wrong.length > 0 ? html`<span class="wrong" id="${id}-wrong">${wrong.map(problemText).join('; ')}</span>` : nothing;

interface ControlParts {
  readonly id: string;
  readonly schema: SpecSchema;
  readonly words: FieldWords;
  readonly value: unknown;
  readonly take: (event: Event) => void;
  readonly isWrong: boolean;
}

const described = ({ id, isWrong }: ControlParts) => (isWrong ? `${id}-wrong` : nothing);
const invalid = ({ isWrong }: ControlParts) => (isWrong ? 'true' : nothing);

function select(parts: ControlParts) {
  const { id, schema, words, value, take } = parts;
  const chosen = value === undefined ? String(schema.default ?? '') : String(value);
  const names = schema.type === 'boolean' ? yesOrNo : (words.names ?? String);
  return html`<select id=${id} aria-invalid=${invalid(parts)} aria-describedby=${described(parts)} @change=${take}>
    ${words.none ? html`<option value="" ?selected=${chosen === ''}>${words.none()}</option>` : nothing}
    ${choicesOf(schema)!.map(
      (each) => html`<option value=${each} ?selected=${each === chosen}>${names(each)}</option>`,
    )}
  </select>`;
}

function input(parts: ControlParts) {
  const { id, schema, value, take } = parts;
  const text = value === undefined ? '' : Array.isArray(value) ? value.join(', ') : plainText(value);
  return html`<input
    id=${id}
    type="text"
    inputmode=${schema.type === 'integer' ? 'numeric' : schema.type === 'number' ? 'decimal' : 'text'}
    autocomplete="off"
    placeholder=${schema.default === undefined ? '' : plainText(schema.default)}
    aria-invalid=${invalid(parts)}
    aria-describedby=${described(parts)}
    .value=${text}
    @change=${take}
  />`;
}

function lines(parts: ControlParts) {
  const { id, value, take } = parts;
  const text = Array.isArray(value) ? value.join('\n') : value === undefined ? '' : plainText(value);
  return html`<textarea
    id=${id}
    class="mono"
    rows="3"
    spellcheck="false"
    autocomplete="off"
    aria-invalid=${invalid(parts)}
    aria-describedby=${described(parts)}
    .value=${text}
    @change=${take}
  ></textarea>`;
}

const plainText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const yesOrNo = (choice: string): string => (choice === 'true' ? msg('yes') : msg('no'));

/** A list of texts, which may hold spaces and commas. */
const isLines = ({ type, items }: SpecSchema): boolean => type === 'array' && items?.type === 'string';

function choicesOf(schema: SpecSchema): readonly string[] | undefined {
  if (schema.type === 'boolean') return ['true', 'false'];
  return (schema.enum ?? schema.anyOf?.find((branch) => branch.enum)?.enum) as readonly string[] | undefined;
}
