/** A browser without WebGPU, before anything is trained: the model is measured and tried on the processor; flow.test.ts trains. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goTo, openBrowser, servePage, visit, type Served, type Visit } from './browser';

const MINUTE = 60_000;

let served: Served;
let browser: Browser;
let first: Visit;

beforeAll(async () => {
  served = await servePage();
  browser = await openBrowser({ without: ['WebGPU'] });
  first = await visit(await browser.newContext({ locale: 'en-US' }), served.url);
}, 3 * MINUTE);

afterAll(async () => {
  await browser?.close();
  await served?.close();
});

describe('a visit without WebGPU', () => {
  test('computes on the processor, says why, and that everything works', async () => {
    const { page } = first;
    await page.waitForSelector('[data-model]', { timeout: MINUTE });
    await page.waitForSelector('[data-self-test="pass"]', { timeout: MINUTE });
    expect(await page.locator('.badge.dev').textContent()).toContain('Processor');
    expect(await page.locator('[data-panel="device"]').textContent()).toContain('Everything works on the processor');
    expect(await page.locator('.alert').count()).toBe(0);
  });

  test('takes the GPU as soon as there is one, and says what to do where it is asked for and missing', async () => {
    const { page } = first;
    const choice = page.locator('[data-engine-choice]');
    await choice.getByRole('button', { name: 'GPU' }).click();
    await page.locator('[data-panel="device"]', { hasText: 'no graphics adapter' }).waitFor({ timeout: MINUTE });
    await choice.getByRole('button', { name: 'Automatic' }).click();
    await page.waitForSelector('[data-self-test="pass"]', { timeout: MINUTE });
  });

  test('measures bits per byte of the model as it is', { timeout: 3 * MINUTE }, async () => {
    const { page } = first;
    await goTo(page, 'corpus');
    await page.click('[data-sample="molecules"]:not([disabled])');
    await page.getByText('Held-out documents').waitFor({ timeout: MINUTE });
    await goTo(page, 'compare');
    await page.click('[data-action="measure-base"]');
    const panel = page.locator('[data-panel="base-alone"]');
    await panel.getByText('our engine, on the processor').waitFor({ timeout: 2 * MINUTE });
    const bits = Number(await panel.locator('dd b').first().textContent());
    // rootstock never saw a molecule; that the figure is the engine's is shown in test/lab/onnxLab.test.ts.
    expect(bits).toBeGreaterThan(8);
    expect(bits).toBeLessThan(12);
  });

  test('writes text, token by token, and says what it ran on', { timeout: 2 * MINUTE }, async () => {
    const { page } = first;
    await goTo(page, 'try');
    await page.fill('textarea', 'Once upon a time');
    await page.click('[data-action="generate"]');
    await page.waitForSelector('[data-arm="base"] [data-runtime="onnxruntime-web"]', { timeout: MINUTE });
    expect((await page.locator('[data-arm="base"] [data-text]').textContent())!.length).toBeGreaterThan(30);
    expect(await page.locator('[data-arm="grafted"]').count()).toBe(0);
    expect(await page.locator('[data-arm="base"] .stats').textContent()).toContain('tokens/s');
  });

  test('asked nobody but its own server, and broke no rule of the policy', () => {
    const origin = new URL(served.url).origin;
    expect(first.requests.filter((each) => !each.startsWith(origin) && !each.startsWith('blob:'))).toEqual([]);
    expect(first.requests.some((each) => each.endsWith('.wasm'))).toBe(true);
    expect(first.complaints).toEqual([]);
  });
});
