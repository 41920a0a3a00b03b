import { expect, it } from 'vitest';
import { allLocales, sourceLocale } from '../../src/ui/locales/codes';
import { languages, localeFor, locales } from '../../src/ui/languages';

it.each([
  ['zh-CN', 'zh-Hans'],
  ['ZH', 'zh-Hans'],
  ['en-GB', 'en'],
  ['de', 'en'],
])('a browser in %s is shown %s', (browserLanguage, code) => {
  expect(localeFor(browserLanguage)).toBe(code);
});

it('every language that is built is offered, and all but the source load translations', async () => {
  expect([...locales].sort()).toEqual([...allLocales].sort());
  for (const code of locales) {
    const translations = await languages[code].load?.();
    if (code === sourceLocale) expect(translations).toBeUndefined();
    else expect(Object.keys(translations!.templates).length).toBeGreaterThan(400);
  }
});
