/** Loaded once, the page works without a network: reload included, isolated as before, up to a verdict. A new build takes its place. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goTo, openBrowser, servePage, visit, type Served, type Visit } from './browser';
import { useSmallExperiment } from './smallExperiment';
import { MINUTE } from './patience';

let served: Served;
let browser: Browser;
let context: BrowserContext;
let first: Visit;

beforeAll(async () => {
  served = await servePage();
  browser = await openBrowser({ without: ['WebGPU'] });
  context = await browser.newContext({ locale: 'en-US' });
  first = await visit(context, served.url);
}, 3 * MINUTE);

afterAll(async () => {
  await browser?.close();
  await served?.close();
});

const offlineReady = (page: Page) => page.waitForSelector('[data-offline="ready"]', { timeout: 2 * MINUTE });

describe('a page that was loaded once', () => {
  test('keeps its files and says so, and loads what it lacks without a network', { timeout: 4 * MINUTE }, async () => {
    const { page } = first;
    await offlineReady(page);
    await context.setOffline(true);
    // Not loaded yet: the step's script, and onnxruntime-web with its wasm.
    await goTo(page, 'try');
    await page.fill('textarea', 'Once upon a time');
    await page.click('[data-action="generate"]:not([disabled])');
    await page.waitForSelector('[data-arm="base"] [data-runtime="onnxruntime-web"]', { timeout: MINUTE });
  });

  test('opens again without a network, isolated and under the same policy', { timeout: 2 * MINUTE }, async () => {
    const { page } = first;
    const response = await page.reload({ waitUntil: 'load' });
    expect(response!.fromServiceWorker()).toBe(true);
    expect(response!.headers()).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'content-security-policy': expect.stringContaining("script-src 'self' 'wasm-unsafe-eval';"),
    });
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await goTo(page, 'model');
    await page.waitForSelector('[data-model="rootstock"]', { timeout: MINUTE });
    await page.waitForSelector('[data-self-test="pass"]', { timeout: MINUTE });
  });

  test('leads from the sample to a verdict without a network', { timeout: 12 * MINUTE }, async () => {
    const { page } = first;
    await page.click('[data-action="start-sample"]:not([disabled])');
    await page.waitForSelector('[data-action="start"]:not([disabled])', { timeout: 4 * MINUTE });
    await useSmallExperiment(page);
    await page.click('[data-action="start"]:not([disabled])');
    await page.waitForSelector('[data-run="finished"]', { timeout: 10 * MINUTE });
    await goTo(page, 'compare');
    await page.waitForSelector('[data-panel="arms"]', { timeout: MINUTE });
    expect(first.complaints).toEqual([]);
  });

  test('keeps files of the build alone, and every one of them', async () => {
    const { page } = first;
    const kept = await page.evaluate(async () => {
      const names = await caches.keys();
      const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return requests.flat().map(({ url }) => new URL(url).pathname);
    });
    expect(kept).toContain('/models/rootstock/model.safetensors');
    for (const path of kept)
      expect(() => readFileSync(join(served.folder, path, path === '/' ? 'index.html' : ''))).not.toThrow();
  });

  test('takes a new build as a whole when it is loaded again after it', { timeout: 4 * MINUTE }, async () => {
    const { page } = first;
    await context.setOffline(false);
    const words = 'A newer build of the lab';
    const index = join(served.folder, 'index.html');
    const script = join(served.folder, 'service-worker.js');
    const integrity = (bytes: string) => `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
    const before = readFileSync(index, 'utf8');
    const after = before.replace('<title>Tokengraft', `<meta name="build" content="${words}"><title>Tokengraft`);
    writeFileSync(index, after);
    writeFileSync(script, readFileSync(script, 'utf8').replace(integrity(before), integrity(after)));
    const seen = () => page.locator('meta[name="build"]').count();
    // The kept build is shown while the new one is fetched, never a mixture.
    await goTo(page, 'model');
    await page.reload({ waitUntil: 'load' });
    expect(await seen()).toBe(0);
    await page.waitForSelector('[data-model="rootstock"]', { timeout: MINUTE });
    const isWaiting = () => page.evaluate(async () => (await navigator.serviceWorker.ready).waiting !== null);
    await expect.poll(isWaiting, { timeout: MINUTE }).toBe(true);
    await page.reload({ waitUntil: 'load' });
    await expect.poll(seen, { timeout: MINUTE }).toBe(1);
    await page.waitForSelector('[data-model="rootstock"]', { timeout: MINUTE });
    expect(first.complaints).toEqual([]);
  });
});
