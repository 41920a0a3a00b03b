/**
 * The built page, served as a host would serve it, and a Chromium to visit it with. The build is what is tested, not the
 * development server: only the build carries the strict content security policy.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { build, preview } from 'vite';
import { chromiumArguments, findChromium } from '../../scripts/testing/chromium.mjs';
import { MINUTE } from './patience';

const root = resolve(import.meta.dirname, '../..');

export interface Served {
  readonly url: string;
  /** Where the build lies. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Builds the page into a folder of its own. */
export async function buildPage(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'tokengraft-page-'));
  // vitest says `test`, which makes a development build: without the service worker.
  process.env['NODE_ENV'] = 'production';
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  return outDir;
}

/** Serves a copy of the build that TOKENGRAFT_PAGE names (see builtOnce.ts), else of one made now. */
export async function servePage(): Promise<Served> {
  const built = process.env['TOKENGRAFT_PAGE'];
  const outDir = built ? mkdtempSync(join(tmpdir(), 'tokengraft-page-')) : await buildPage();
  if (built) cpSync(built, outDir, { recursive: true });
  const server = await preview({ root, logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('The preview server names no address.');
  return {
    url,
    folder: outDir,
    async close() {
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}

export interface BrowserOptions {
  /** Features that the browser is to lack. */
  readonly without?: readonly 'WebGPU'[];
  readonly more?: readonly string[];
}

export function openBrowser({ without = [], more = [] }: BrowserOptions = {}): Promise<Browser> {
  const executablePath = findChromium();
  const isWithout = (argument: string) => without.some((name) => argument.includes(name.toLowerCase()));
  const args = [
    ...chromiumArguments.filter((argument) => !isWithout(argument)),
    ...(without.length > 0 ? [`--disable-features=${without.join()}`] : []),
    ...more,
  ];
  return chromium.launch({ args, ...(executablePath ? { executablePath } : {}) });
}

/** What a visit leaves behind for the tests: where it sent requests, what it complained about. */
export interface Visit {
  readonly page: Page;
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
}

export async function visit(context: BrowserContext, url: string): Promise<Visit> {
  const requests: string[] = [];
  const complaints: string[] = [];
  const page = await context.newPage();
  page.setDefaultTimeout(MINUTE);
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url, { waitUntil: 'load' });
  return { page, requests, complaints };
}

export interface MainThreadTask {
  readonly wallMilliseconds: number;
  /** Time on a core: where the processor is also the GPU, a task that waits for a core has not been computing. */
  readonly cpuMilliseconds: number;
}

/** Every task of the page's main thread while `during` runs, from the browser's own trace. */
export async function mainThreadTasks(page: Page, during: () => Promise<unknown>): Promise<MainThreadTask[]> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ['toplevel'] });
  let trace: Buffer;
  try {
    await during();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const mainThreads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return (
    traceEvents
      .filter(({ name, pid, tid }) => name === 'ThreadControllerImpl::RunTask' && mainThreads.has(`${pid} ${tid}`))
      .filter(({ dur }) => dur !== undefined) // the task that was still running when the trace ended
      // Chromium leaves the time on a core out of some tasks of a microsecond; it is never more than the time by the clock.
      .map(({ dur, tdur }) => ({ wallMilliseconds: dur! / 1000, cpuMilliseconds: (tdur ?? dur!) / 1000 }))
  );
}

/** What Chromium counts as moved while nobody asked for it, from the call on; asked for where it counts. */
export async function layoutShifts(page: Page): Promise<() => Promise<number>> {
  const sum = await page.evaluateHandle(() => {
    const counted = { moved: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
        if (!entry.hadRecentInput) counted.moved += entry.value;
    }).observe({ type: 'layout-shift' });
    return counted;
  });
  return () => sum.evaluate(({ moved }) => moved);
}

/** One entry of Chromium's trace format; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name?: string };
  readonly dur?: number;
  readonly tdur?: number;
}

export async function goTo(page: Page, step: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), step);
  await page.waitForSelector(`main[data-step="${step}"]`);
}

/** Figures of one arm in the verdict's table. */
export interface ArmRow {
  readonly arm: string;
  readonly seed: string;
  readonly bits: number;
  /** Of the text that was scored. */
  readonly scored: string;
}

/** Read from the elements, in any browser. */
export const armRows = (): ArmRow[] =>
  [...document.querySelectorAll<HTMLElement>('[data-panel="arms"] tr[data-arm]')].map(({ dataset }) => ({
    arm: dataset['arm']!,
    seed: dataset['seed']!,
    bits: Number(dataset['bits']),
    scored: dataset['bytes']!,
  }));

/** Every word that the page shows or holds, on one step after the other. */
export async function textOfSteps(page: Page, steps: readonly string[]): Promise<string> {
  const texts: string[] = [];
  for (const step of steps) {
    await goTo(page, step);
    await page.waitForSelector('main h1');
    texts.push((await page.textContent('body'))!);
  }
  return texts.join('\n');
}
