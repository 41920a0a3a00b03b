/** The languages of the page: a new one is a row here, its code in lit-localize.json, and its translations. */
import type { LocaleModule } from '@lit/localize';
import type { Causes } from './wording/causes';
import { sourceLocale, targetLocales } from './locales/codes';

export type Locale = typeof sourceLocale | (typeof targetLocales)[number];

interface Language {
  /** In itself, and short: it stands on a button. */
  readonly name: string;
  /** Whether somebody whose browser says this, in lower case, is shown it at the first visit. */
  readonly matches: (browserLanguage: string) => boolean;
  /** Translations; the source language has none. */
  readonly load: (() => Promise<LocaleModule>) | null;
  /** What the lab says of failures, by its own sentences (wording/causes.ts); loaded when one is shown. */
  readonly causes: (() => Promise<{ readonly default: Causes }>) | null;
}

export const languages: Readonly<Record<Locale, Language>> = {
  en: { name: 'EN', matches: (language) => language.startsWith('en'), load: null, causes: null },
  'zh-Hans': {
    name: '中文',
    matches: (language) => language.startsWith('zh'),
    load: () => import('./locales/zh-Hans'),
    causes: () => import('./causes/zh-Hans.json'),
  },
};

export const locales = Object.keys(languages) as readonly Locale[];

/** The source language where no other matches. */
export function localeFor(browserLanguage: string): Locale {
  const language = browserLanguage.toLowerCase();
  return locales.find((code) => languages[code].matches(language)) ?? sourceLocale;
}
