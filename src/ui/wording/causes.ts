/**
 * What the lab says of a failure, in the page's language. The lab words causes and hints in English, once, where they arise; a
 * catalogue by sentences, with `{}` where a value stands, has them in the other languages, and is loaded with the language. Words
 * that are not the lab's (of a browser, a library, a template) stay as they are.
 */
import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import type { SpecProblem } from '../../worker/index';
import type { Failure } from '../state/slot';
import { problemText } from './specProblems';

/**
 * A sentence of the lab, `{}` where a value stands (`{number}`: only a number does), to one of the language, its values as `{1}`, `{2}`,
 * or as `{=1}` where it is a name, which no language has another word for. So is every value in quotes.
 */
export type Causes = Readonly<Record<string, string>>;

interface Known {
  readonly said: RegExp;
  readonly words: string;
  readonly isFrame: boolean;
  /** For each value, whether it stands in quotes. */
  readonly quoted: readonly boolean[];
}

let known: readonly Known[] | null = null;

/** @param causes null: the page is in the lab's own language. */
export function useCauses(causes: Causes | null): void {
  // The one with the most words of its own first: a value takes anything.
  known =
    causes &&
    Object.entries(causes)
      .sort(([one], [other]) => ownWords(other) - ownWords(one))
      .map(([sentence, words]) => ({
        said: patternOf(sentence),
        words,
        isFrame: !/[a-z]{2}/i.test(sentence.replaceAll('{number}', '')),
        quoted: [...sentence.matchAll(/\{(?:number)?\}/g)].map(({ index }) => isQuoted(sentence.slice(0, index))),
      }));
}

const ownWords = (sentence: string): number => sentence.replaceAll(/\{(number)?\}/g, '').length;

/** Whether what follows stands in quotes. */
function isQuoted(before: string): boolean {
  const isOpen = (quote: string) => before.split(quote).length % 2 === 0;
  return isOpen('`') || isOpen('"') || before.lastIndexOf('“') > before.lastIndexOf('”');
}

function patternOf(sentence: string): RegExp {
  const parts = sentence.split(/(\{\}|\{number\})/);
  const values: Readonly<Record<string, string>> = { '{}': '([^]*?)', '{number}': '(\\d[\\d,]*)' };
  return new RegExp(`^${parts.map((part) => values[part] ?? escaped(part)).join('')}$`, 'u');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Null where it is not the lab's own sentence. */
export function causeText(text: string): string | null {
  if (!known || text === '') return text;
  for (const { said, words, isFrame, quoted } of known) {
    const values = said.exec(text);
    // A sentence without words of its own takes anything: what it ends in must be the lab's.
    if (!values || (isFrame && causeText(values.at(-1)!) === null)) continue;
    return words.replaceAll(/\{(=?)(\d)\}/g, (_, name: string, at: string) => {
      const value = values[Number(at)] ?? '';
      return name || quoted[Number(at) - 1] ? value : valueText(value);
    });
  }
  // Several at once: a line each, or one without its full stop.
  const lines = text.split('\n');
  if (lines.length > 1) {
    const each = lines.map(causeText);
    return each.every((line) => line !== null) ? each.join('\n') : null;
  }
  const bare = /^(?<sentence>[^]+)\.$/u.exec(text)?.groups?.sentence;
  const inner = bare === undefined ? null : causeText(bare);
  return inner === null ? null : `${inner}。`;
}

/** What stands in a sentence: the lab's own words too, or a name or number that is no language's. */
function valueText(value: string): string {
  if (!/[a-z]{2}/i.test(value)) return value;
  const words = causeText(value);
  if (words !== null) return words;
  const each = value.split('; ').map(causeText);
  return each.length > 1 && each.every((one) => one !== null) ? each.join('；') : value;
}

/** Introduced where it stays in words that are not the page's. */
export function causeWords(text: string): TemplateResult | string {
  return causeText(text) ?? html`${msg('In its own words:')} ${bareCause(text)}`;
}

export const bareCause = (text: string): TemplateResult | string =>
  causeText(text) ?? html`<span lang="en">${text}</span>`;

/** Why, and what to do. */
export function failureWords({
  message,
  hint,
  details,
}: Pick<Failure, 'message' | 'hint' | 'details'>): TemplateResult {
  const problems = details?.['problems'];
  const cause = isProblems(problems)
    ? html`${problems.map((problem) => html`<b class="mono">${problem.path}</b> ${problemText(problem)}. `)}`
    : causeWords(message);
  return html`${cause} ${causeWords(hint)}`;
}

const isProblems = (value: unknown): value is readonly SpecProblem[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((each: Partial<SpecProblem>) => each?.reason?.code !== undefined);
