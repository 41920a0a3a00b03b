/** Language and theme, kept in this browser. Storage may be refused; then the choice lasts for the visit. */
import { localeFor, locales, type Locale } from './languages';
import { sourceLocale } from './locales/codes';
import { localization } from './localization';
import { themeChanged } from './parts/roles';
import { keep, read } from './storage';

export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

export async function setLocale(next: Locale): Promise<void> {
  await localization.setLocale(next);
  document.documentElement.lang = next;
  keep('tokengraft.locale', next);
}

export const theme = (): Theme => {
  const kept = read('tokengraft.theme');
  return kept === 'light' || kept === 'dark' ? kept : 'system';
};

export function setTheme(next: Theme): void {
  keep('tokengraft.theme', next);
  showTheme(next);
}

function showTheme(next: Theme): void {
  if (next === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  themeChanged();
}

/** Before the first paint: what was kept, else the browser's language. */
export async function applyPreferences(): Promise<void> {
  showTheme(theme());
  const kept = read('tokengraft.locale');
  const wanted = locales.find((code) => code === (kept ?? localeFor(navigator.language)));
  if (wanted !== undefined && wanted !== sourceLocale) await setLocale(wanted);
}
