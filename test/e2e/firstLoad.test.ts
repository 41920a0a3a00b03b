/**
 * What a first visit fetches until its main key can be pressed: the page, its worker and what they import, as every host
 * compresses them (gzip). The bundled model and the samples are texts and weights of their own, and what else there is follows
 * when it is needed or when the page is idle.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright';
import { openBrowser, servePage, type Served } from './browser';
import { MINUTE } from './patience';

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

test.each(['en-US', 'zh-CN'])('a first load is less than 300 KB, compressed: %s', async (locale) => {
  const page = await (await browser.newContext({ locale })).newPage();
  // What is fetched when the page is idle is no part of it.
  await page.addInitScript(() => (window.requestIdleCallback = () => 0));
  const paths: string[] = [];
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin === new URL(served.url).origin) paths.push(pathname);
  });
  await page.goto(served.url, { waitUntil: 'load' });
  await page.waitForSelector('[data-action="start-sample"]:not([disabled])');
  const sizes = [...new Set(paths)]
    .filter((path) => /\.(js|css|svg)$|\/$/.test(path))
    .map((path) => {
      const file = readFileSync(join(served.folder, path.endsWith('/') ? `${path}index.html` : path));
      return [path, gzipSync(file).length] as const;
    });
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  expect(sizes.map(([path]) => path)).toContainEqual(expect.stringContaining('lab-worker'));
  expect(total, JSON.stringify(sizes)).toBeLessThan(300_000);
});
