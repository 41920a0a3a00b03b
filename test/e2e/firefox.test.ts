/**
 * A second real browser: Firefox as it comes (on Linux without WebGPU) and with its WebGPU switched on, a second implementation
 * beside Chromium's (wgpu and naga). The tests go on from one another, as a visitor does. Skipped where no Firefox is installed (TOKENGRAFT_FIREFOX names another).
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findFirefox } from '../../scripts/testing/firefox.mjs';
import type { EvaluationRecord, RunRecord, StepRecord } from '../../src/worker/index';
import { armRows, servePage, type ArmRow, type Served } from './browser';
import {
  arrivedIn,
  goToStep,
  openFirefox,
  press,
  setField,
  shows,
  textOf,
  visitInFirefox,
  type FirefoxVisit,
} from './firefoxVisit';
import { drawer, smallText } from './smallExperiment';
import { looked, walk } from './walk';
import { STEPS } from '../../src/ui/state/route';
import { MINUTE } from './patience';

const firefox = findFirefox();

describe.each([
  { kind: 'as it comes', webgpu: false, isPrivate: false },
  { kind: 'with WebGPU', webgpu: true, isPrivate: false },
  { kind: 'in a private window', webgpu: false, isPrivate: true },
])('a visit in Firefox, $kind', ({ webgpu, isPrivate }) => {
  let noAdapter = false;
  const downloads = mkdtempSync(join(tmpdir(), 'tokengraft-firefox-'));
  let served: Served;
  let browser: Browser;
  let first: FirefoxVisit;
  let files: Record<string, Uint8Array> = {};
  let rows: ArmRow[] = [];

  beforeAll(async () => {
    if (!firefox) return;
    served = await servePage();
    browser = await openFirefox(firefox, downloads, { webgpu, isPrivate });
    first = await visitInFirefox(browser, served.url);
    noAdapter = webgpu && !(await first.page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter())));
  }, 3 * MINUTE);

  beforeEach((context) => {
    context.skip(!firefox, 'Firefox is not installed; TOKENGRAFT_FIREFOX names one elsewhere');
    context.skip(noAdapter, 'this Firefox has no WebGPU adapter here, with the preferences set that allow one');
  });

  afterAll(async () => {
    await browser?.close();
    await served?.close();
    rmSync(downloads, { recursive: true, force: true });
  });

  /** Saves as zip and reads what arrived on disk. */
  async function savedZip(): Promise<Record<string, Uint8Array>> {
    const before = readdirSync(downloads);
    await press(first.page, '[data-action="save-file"]:not([disabled])', MINUTE);
    const path = await arrivedIn(downloads, before, 5 * MINUTE);
    expect(path).toMatch(/\.zip$/);
    await first.page.waitForSelector('.proof[data-passed="true"]');
    return unzipSync(readFileSync(path));
  }

  test('every request is answered while the kept files take over', { timeout: 3 * MINUTE }, async ({ skip }) => {
    skip(isPrivate, 'a private window keeps nothing');
    const failed = await first.page.evaluate(async () => {
      const { serviceWorker } = navigator;
      const failures: string[] = [];
      for (let after = 0; after < 40; after += Number(serviceWorker.controller !== null)) {
        await fetch('./samples/index.json')
          .then((response) => response.text())
          .catch((error: unknown) => failures.push(String(error)));
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      return failures;
    });
    expect(failed).toEqual([]);
  });

  test('the page opens isolated, with the bundled model, and nothing sent', { timeout: 3 * MINUTE }, async () => {
    const { page } = first;
    await page.waitForSelector('[data-model]', { timeout: MINUTE });
    await page.waitForSelector('[data-self-test="pass"]', { timeout: 2 * MINUTE });
    // Of a card that software imitates and the processor, the faster one was taken.
    const threads = await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency));
    await shows(page, '.badge.dev', threads > 1 ? `Processor, ${threads} threads` : 'Processor', MINUTE);
    if (webgpu) {
      await press(page, '[data-engine-choice] button:nth-child(2)', MINUTE);
      await shows(page, '.badge.dev', 'Software GPU', 4 * MINUTE);
      await page.waitForSelector('[data-self-test="pass"]', { timeout: 4 * MINUTE });
    }
    await page.waitForSelector('[data-panel="fitting"]', { timeout: MINUTE });
    expect(await page.evaluate(() => [crossOriginIsolated, typeof SharedArrayBuffer])).toEqual([true, 'function']);
    expect(await textOf(page, '[data-requests="elsewhere"]')).toBe('0');
    expect((await page.$$('h1')).length).toBe(1);
  });

  test('a sample is read, split, and known for what it is', { timeout: 3 * MINUTE }, async () => {
    const { page } = first;
    await goToStep(page, 'corpus');
    await press(page, '[data-sample="molecules"]:not([disabled])', MINUTE);
    await shows(page, 'main', 'Held-out documents', MINUTE);
    expect(Number((await textOf(page, '[data-count="documents"]')).replace(/\D/g, ''))).toBeGreaterThan(1000);
  });

  test('the diagnosis reaches a verdict', { timeout: 5 * MINUTE }, async () => {
    const { page } = first;
    await goToStep(page, 'diagnose');
    await page.waitForSelector('[data-signal]', { timeout: 4 * MINUTE });
    expect((await page.$$('[data-signal]')).length).toBeGreaterThan(2);
  });

  test('a vocabulary is learned that writes held-out text shorter', { timeout: 5 * MINUTE }, async () => {
    const { page } = first;
    await goToStep(page, 'vocabulary');
    await page.waitForSelector('[data-new]', { timeout: 4 * MINUTE });
    const count = async (of: string) => Number((await textOf(page, `[data-count="${of}"]`)).replace(/\D/g, ''));
    expect(await count('grafted')).toBeLessThan(await count('base'));
  });

  test('the model as it is is measured on the processor', { timeout: 4 * MINUTE }, async ({ skip }) => {
    skip(webgpu || isPrivate, 'it is measured on the processor, in the visit as Firefox comes');
    const { page } = first;
    await goToStep(page, 'compare');
    await press(page, '[data-action="measure-base"]', MINUTE);
    await shows(page, '[data-panel="base-alone"]', 'our engine, on the processor', 3 * MINUTE);
    const bits = Number(await textOf(page, '[data-panel="base-alone"] dd b'));
    expect(bits).toBeGreaterThan(8);
    expect(bits).toBeLessThan(12);
  });

  test('the base writes text from a prompt', { timeout: 3 * MINUTE }, async ({ skip }) => {
    skip(webgpu, 'onnxruntime-web writes it on the processor, in the visits without WebGPU');
    const { page } = first;
    await goToStep(page, 'try');
    await setField(page, 'textarea', 'Once upon a time');
    await press(page, '[data-action="generate"]:not([disabled])', MINUTE);
    await page.waitForSelector('[data-arm="base"] [data-runtime="onnxruntime-web"]', { timeout: 2 * MINUTE });
    expect((await textOf(page, '[data-arm="base"] [data-text]')).length).toBeGreaterThan(30);
  });

  describe('training', () => {
    test('the experiment that Start runs comes to its end', { timeout: 14 * MINUTE }, async () => {
      const { page } = first;
      await goToStep(page, 'train');
      if (webgpu || isPrivate) {
        await press(page, drawer.open, MINUTE);
        await setField(page, drawer.text, smallText(await page.$eval(drawer.text, (area) => area.value)));
        await press(page, drawer.use, MINUTE);
      }
      await press(page, '[data-action="start"]:not([disabled])', 4 * MINUTE);
      await page.waitForSelector('[data-panel="chart-loss"] canvas', { timeout: 5 * MINUTE });
      await page.waitForSelector('[data-run="finished"]', { timeout: 10 * MINUTE });
    });

    test(
      'its verdict compares the graft with the old vocabulary on the same text',
      { timeout: 6 * MINUTE },
      async () => {
        const { page } = first;
        await goToStep(page, 'compare');
        await page.waitForSelector('[data-panel="arms"]', { timeout: 5 * MINUTE });
        rows = await page.evaluate(armRows);
        expect(rows.map(({ arm }) => arm)).toEqual([
          'base',
          'old vocabulary',
          expect.stringMatching(/^\w+, \d+ tokens$/),
        ]);
        expect(new Set(rows.map(({ scored }) => scored)).size).toBe(1);
        const [base, control, graft] = rows.map(({ bits }) => bits);
        expect(control!).toBeLessThan(base!);
        expect(graft!).toBeLessThan(base!);
        expect((await textOf(page, 'main h1')).trim()).toMatch(
          /^(Expand|Do not expand|Not fewer bits|Cannot be told apart|Too few held-out documents)/,
        );
        expect(await textOf(page, 'main')).toContain('against old vocabulary, the same bytes of text');
        expect(await textOf(page, 'body')).not.toMatch(/\bpaid\b/i);
      },
    );

    test('base and graft answer the same prompt', { timeout: 5 * MINUTE }, async () => {
      const { page } = first;
      await goToStep(page, 'try');
      await press(page, '[data-action="generate"]:not([disabled])', MINUTE);
      await shows(page, 'main h1', 'would have needed', 4 * MINUTE);
      for (const arm of ['base', 'grafted']) {
        expect((await textOf(page, `[data-arm="${arm}"] [data-text]`)).trim()).not.toBe('');
      }
    });

    test('the zip arrives on disk with the hashes that the page shows', { timeout: 6 * MINUTE }, async () => {
      const { page } = first;
      await goToStep(page, 'download');
      files = await savedZip();
      const names = Object.keys(files).map((name) => name.split('/').at(-1));
      expect(names).toEqual(
        expect.arrayContaining(['model.safetensors', 'config.json', 'tokenizer.json', 'README.md', 'run.jsonl']),
      );
      const shown = await page.$$eval('[data-panel="files"] .hash', (all) =>
        all.map((each) => each.getAttribute('title')),
      );
      const found = Object.values(files).map((bytes) => createHash('sha256').update(bytes).digest('hex'));
      expect(shown.length).toBeGreaterThan(3);
      for (const hash of shown) expect(found).toContain(hash);
    });

    test('loss on new tokens fell by at least 30 % and held-out bits per byte fell, within the same bytes', () => {
      const name = Object.keys(files).find((each) => each.endsWith('run.jsonl'))!;
      const records = new TextDecoder()
        .decode(files[name])
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as RunRecord);
      const steps = records.filter((record): record is StepRecord => record.type === 'step');
      const losses = steps.filter(({ newTokenLoss }) => newTokenLoss !== null).map(({ newTokenLoss }) => newTokenLoss!);
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      // How many there are follows from how fast this machine is; none is missing.
      expect(steps.map(({ step }) => step)).toEqual(steps.map((_, at) => at + 1));
      expect(losses.length).toBe(steps.length);
      expect(mean(losses.slice(-5))).toBeLessThan(0.7 * mean(losses.slice(0, 3)));
      const evaluations = records.filter((record): record is EvaluationRecord => record.type === 'evaluation');
      expect(evaluations[0]).toMatchObject({ step: 0, bytesRead: 0 });
      expect(evaluations.at(-1)!.bitsPerByte!).toBeLessThan(evaluations[0]!.bitsPerByte!);
    });

    test('the same as ONNX arrives', { timeout: 6 * MINUTE }, async ({ skip }) => {
      skip(isPrivate, 'it is saved in the visits that have a private file system; here only the folder is');
      const { page } = first;
      await press(page, '[data-form="onnx"]', MINUTE);
      await page.select('[data-setting="onnxDtype"]', 'q4');
      const names = Object.keys(await savedZip());
      for (const name of ['config.json', 'tokenizer.json', 'onnx/model_q4.onnx', 'onnx/model_q4.onnx_data']) {
        expect(names.some((each) => each.endsWith(name))).toBe(true);
      }
    });

    test('a second visit offers the last experiment and opens it', { timeout: 6 * MINUTE }, async ({ skip }) => {
      skip(isPrivate, 'a private window keeps nothing');
      const { page } = await visitInFirefox(browser, served.url);
      await page.waitForSelector('[data-offer]', { timeout: MINUTE });
      await press(page, '[data-action="open-last-run"]:not([disabled])', MINUTE);
      await page.waitForSelector('[data-panel="arms"]', { timeout: 5 * MINUTE });
      expect(await page.evaluate(armRows)).toEqual(rows);
      await page.close();
    });
  });

  test('every action is within reach on every step at every width', { timeout: 3 * MINUTE }, async () => {
    const { page } = first;
    const walker = {
      goTo: (step: string) => goToStep(page, step),
      resize: (size: { readonly width: number; readonly height: number }) => page.setViewport(size),
      look: () => page.evaluate(looked),
    };
    expect(await walk(STEPS, walker)).toEqual([]);
    await page.setViewport({ width: 390, height: 844 });
    const isClipped = await page.$eval('.bar .seg', (seg) => seg.scrollWidth > seg.clientWidth);
    expect(isClipped).toBe(false);
    await page.setViewport({ width: 1440, height: 900 });
  });

  test('asked nobody but its own server, and had nothing to complain about', async () => {
    const elsewhere = first.requests.filter((url) => /^https?:/.test(url) && !url.startsWith(served.url));
    expect(elsewhere).toEqual([]);
    expect(first.requests.length).toBeGreaterThan(5);
    expect(await first.complaints()).toEqual([]);
  });
});
