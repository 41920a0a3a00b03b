/** The languages of the page: a new one is a row here, its code in lit-localize.json, and its translations. */
import type { LocaleModule } from '@lit/localize';
import { sourceLocale, targetLocales } from './locales/codes';

export type Locale = typeof sourceLocale | (typeof targetLocales)[number];

interface Language {
  /** In itself, and short: it stands on a button. */
  readonly name: string;
  /** Whether somebody whose browser says this, in lower case, is shown it at the first visit. */
  readonly matches: (browserLanguage: string) => boolean;
  /** Translations; the source language has none. */
  readonly load: (() => Promise<LocaleModule>) | null;
}

export const languages: Readonly<Record<Locale, Language>> = {
  en: { name: 'EN', matches: (language) => language.startsWith('en'), load: null },
  'zh-Hans': {
    name: '中文',
    matches: (language) => language.startsWith('zh'),
    load: () => import('./locales/zh-Hans'),
  },
};

export const locales = Object.keys(languages) as readonly Locale[];

/** The source language where no other matches. */
export function localeFor(browserLanguage: string): Locale {
  const language = browserLanguage.toLowerCase();
  return locales.find((code) => languages[code].matches(language)) ?? sourceLocale;
}
