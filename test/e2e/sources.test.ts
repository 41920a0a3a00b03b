/**
 * Models that are not the page's own, in the built page: a GGUF file from disk, and a model of the Hub, under the policy that a host serves: the visitor's click is what asks, the mirror
 * of the tests answers in the place of huggingface.co, and the private file system keeps what came.
 */
import { readFileSync, readdirSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tinyGguf } from '../checkpoint/gguf/tinyGguf';
import { tinyLlama } from '../lab/letters';
import { hubMirror, type HubMirror } from '../support/hubMirror';
import { openBrowser, servePage, visit, type Served } from './browser';

const MINUTE = 60_000;
const HUB = 'https://huggingface.co';

let served: Served;
let browser: Browser;
let context: BrowserContext;
let mirror: HubMirror;

beforeAll(async () => {
  const tree = await tinyLlama();
  const files: Record<string, Uint8Array> = {};
  for (const name of tree.list()) files[name] = await tree.open(name)!.read(0, tree.open(name)!.size);
  const config = { architectures: ['LlamaForCausalLM'], model_type: 'llama' };
  mirror = await hubMirror({
    'lab/tiny': { files, licence: 'mit', config },
    'lab/gguf': { files: { 'tiny.gguf': tinyGguf('llama') }, licence: 'apache-2.0', token: 'hf_12345678' },
  });
  served = await servePage();
  browser = await openBrowser();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  await context.route(`${HUB}/**`, async (route) => {
    const url = route.request().url().replace(HUB, mirror.url);
    await route.fulfill({ response: await route.fetch({ url }) });
  });
}, 3 * MINUTE);

afterAll(async () => {
  await browser?.close();
  await served?.close();
  await mirror?.close();
});

const toHub = (requests: readonly string[]) => requests.filter((url) => url.startsWith(HUB));
const elsewhere = (requests: readonly string[]) =>
  requests.filter((url) => /^https?:/.test(url) && !url.startsWith(served.url) && !url.startsWith(HUB));

async function openHub(page: Page): Promise<void> {
  await page.waitForSelector('[data-model="rootstock"]', { timeout: 4 * MINUTE });
  await page.click('#source-hub');
}

async function lookUp(page: Page, id: string): Promise<void> {
  await page.fill('[data-hub] input[name="id"]', id);
  await page.click('[data-action="look-up"]:not([disabled])');
}

test('a GGUF file opens in the lab as a model of its own', { timeout: 6 * MINUTE }, async () => {
  const { page, requests } = await visit(context, served.url);
  await page.waitForSelector('[data-model="rootstock"]', { timeout: 4 * MINUTE });
  const buffer = Buffer.from(tinyGguf('llama'));
  await page
    .locator('tg-drop-zone [data-pick="other"]')
    .setInputFiles({ name: 'tiny.gguf', mimeType: 'application/octet-stream', buffer });
  await page.waitForSelector('[data-model="tiny"]', { timeout: MINUTE });
  expect([...toHub(requests), ...elsewhere(requests)]).toEqual([]);
  await page.close();
});

