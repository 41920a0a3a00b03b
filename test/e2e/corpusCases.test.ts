/**
 * The page reads what people bring as what it is, and says so: the cases of test/support/corpusCases.ts dropped into the built
 * page, what it shows of them, and a choice that overrules.
 */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { casesFolder, corpusCases } from '../support/corpusCases';
import { goTo, openBrowser, servePage, visit, type Served } from './browser';
import { MINUTE } from './patience';

let served: Served;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  served = await servePage();
  browser = await openBrowser();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  ({ page } = await visit(context, served.url));
  await page.waitForSelector('[data-model="rootstock"]', { timeout: 4 * MINUTE });
  await goTo(page, 'corpus');
}, 6 * MINUTE);

afterAll(async () => {
  await browser?.close();
  await served?.close();
});

/** Drops the file and waits for its row. */
async function drop(file: string) {
  await page.locator('tg-step-corpus input[type=file]').first().setInputFiles(join(casesFolder, file));
  const row = page.locator(`tr[data-file="${file.split('/').at(-1)}"]`);
  await row.waitFor({ timeout: MINUTE });
  await page.waitForSelector('tg-step-corpus select:not([disabled]), tr[data-file$=".parquet"]');
  return row;
}

describe('the page', () => {
  test.each(corpusCases.filter(({ named }) => named === undefined))('$file', { timeout: MINUTE }, async (expected) => {
    const row = await drop(expected.file);
    if (expected.format !== 'parquet') {
      expect(await row.locator('select[name=format]').inputValue()).toBe(expected.format);
    }
    const field = row.locator('select[name=field]');
    expect((await field.count()) > 0 ? await field.inputValue() : null).toBe(expected.field);
    expect(await row.locator('[data-count=documents]').textContent()).toBe(String(expected.documents));
    const first = page.locator('[data-panel="first-documents"] .excerpt').first();
    expect(await first.textContent()).toBe(expected.first);
  });

  test('a format that is chosen overrules, and can be given back', { timeout: MINUTE }, async () => {
    const { file } = corpusCases.find((each) => each.file.endsWith('plain.pgn'))!;
    const row = await drop(file);
    await row.locator('select[name=format]').selectOption('lines');
    await page.waitForFunction(() =>
      document.querySelector<HTMLOptionElement>('select[name=format] option[value=auto]'),
    );
    const first = page.locator('[data-panel="first-documents"] .excerpt').first();
    await first.filter({ hasText: '[Event "Club night"]' }).waitFor({ timeout: MINUTE });
    await row.locator('select[name=format]').selectOption('auto');
    await first.filter({ hasText: '1. e4 e5' }).waitFor({ timeout: MINUTE });
    expect(await row.locator('select[name=format]').inputValue()).toBe('pgn');
  });

  test('a field that is chosen is read', { timeout: MINUTE }, async () => {
    const row = await drop('json/first-null.jsonl');
    await row.locator('select[name=field]').selectOption('url');
    await page
      .locator('[data-panel="first-documents"] .excerpt')
      .first()
      .filter({ hasText: 'https://example.org' })
      .waitFor({ timeout: MINUTE });
  });
});
