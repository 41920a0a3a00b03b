/** The language that the page is in. Apart from the choice of one (preferences.ts): words are also made where there is no page. */
import { configureLocalization } from '@lit/localize';
import { languages, type Locale } from './languages';
import { sourceLocale, targetLocales } from './locales/codes';

export const localization = configureLocalization({
  sourceLocale,
  targetLocales,
  loadLocale: (code) => languages[code as Locale].load!(),
});

export const locale = (): Locale => localization.getLocale() as Locale;
