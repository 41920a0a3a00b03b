/** One experiment in two tabs: the second says that it runs in the first, and goes on where that one was stopped. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WrittenSpec } from '../../src/worker/index';
import { specAddress } from '../../src/ui/state/spec-link';
import { openBrowser, servePage, visit, type Served } from './browser';
import { MINUTE } from './patience';

/** Long enough to be looked at from another tab. */
const spec: WrittenSpec = {
  version: 2,
  name: 'In two tabs',
  model: 'bundled',
  corpus: { sample: 'molecules' },
  budget: { bytes: 60_000 },
  seeds: [1],
  evaluation: { bytes: 512, generalBytes: 512, watchBytes: 512, points: 8 },
  arms: { 'old vocabulary': { stages: [{ moves: { everything: 0.003 }, batch: { rows: 2, length: 64 } }] } },
};

let served: Served;
let browser: Browser;

beforeAll(async () => {
  served = await servePage();
  browser = await openBrowser({ without: ['WebGPU'] });
}, 3 * MINUTE);

afterAll(async () => {
  await browser?.close();
  await served?.close();
});

async function start(page: Page): Promise<void> {
  await page.click('[data-action="use-spec"]:not([disabled])', { timeout: MINUTE });
  await page.click('[data-step="train"] [data-action="start"]:not([disabled])', { timeout: MINUTE });
}

test('a second tab says where it runs, and goes on once it is stopped there', { timeout: 6 * MINUTE }, async () => {
  const context = await browser.newContext({ locale: 'en-US' });
  const address = await specAddress(spec, served.url);
  const first = (await visit(context, address)).page;
  await start(first);
  await first.waitForSelector('[data-run="running"]', { timeout: MINUTE });
  const second = (await visit(context, address)).page;
  await start(second);
  const said = second.locator('[data-step="train"] .alert');
  await said.waitFor({ timeout: MINUTE });
  expect(await second.textContent('main h1')).toContain('This experiment runs in another tab.');
  expect(await said.textContent()).toContain('go on here: what is finished is not run again');
  expect(await first.locator('[data-run="running"]').count()).toBe(1);
  // Nor can it be deleted from there.
  await second.evaluate(() => void (location.hash = 'runs'));
  const bin = second.locator('.run-list [data-action="delete"]');
  await bin.waitFor({ timeout: MINUTE });
  expect(await bin.isDisabled()).toBe(true);
  await second.evaluate(() => void (location.hash = 'train'));

  await first.click('[data-action="stop"]:not([disabled])');
  await first.waitForSelector('[data-run="stopped"]', { timeout: MINUTE });
  await second.click('[data-step="train"] [data-action="start"]:not([disabled])', { timeout: MINUTE });
  await second.waitForSelector('[data-run="running"]', { timeout: MINUTE });
  expect(await second.locator('[data-step="train"] .alert').count()).toBe(0);
});