describe('the Hub in the page', () => {
  test('is asked for nothing before a click, and what a click asks is counted', { timeout: 6 * MINUTE }, async () => {
    const { page, requests, complaints } = await visit(context, served.url);
    await openHub(page);
    expect(toHub(requests)).toEqual([]);
    expect(await page.textContent('[data-requests="elsewhere"]')).toBe('0');
    await lookUp(page, 'lab/tiny');
    const preview = page.locator('[data-preview="lab/tiny"]');
    await preview.waitFor({ timeout: MINUTE });
    expect(await preview.textContent()).toMatch(/LlamaForCausalLM[^]*mit[^]*1234567890ab/);
    expect(toHub(requests).length).toBeGreaterThan(0);
    expect(toHub(requests).every((url) => url.startsWith(`${HUB}/api/models/lab/tiny/`))).toBe(true);
    await page.click('[data-action="download-model"]:not([disabled])');
    await page.waitForSelector('[data-model="tiny"]', { timeout: 2 * MINUTE });
    expect(await page.textContent('[data-requests="elsewhere"]')).toBe(String(toHub(requests).length));
    expect(elsewhere(requests)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test(
    'what was downloaded is there on the next visit, opens without a request, and can be removed',
    {
      timeout: 6 * MINUTE,
    },
    async () => {
      const { page, requests } = await visit(context, served.url);
      await openHub(page);
      await page.click('[data-cached="lab/tiny"] [data-action="open-cached"]:not([disabled])');
      await page.waitForSelector('[data-model="tiny"]', { timeout: MINUTE });
      expect(toHub(requests)).toEqual([]);
      await page.click('[data-cached="lab/tiny"] [data-action="remove-cached"]:not([disabled])');
      await page.waitForSelector('[data-cached]', { state: 'detached', timeout: MINUTE });
      const left = await page.evaluate(async () => {
        const hub = await (await navigator.storage.getDirectory()).getDirectoryHandle('hub');
        const names: string[] = [];
        for await (const name of hub.keys()) names.push(name);
        return names;
      });
      expect(left).toEqual([]);
      await page.close();
    },
  );

  test('a download that is cancelled goes on where it stopped', { timeout: 6 * MINUTE }, async () => {
    const { page } = await visit(context, served.url);
    await openHub(page);
    await lookUp(page, 'lab/tiny');
    await page.waitForSelector('[data-preview="lab/tiny"]', { timeout: MINUTE });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const asked = page.waitForRequest(`${HUB}/**/model.safetensors`, { timeout: MINUTE });
    await page.route(`${HUB}/**/model.safetensors`, async (route) => {
      await held;
      await route.abort();
    });
    await page.click('[data-action="download-model"]:not([disabled])');
    await asked;
    await page.click('[data-action="cancel-download"]');
    await page.waitForSelector('[data-cached="lab/tiny"]', { timeout: MINUTE });
    release();
    expect(await page.textContent('[data-cached="lab/tiny"]')).toMatch(/ of .*Go on/s);
    await page.unroute(`${HUB}/**/model.safetensors`);
    mirror.requests.length = 0;
    await page.click('[data-cached="lab/tiny"] [data-action="open-cached"]:not([disabled])');
    await page.waitForSelector('[data-model="tiny"]', { timeout: MINUTE });
    // The small files had arrived.
    expect(mirror.requests.filter(({ path }) => path.includes('config.json'))).toEqual([]);
    await page.close();
  });

  test(
    'a gated GGUF file opens with a token, which no storage of the browser holds',
    { timeout: 6 * MINUTE },
    async () => {
      const { page } = await visit(context, served.url);
      await openHub(page);
      await lookUp(page, 'lab/gguf');
      await page.waitForSelector('[data-hub] [role="alert"]', { timeout: MINUTE });
      await page.click('[data-hub] details summary');
      await page.fill('[data-hub] input[name="token"]', 'hf_12345678');
      await lookUp(page, 'lab/gguf');
      await page.waitForSelector('[data-preview="lab/gguf"]', { timeout: MINUTE });
      await page.click('[data-action="download-model"]:not([disabled])');
      await page.waitForSelector('[data-model="tiny"]', { timeout: MINUTE });
      const stored = await page.evaluate(async () => {
        const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
        const hub = await (await navigator.storage.getDirectory()).getDirectoryHandle('hub');
        for await (const handle of hub.values()) {
          if (handle.kind === 'file') texts.push(await (await (handle as FileSystemFileHandle).getFile()).text());
        }
        return texts.join('\n');
      });
      expect(stored).toContain('lab/gguf');
      expect(stored).not.toContain('hf_12345678');
      await page.close();
    },
  );

  test('the policy of the built page names its own origin and the hosts of the Hub, and holds', async () => {
    const { page, complaints } = await visit(context, served.url);
    const policy = await page.getAttribute('meta[http-equiv="Content-Security-Policy"]', 'content');
    expect(/connect-src ([^;]+)/.exec(policy!)![1]!.trim().split(' ')).toEqual([
      "'self'",
      HUB,
      'https://*.huggingface.co',
      'https://*.hf.co',
    ]);
    const reached = await page.evaluate(() =>
      fetch('https://example.com/').then(
        () => true,
        () => false,
      ),
    );
    expect(reached).toBe(false);
    expect(complaints.join()).toMatch(/Content Security Policy/);
    await page.close();
  });

  test('the Hub’s library is no part of what the page loads first', () => {
    const html = readFileSync(`${served.folder}/index.html`, 'utf8');
    const scripts = readdirSync(`${served.folder}/assets`).filter((name) => name.endsWith('.js'));
    const hub = scripts.filter((name) =>
      readFileSync(`${served.folder}/assets/${name}`, 'utf8').includes('/api/models/'),
    );
    expect(hub.length).toBeGreaterThan(0);
    for (const name of hub) expect(html).not.toContain(name);
    expect(hub.some((name) => /lab-worker/.test(name))).toBe(false);
  });
});
