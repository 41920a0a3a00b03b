/**
 * Models that are not the page's own, in the built page: a GGUF file from disk, and a model of the Hub, under the policy
 * that a host serves. The browser finds the mirror of the tests at the names of the Hub and of its storage hosts, so that
 * redirects, origins, preflights and the policy are the browser's own; the private file system keeps what came.
 */
import { readFileSync, readdirSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tinyGguf } from '../checkpoint/gguf/tinyGguf';
import { tinyLlama } from '../lab/vocabulary/letters';
import { hubMirror, type HubMirror } from '../support/hubMirror';
import { openBrowser, servePage, visit, type Served } from './browser';
import { MINUTE } from './patience';

const HUB = 'https://huggingface.co';
const STORAGE = 'https://cas-bridge.xethub.hf.co';
/** As https://huggingface.co/.well-known/meta.json names them, and those that redirects have named. */
const STORAGE_HOSTS = [
  'cas-bridge.xethub.hf.co',
  'transfer.xethub.hf.co',
  'transfer.xethub-eu.hf.co',
  'cdn-lfs.hf.co',
  'cdn-lfs-us-1.hf.co',
  'cdn-lfs-eu-1.hf.co',
  'cdn-lfs.huggingface.co',
  'us.aws.cdn.hf.co',
  'us-east1.us.gcp.cdn.hf.co',
];

/** Led to the same server, so that only the policy can keep them apart. */
const OTHER_HOSTS = ['storage.example', 'hf.co.example', 'notreallyhf.co'];

let served: Served;
let browser: Browser;
let context: BrowserContext;
let mirror: HubMirror;

beforeAll(async () => {
  const tree = await tinyLlama();
  const files: Record<string, Uint8Array> = {};
  for (const name of tree.list()) files[name] = await tree.open(name)!.read(0, tree.open(name)!.size);
  const otherWeights = files['model.safetensors']!.slice();
  otherWeights[otherWeights.length - 1]! ^= 1;
  const config = { architectures: ['LlamaForCausalLM'], model_type: 'llama' };
  // Nobody vouches for it: the browser is told to take it.
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'huggingface.co' }]);
  mirror = await hubMirror(
    {
      'lab/tiny': { files, licence: 'mit', config },
      'lab/other': { files: { ...files, 'model.safetensors': otherWeights } },
      'lab/gguf': { files: { 'tiny.gguf': tinyGguf('llama') }, licence: 'apache-2.0', token: 'hf_12345678' },
    },
    { key, cert },
  );
  served = await servePage();
  const [hub, storage] = [mirror.url, mirror.storageUrl].map((url) => new URL(url).host);
  const elsewhere = [...STORAGE_HOSTS, ...OTHER_HOSTS].map((host) => `MAP ${host} ${storage}`);
  browser = await openBrowser({
    more: [
      '--ignore-certificate-errors',
      `--host-resolver-rules=${[`MAP huggingface.co ${hub}`, ...elsewhere].join(', ')}`,
    ],
  });
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
}, 3 * MINUTE);

beforeEach(() => {
  mirror.reset();
  // A page takes what has come when it has its turn, on a busy machine not within a tenth of a second.
  mirror.breakDelay = 2000;
  mirror.redirectsTo = STORAGE;
});

afterAll(async () => {
  await browser?.close();
  await served?.close();
  await mirror?.close();
});

const toHub = (requests: readonly string[]) => requests.filter((url) => url.startsWith(HUB));
const toStorage = (requests: readonly string[]) => requests.filter((url) => url.startsWith(STORAGE));
const elsewhere = (requests: readonly string[]) =>
  requests.filter((url) => /^https?:/.test(url) && ![served.url, HUB, STORAGE].some((host) => url.startsWith(host)));
/** What the storage host was asked: method and range. */
const asked = () =>
  mirror.requests.filter(({ host }) => host === 'storage').map(({ method, range }) => `${method} ${range ?? 'all'}`);

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
  expect([...toHub(requests), ...toStorage(requests), ...elsewhere(requests)]).toEqual([]);
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
    expect(toStorage(requests).map((url) => new URL(url).pathname)).toEqual(['/lab/tiny/model.safetensors']);
    expect(asked()).toEqual(['GET all']);
    expect(await page.textContent('[data-requests="elsewhere"]')).toBe(
      String([...toHub(requests), ...toStorage(requests)].length),
    );
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
      expect([...toHub(requests), ...toStorage(requests)]).toEqual([]);
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
      mirror.breakAfter.push(300);
      mirror.storageRefuses.push(null, 403);
      await page.click('[data-action="download-model"]:not([disabled])');
      await page.waitForSelector('[data-model="tiny"]', { timeout: MINUTE });
      // The Hub is asked beforehand whether it takes a token, the storage host nothing: it gets none, and a plain range.
      expect(mirror.requests.some(({ host, method }) => host === 'hub' && method === 'OPTIONS')).toBe(true);
      expect(asked()).toEqual(['GET all', 'GET bytes=300-', 'GET bytes=300-']);
      expect(mirror.requests.filter(({ host, authorised }) => host === 'storage' && authorised)).toEqual([]);
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

  test('a redirect to a host that is not the Hub’s is not followed', { timeout: 6 * MINUTE }, async () => {
    mirror.redirectsTo = `https://${OTHER_HOSTS[0]!}`;
    const { page } = await visit(context, served.url);
    await openHub(page);
    await lookUp(page, 'lab/other');
    await page.waitForSelector('[data-preview="lab/other"]', { timeout: MINUTE });
    await page.click('[data-action="download-model"]:not([disabled])');
    await page.waitForSelector('[data-hub] [role="alert"]', { timeout: MINUTE });
    expect(await page.textContent('[data-hub] [role="alert"]')).toContain('could not be reached');
    expect(asked()).toEqual([]);
    await page.close();
  });

  test('a download goes on at the storage host where the connection breaks off', { timeout: 6 * MINUTE }, async () => {
    const { page, requests } = await visit(context, served.url);
    await openHub(page);
    await lookUp(page, 'lab/other');
    await page.waitForSelector('[data-preview="lab/other"]', { timeout: MINUTE });
    mirror.breakAfter.push(700, 800);
    await page.click('[data-action="download-model"]:not([disabled])');
    await page.waitForSelector('[data-model="other"]', { timeout: MINUTE });
    expect(asked()).toEqual(['GET all', 'GET bytes=700-', 'GET bytes=1500-']);
    expect(elsewhere(requests)).toEqual([]);
    await page.close();
  });

  test('the policy of the built page names its own origin and the hosts of the Hub, and holds', async () => {
    const { page, complaints } = await visit(context, served.url);
    const policy = await page.getAttribute('meta[http-equiv="Content-Security-Policy"]', 'content');
    expect(/connect-src ([^;]+)/.exec(policy!)![1]!.trim().split(' ')).toEqual([
      "'self'",
      HUB,
      'https://*.huggingface.co',
      'https://*.hf.co',
    ]);
    const hosts = ['huggingface.co', ...STORAGE_HOSTS];
    const reached = await page.evaluate(
      async (asked) => {
        const answered: string[] = [];
        for (const host of asked) {
          await fetch(`https://${host}/`).then(
            () => answered.push(host),
            () => undefined,
          );
        }
        return answered;
      },
      [...hosts, ...OTHER_HOSTS],
    );
    expect(reached).toEqual(hosts);
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
