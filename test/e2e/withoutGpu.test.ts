/**
 * A browser without WebGPU: the model is measured and tried on the processor before anything is trained; then two clicks lead to
 * a verdict, in a visit of its own, and an experiment that a reload cuts short goes on to the same figures.
 */
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord, StepRecord } from '../../src/worker/index';
import {
  armRows,
  goTo,
  openBrowser,
  servePage,
  textOfSteps,
  visit,
  type ArmRow,
  type Served,
  type Visit,
} from './browser';
import { keptRuns } from './keptRuns';
import { STEPS } from '../../src/ui/state/route';
import { MINUTE } from './patience';

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

const VERDICT =
  /^(Expand|Do not expand|Not fewer bits|Cannot be told apart|\d+ held-out documents|One held-out document)/;

describe('an experiment without WebGPU', () => {
  let context: BrowserContext;
  let page: Page;
  let uninterrupted: ArmRow[] = [];
  const graftOf = (rows: readonly ArmRow[]) => rows.find(({ arm }) => arm !== 'base' && arm !== 'old vocabulary')!;

  beforeAll(async () => {
    context = await browser.newContext({ locale: 'en-US' });
    ({ page } = await visit(context, served.url));
  }, MINUTE);

  test('two clicks lead from opening to a verdict against the old vocabulary', { timeout: 12 * MINUTE }, async () => {
    await page.click('[data-action="start-sample"]:not([disabled])', { timeout: 4 * MINUTE });
    await page.click('[data-action="start"]:not([disabled])', { timeout: 4 * MINUTE });
    await page.waitForSelector('[data-run="finished"]', { timeout: 10 * MINUTE });
    expect((await page.textContent('main h1'))!.trim()).toMatch(VERDICT);
    await goTo(page, 'compare');
    expect((await page.textContent('main h1'))!.trim()).toMatch(VERDICT);
    expect(await page.textContent('main')).toContain('against old vocabulary, the same bytes of text');
    uninterrupted = await page.evaluate(armRows);
    expect(uninterrupted.map(({ arm }) => arm)).toEqual([
      'base',
      'old vocabulary',
      expect.stringMatching(/^\w+, \d+ tokens$/),
    ]);
    expect(new Set(uninterrupted.map(({ scored }) => scored)).size).toBe(1);
    // rootstock never saw a molecule; what it learns of them, it learns with either vocabulary.
    const [base, ...trained] = uninterrupted.map(({ bits }) => bits);
    expect(base).toBeGreaterThan(8);
    for (const bits of trained) expect(bits).toBeLessThan(0.6 * base!);
  });

  test('both trained arms have read the same bytes of text', async () => {
    const runs = await keptRuns(page);
    expect(runs.map(({ state }) => state)).toEqual(['finished', 'finished', 'finished']);
    const read = runs.filter(({ bytes }) => bytes > 0).map(({ bytes }) => bytes);
    expect(read).toHaveLength(2);
    expect(read[0]).toBeGreaterThan(8000);
    expect(Math.abs(read[0]! - read[1]!)).toBeLessThan(0.01 * read[0]!);
  });

  test('the loss on new tokens fell by at least 30 % within these bytes', async () => {
    const run = (await keptRuns(page)).find(({ arm }) => arm === graftOf(uninterrupted).arm)!;
    const records = run.records
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunRecord);
    const steps = records.filter((record): record is StepRecord => record.type === 'step');
    // How many there are follows from how fast this machine is; none is missing.
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, at) => at + 1));
    expect(steps.length).toBe(run.steps);
    const losses = steps.map(({ newTokenLoss }) => newTokenLoss!);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-5))).toBeLessThan(0.7 * mean(losses.slice(0, 3)));
  });

  test('no step says that anything paid', { timeout: 2 * MINUTE }, async () => {
    expect(await textOfSteps(page, STEPS)).not.toMatch(/\bpaid\b/i);
  });

  test('a reload in the middle offers it, and it goes on to the same figures', { timeout: 14 * MINUTE }, async () => {
    const graft = graftOf(uninterrupted);
    const before = await keptRuns(page, graft.arm);
    page.on('dialog', (dialog) => void dialog.accept());
    const goOn = async () => {
      await page.reload({ waitUntil: 'load' });
      await goTo(page, 'model');
      const offer = page.locator('[data-offer]');
      await offer.waitFor({ timeout: 2 * MINUTE });
      expect(await offer.textContent()).toContain('1 run is still to come');
      await page.click('[data-action="open-last-run"]:not([disabled])');
      await page.waitForSelector('[data-step="train"] [data-run="stopped"]', { timeout: 2 * MINUTE });
      expect(await page.textContent('[data-action="start"]')).toContain('Go on');
      await page.click('[data-action="start"]:not([disabled])');
    };
    // As if this arm had not been run yet.
    await goOn();
    const graftNow = async () => (await keptRuns(page)).find(({ arm }) => arm === graft.arm);
    await expect.poll(async () => (await graftNow())?.state, { timeout: 5 * MINUTE, interval: 500 }).toBe('running');
    const cut = (await graftNow())!;
    expect(cut.step).toBeGreaterThan(0);
    expect(cut.step).toBeLessThan(cut.steps);
    await goOn();
    await page.waitForSelector('[data-run="finished"]', { timeout: 8 * MINUTE });
    await goTo(page, 'compare');
    expect(await page.evaluate(armRows)).toEqual(uninterrupted);
    // What was finished was not run again.
    const after = await keptRuns(page);
    expect(after.filter(({ arm }) => arm !== graft.arm)).toEqual(before);
  });

  test('the arm of the verdict is tried beside the base', { timeout: 6 * MINUTE }, async () => {
    await goTo(page, 'try');
    await page.click('[data-action="generate"]:not([disabled])', { timeout: 2 * MINUTE });
    await page.locator('main h1', { hasText: 'would have needed' }).waitFor({ timeout: 4 * MINUTE });
    for (const arm of ['base', 'grafted']) {
      expect((await page.locator(`[data-arm="${arm}"] [data-text]`).textContent())!.trim()).not.toBe('');
    }
    expect(await page.locator('[data-arm="grafted"] h3').textContent()).toContain(graftOf(uninterrupted).arm);
  });
});
