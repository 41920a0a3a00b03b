/**
 * What the lab says of a failure, as the page shows it: in the lab's own language at once; in another with the catalogue of its
 * sentences (causes.ts), which is loaded when the first failure is shown.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { until } from 'lit/directives/until.js';
import { sourceLocale } from '../locales/codes';
import { languages, type Locale } from '../languages';
import { locale } from '../localization';
import type { Failure } from '../state/slot';

type Words = TemplateResult | string;
type Said = Pick<Failure, 'message' | 'hint' | 'details'>;
type Wording = Pick<typeof import('./causes'), 'bareCause' | 'causeWords' | 'failureWords'>;

let loaded: { readonly of: Locale; readonly wording: Wording } | null = null;

/** Why, and what to do. */
export const failureWords = (failure: Said): Words =>
  worded(`${failure.message} ${failure.hint}`.trim(), (wording) => wording.failureWords(failure));

/** One sentence of it. */
export const causeWords = (text: string): Words => worded(text, (wording) => wording.causeWords(text));

/** Of many, beside what it is of: not introduced. */
export const bareCause = (text: string): Words => worded(text, (wording) => wording.bareCause(text));

function worded(plain: string, words: (wording: Wording) => Words): Words {
  const of = locale();
  if (of === sourceLocale) return plain;
  return loaded?.of === of ? words(loaded.wording) : html`${until(load(of).then(words), nothing)}`;
}

async function load(of: Locale): Promise<Wording> {
  const [{ useCauses, ...wording }, causes] = await Promise.all([import('./causes'), languages[of].causes!()]);
  useCauses(causes.default);
  loaded = { of, wording };
  return wording;
}
