/**
 * From opening the page to a model folder on disk: the bundled model, the molecules, a real experiment; on the browser's own
 * WebGPU, and on the processor in a browser without it. Only new rows move in its graft, so that they can be taken alone;
 * what Start runs untouched is in withoutGpu.test.ts. The tests go on from one another, as a visitor does.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { unzipSync } from 'fflate';
import type { Browser, BrowserContext } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesSource, ggufTree, memoryTree } from '../../src/checkpoint/index';
import { openModel, parseSpecText, type ExperimentReport, type RunKey } from '../../src/lab/index';
import type { EvaluationRecord, RunRecord, StepRecord } from '../../src/worker/index';
import {
  armRows,
  goTo,
  layoutShifts,
  mainThreadTasks,
  openBrowser,
  servePage,
  textOfSteps,
  visit,
  type ArmRow,
  type Served,
  type Visit,
} from './browser';
import { useSmallExperiment } from './smallExperiment';
import { looked, walk } from './walk';
import { STEPS } from '../../src/ui/state/route';
import { MINUTE } from './patience';

const WAYS = [
  { name: 'on the GPU', without: [], choose: 'GPU', engine: 'Software GPU' },
  { name: 'without WebGPU', without: ['WebGPU'], choose: null, engine: 'Processor' },
] as const;

describe.each(WAYS)('a visit from opening to download, $name', ({ without, choose, engine }) => {
  let served: Served;
  let browser: Browser;
  let context: BrowserContext;
  let first: Visit;
  let files: Record<string, Uint8Array> = {};
  let rows: ArmRow[] = [];
  let graft = '';
  const scratch = mkdtempSync(join(tmpdir(), 'tokengraft-e2e-'));

  beforeAll(async () => {
    served = await servePage();
    browser = await openBrowser({ without });
    context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      acceptDownloads: true,
      locale: 'en-US',
    });
    first = await visit(context, served.url);
  }, 3 * MINUTE);

  afterAll(async () => {
    await browser?.close();
    await served?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  test(
    'the page opens with the bundled model, says what computes and that it is right, and nothing was sent',
    { timeout: 5 * MINUTE },
    async () => {
      const { page } = first;
      await page.waitForSelector('[data-model]', { timeout: 4 * MINUTE });
      await page.waitForSelector('[data-self-test="pass"]', { timeout: 4 * MINUTE });
      // Of a GPU that software imitates and the processor, the faster one was taken.
      expect(await page.locator('.badge.dev').textContent()).toContain('Processor');
      if (choose !== null) {
        await page.locator('[data-engine-choice]').getByRole('button', { name: choose }).click();
        await page.locator('.badge.dev', { hasText: engine }).waitFor({ timeout: 4 * MINUTE });
      }
      await page.waitForSelector('[data-self-test="pass"]', { timeout: 4 * MINUTE });
      await page.waitForSelector('[data-panel="fitting"]', { timeout: MINUTE });
      expect(await page.locator('[data-requests="elsewhere"]').textContent()).toBe('0');
      expect(await page.locator('h1').count()).toBe(1);
    },
  );

  test('one click on the sample leads to where only Start is left', { timeout: 5 * MINUTE }, async () => {
    const { page } = first;
    await page.click('[data-action="start-sample"]:not([disabled])');
    await page.waitForSelector('[data-action="start"]:not([disabled])', { timeout: 4 * MINUTE });
  });

  test(
    'an experiment runs without one main-thread task over 50 ms, and with what is read in its place',
    { timeout: 14 * MINUTE },
    async () => {
      const { page } = first;
      await page.selectOption('[data-setting="mode"]', 'new-rows');
      await useSmallExperiment(page);
      await page.click('[data-action="start"]:not([disabled])');
      await page.waitForSelector('[data-run="running"]', { timeout: 5 * MINUTE });
      await page.waitForSelector('[data-panel="chart-loss"] canvas', { timeout: 5 * MINUTE });
      const moved = await layoutShifts(page);
      // From the click on, the page is rebuilt once for the run; the promise is about the time while it trains.
      const tasks = await mainThreadTasks(page, () =>
        page.waitForSelector('[data-run="finished"]', { timeout: 10 * MINUTE }),
      );
      // Two arms and their readings cannot have been drawn in fewer: the trace was really taken.
      expect(tasks.length).toBeGreaterThan(60);
      expect(tasks.filter(({ cpuMilliseconds }) => !(cpuMilliseconds <= 50))).toEqual([]);
      // While it trains nothing does (stillness.browser.test.ts); the verdict's words may need more room, once. A tenth is called good.
      expect(await moved()).toBeLessThan(0.05);
    },
  );

  test('its verdict compares the graft with the old vocabulary on the same text', { timeout: 6 * MINUTE }, async () => {
    const { page } = first;
    await goTo(page, 'compare');
    await page.waitForSelector('[data-panel="arms"]', { timeout: 5 * MINUTE });
    rows = await page.evaluate(armRows);
    graft = rows.at(-1)!.arm;
    expect(rows.map(({ arm }) => arm)).toEqual(['base', 'old vocabulary', expect.stringMatching(/^\w+, \d+ tokens$/)]);
    expect(new Set(rows.map(({ scored }) => scored)).size).toBe(1);
    expect(await page.textContent('main')).toContain(`${graft} against old vocabulary, the same bytes of text`);
    expect(await page.textContent('main')).toContain('the two are not trained with the same freedom');
    const [base, control] = rows;
    expect(control!.bits).toBeLessThan(base!.bits);
    expect(rows.at(-1)!.bits).toBeLessThan(base!.bits);
  });

  test('base and graft answer the same prompt', { timeout: 5 * MINUTE }, async () => {
    const { page } = first;
    await goTo(page, 'try');
    await page.click('[data-action="generate"]');
    await page.waitForFunction(
      () => document.querySelector('main h1')?.textContent?.includes('would have needed'),
      undefined,
      {
        timeout: 4 * MINUTE,
      },
    );
    for (const arm of ['base', 'grafted']) {
      expect((await page.locator(`[data-arm="${arm}"] [data-text]`).textContent())!.trim()).not.toBe('');
    }
    expect(await page.locator('[data-arm="grafted"] h3').textContent()).toContain(graft);
  });

  test(
    'the zip arrives after it was re-opened and agreed with the trained model',
    { timeout: 6 * MINUTE },
    async () => {
      const { page } = first;
      await goTo(page, 'download');
      const arriving = page.waitForEvent('download', { timeout: 5 * MINUTE });
      await page.click('[data-action="save-file"]');
      const download = await arriving;
      await page.waitForSelector('.proof[data-passed="true"]');
      expect(download.suggestedFilename()).toMatch(/\.zip$/);
      files = unzipSync(readFileSync(await download.path()));
      const names = Object.keys(files).map((name) => name.split('/').at(-1));
      expect(names).toEqual(
        expect.arrayContaining([
          'model.safetensors',
          'config.json',
          'generation_config.json',
          'tokenizer.json',
          'README.md',
          'run.jsonl',
          'experiment.json',
          'report.json',
        ]),
      );
      const text = (end: string) =>
        new TextDecoder().decode(files[Object.keys(files).find((each) => each.endsWith(end))!]);
      // What is needed to run it again says what the graft was compared with, and with what result.
      expect(text('README.md')).not.toMatch(/\bpaid\b/i);
      const experiment = parseSpecText(text('experiment.json'));
      const report = JSON.parse(text('report.json')) as ExperimentReport & { taken: RunKey };
      expect(Object.keys(experiment.arms)).toEqual(rows.map(({ arm }) => arm));
      expect(experiment.arms[graft]).toMatchObject({ stages: [{ rates: { newRows: expect.any(Number) } }] });
      expect(report.taken).toEqual({ arm: graft, seed: 1 });
      expect(report.arms.map(({ arm, heldOut }) => [arm, heldOut.bitsPerByte])).toEqual(
        rows.map(({ arm, bits }) => [arm, bits]),
      );
      const shown = await page
        .locator('[data-panel="files"] .hash')
        .evaluateAll((all) => all.map((each) => each.getAttribute('title')));
      const found = Object.values(files).map((bytes) => createHash('sha256').update(bytes).digest('hex'));
      for (const hash of shown) expect(found).toContain(hash);
    },
  );

  test('the same as ONNX: its bytes were opened by onnxruntime-web and agreed', { timeout: 6 * MINUTE }, async () => {
    const { page } = first;
    await page.click('[data-form="onnx"]');
    await page.selectOption('[data-setting="onnxDtype"]', 'q4');
    const arriving = page.waitForEvent('download', { timeout: 5 * MINUTE });
    await page.click('[data-action="save-file"]:not([disabled])');
    const download = await arriving;
    expect(await page.locator('.proof[data-passed="true"]').textContent()).toContain('onnxruntime-web');
    const names = Object.keys(unzipSync(readFileSync(await download.path())));
    for (const name of ['config.json', 'tokenizer.json', 'onnx/model_q4.onnx', 'onnx/model_q4.onnx_data']) {
      expect(names.some((each) => each.endsWith(name))).toBe(true);
    }
  });

  test(
    'the same as GGUF is one file, which the lab reads as the model of the zip',
    { timeout: 6 * MINUTE },
    async () => {
      const { page } = first;
      await page.click('[data-form="gguf"]:not([disabled])');
      await page.selectOption('[data-setting="ggufDtype"]', 'Q8_0');
      const arriving = page.waitForEvent('download', { timeout: 5 * MINUTE });
      await page.click('[data-action="save-file"]:not([disabled])');
      const download = await arriving;
      expect(await page.locator('.proof[data-passed="true"]').textContent()).toContain('tensors equal to the bit');
      const name = download.suggestedFilename();
      expect(name).toBe('rootstock-grafted-q8_0.gguf');
      expect(await page.locator('[data-command]').textContent()).toContain(`-m ${name} `);
      const bytes = readFileSync(await download.path());
      const [fromFile, fromZip] = await Promise.all([
        ggufTree(bytesSource(name, new Uint8Array(bytes))).then((tree) => openModel(tree, 'folder')),
        openModel(memoryTree('zip', files), 'folder'),
      ]);
      for (const text of ['CC(=O)Oc1ccccc1C(=O)O', 'Once upon a time, in 1234.']) {
        expect(fromFile.tokenizer.encode(text).ids).toEqual(fromZip.tokenizer.encode(text).ids);
      }
      const { embeddingRows, parameters } = fromZip.summary;
      expect(fromFile.summary).toMatchObject({ embeddingRows, parameters });
      const embedding = 'model.embed_tokens.weight';
      const [found, expected] = await Promise.all(
        [fromFile, fromZip].map(({ checkpoint }) => checkpoint.tensors.get(embedding)!.readF32()),
      );
      const most = expected!.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      // Half a step of eight bits, and half a step of the zip's bf16.
      const away = expected!.reduce((worst, value, at) => Math.max(worst, Math.abs(value - found![at]!)), 0);
      expect(away).toBeGreaterThan(0);
      expect(away / most).toBeLessThan(0.5 / 127 + 2 ** -8);
    },
  );

  test('its new rows alone, put onto the base again, agree too', { timeout: 6 * MINUTE }, async () => {
    const { page } = first;
    await page.click('[data-form="delta"]');
    const arriving = page.waitForEvent('download', { timeout: 5 * MINUTE });
    await page.click('[data-action="save-file"]:not([disabled])');
    const download = await arriving;
    await page.waitForSelector('.proof[data-passed="true"]');
    const delta = unzipSync(readFileSync(await download.path()));
    expect(Object.keys(delta)).toEqual(expect.arrayContaining(['delta.safetensors', 'tokenizer.json', 'README.md']));
    expect(Object.keys(delta)).not.toContain('model.safetensors');
  });

  test('a folder to go on with elsewhere holds model, texts and configurations', { timeout: 6 * MINUTE }, async () => {
    const { page } = first;
    await page.click('[data-form="scale"]');
    await page.selectOption('[data-setting="dtype"]', 'F32');
    const arriving = page.waitForEvent('download', { timeout: 5 * MINUTE });
    await page.click('[data-action="save-file"]:not([disabled])');
    const download = await arriving;
    await page.waitForSelector('.proof[data-passed="true"]');
    const names = Object.keys(unzipSync(readFileSync(await download.path())));
    expect(names).toEqual(
      expect.arrayContaining([
        'model/model.safetensors',
        'data/train.jsonl',
        'train.py',
        'axolotl.yaml',
        'continue.json',
      ]),
    );
  });

  test('loss on new tokens and held-out bits per byte fell, within the same bytes', () => {
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
    // By 30 % where everything moves, which is what Start runs untouched: withoutGpu.test.ts and firefox.test.ts.
    expect(mean(losses.slice(-5))).toBeLessThan(0.95 * mean(losses.slice(0, 3)));
    const evaluations = records.filter((record): record is EvaluationRecord => record.type === 'evaluation');
    expect(evaluations[0]).toMatchObject({ step: 0, bytesRead: 0 });
    expect(evaluations.at(-1)!.bitsPerByte!).toBeLessThan(evaluations[0]!.bitsPerByte!);
    const read = steps.reduce((sum, { bytes }) => sum + bytes, 0);
    const experiment = Object.keys(files).find((each) => each.endsWith('experiment.json'))!;
    const { budget } = JSON.parse(new TextDecoder().decode(files[experiment])) as { budget: { bytes: number } };
    expect(Math.abs(read - budget.bytes)).toBeLessThan(0.1 * budget.bytes);
  });

  test('no step says that anything paid', { timeout: 2 * MINUTE }, async () => {
    expect(await textOfSteps(first.page, STEPS)).not.toMatch(/\bpaid\b/i);
  });

  // The same page, whatever computes.
  if (choose === null) {
    test.each(['light', 'dark'] as const)(
      'axe finds nothing serious on any step, %s',
      { timeout: 3 * MINUTE },
      async (colorScheme) => {
        const { page } = first;
        await page.emulateMedia({ colorScheme });
        for (const step of STEPS) {
          await goTo(page, step);
          const { violations } = await new AxeBuilder({ page }).analyze();
          const serious = violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => `${step}: ${id} at ${nodes.map((node) => node.target.join(' ')).join('; ')}`);
          expect(serious).toEqual([]);
        }
      },
    );
  }

  test(
    'every action is within reach on every step at every width, and nothing scrolls sideways',
    { timeout: 3 * MINUTE },
    async () => {
      const { page } = first;
      const walker = {
        goTo: (step: string) => goTo(page, step),
        resize: (size: { readonly width: number; readonly height: number }) => page.setViewportSize(size),
        look: () => page.evaluate(looked),
      };
      expect(await walk(STEPS, walker)).toEqual([]);
    },
  );

  test('a second visit offers the last experiment and opens it', { timeout: 6 * MINUTE }, async () => {
    const second = await visit(context, served.url);
    await second.page.waitForSelector('[data-offer]', { timeout: MINUTE });
    await second.page.click('[data-action="open-last-run"]:not([disabled])');
    await second.page.waitForSelector('[data-panel="arms"]', { timeout: 5 * MINUTE });
    expect(await second.page.evaluate(armRows)).toEqual(rows);
    await goTo(second.page, 'download');
    await second.page.waitForSelector('[data-action="save-file"]:not([disabled])', { timeout: 2 * MINUTE });
    expect(await second.page.inputValue('[data-setting="taken"]')).toBe(`${graft}, seed 1`);
    await second.page.close();
  });

  test('the downloaded folder opens in the lab as a model with its new tokens', { timeout: 5 * MINUTE }, async () => {
    const folder = join(scratch, 'model');
    for (const [name, bytes] of Object.entries(files)) {
      const path = join(folder, name.split('/').at(-1)!);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
    const { page } = await visit(context, served.url);
    await page.waitForSelector('[data-model]', { timeout: 4 * MINUTE });
    const base = await page.locator('[data-model] .kv:nth-child(2) dd').textContent();
    await page.locator('tg-drop-zone input[webkitdirectory]').setInputFiles(folder);
    await page.waitForFunction(
      (before) => {
        const now = document.querySelector('[data-model] .kv:nth-child(2) dd')?.textContent;
        return now !== undefined && now !== before;
      },
      base,
      { timeout: 4 * MINUTE },
    );
    const rows = (text: string | null) => Number(text!.replace(/\D/g, ''));
    expect(rows(await page.locator('[data-model] .kv:nth-child(2) dd').textContent())).toBeGreaterThan(rows(base));
    await page.close();
  });

  test('nothing was asked of another origin, and the page had nothing to complain about', () => {
    const elsewhere = first.requests.filter((url) => /^https?:/.test(url) && !url.startsWith(served.url));
    expect(elsewhere).toEqual([]);
    expect(first.requests.length).toBeGreaterThan(5);
    expect(first.complaints).toEqual([]);
  });
});
