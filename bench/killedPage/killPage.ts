/**
 * The built page in a Chromium that is killed (SIGKILL, all of its processes) at random moments of an experiment, opened again and
 * told to go on, until the experiment is finished; then every figure must be that of a visit nobody disturbed. Where it is
 * finished before it was killed often enough, it begins anew in a profile of its own.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { chromium, type BrowserContext, type Page } from 'playwright';
import { chromiumArguments, ensureChromium } from '../../scripts/testing/chromium.mjs';
import { specAddress } from '../../src/ui/state/spec-link';
import { seededRandom } from '../../src/random';
import { servePage } from '../../test/e2e/browser';
import { keptRuns, type KeptRun } from '../../test/e2e/keptRuns';
import { spec } from '../killedRun/killRun';

const MINUTE = 60_000;

export interface KilledPage {
  readonly kills: number;
  /** Experiments that were finished meanwhile, all of them compared. */
  readonly finished: number;
  /** Runs whose figures differ. */
  readonly faults: readonly string[];
  readonly unbrokenSeconds: number;
  readonly seconds: number;
}

export async function killPage(
  kills: number,
  seed: number,
  log: (line: string) => void = () => undefined,
): Promise<KilledPage> {
  const executablePath = await ensureChromium();
  const served = await servePage();
  const scratch = mkdtempSync(join(tmpdir(), 'tokengraft-killed-page-'));
  const address = await specAddress(spec, served.url);
  const open = (profile: string) =>
    chromium.launchPersistentContext(profile, { executablePath, args: [...chromiumArguments], locale: 'en-US' });
  const started = performance.now();
  const since = (then: number) => (performance.now() - then) / 1000;
  try {
    const expected = await experiment(() => open(join(scratch, 'whole')), address);
    const unbrokenSeconds = since(started);
    log(`unbroken: ${unbrokenSeconds.toFixed(1)} s`);
    const random = seededRandom(seed);
    const faults: string[] = [];
    let [killed, finished] = [0, 0];
    while (killed < kills || finished === 0) {
      const profile = join(scratch, String(finished));
      let found: KeptRun[] | undefined;
      while (!found) {
        const after = killed < kills ? 1000 * (1 + random() * unbrokenSeconds) : undefined;
        const timer = after === undefined ? undefined : setTimeout(() => kill(profile), after);
        try {
          found = await experiment(() => open(profile), address);
        } catch (thrown) {
          if (after === undefined || !/closed|crashed|disconnected/iu.test(String(thrown))) throw thrown;
          killed++;
        }
        clearTimeout(timer);
        log(found ? 'finished' : `killed after ${(after! / 1000).toFixed(1)} s`);
      }
      if (!isDeepStrictEqual(figures(found), figures(expected)))
        faults.push(`experiment ${finished} has other figures than the unbroken one`);
      finished++;
    }
    return { kills: killed, finished, faults, unbrokenSeconds, seconds: since(started) };
  } finally {
    await served.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Opens the page, goes on with what an earlier visit left or begins with the specification, and sees it to its end. */
async function experiment(open: () => Promise<BrowserContext>, address: string): Promise<KeptRun[]> {
  const context = await open();
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(address.replace(/#.*$/su, '#model'), { waitUntil: 'load' });
  await page.waitForSelector('[data-model]', { timeout: MINUTE });
  const offer = page.locator('[data-action="open-last-run"]:not([disabled])');
  const isKept = await offer.waitFor({ timeout: 5000 }).then(
    () => true,
    () => false,
  );
  if (isKept) await offer.click();
  else await useSpecification(page, address);
  await page.click('[data-step="train"] [data-action="start"]:not([disabled])', { timeout: MINUTE });
  await page.waitForSelector('[data-run="finished"]', { timeout: 10 * MINUTE });
  const runs = await keptRuns(page);
  await context.close();
  return runs;
}

async function useSpecification(page: Page, address: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), new URL(address).hash);
  await page.click('[data-action="use-spec"]:not([disabled])', { timeout: MINUTE });
}

function kill(profile: string): void {
  spawnSync('pkill', ['-9', '-f', profile]);
}

/** Losses and evaluations of every run, without the clock. */
function figures(runs: readonly KeptRun[]): unknown {
  return runs
    .map(({ arm, state, step, steps, bytes, records }) => ({
      arm,
      state,
      step,
      steps,
      bytes,
      records: records
        .split('\n')
        .filter((line) => /"type":"(step|evaluation)"/u.test(line))
        .map((line) => ({ ...(JSON.parse(line) as object), milliseconds: 0 })),
    }))
    .sort((a, b) => a.arm.localeCompare(b.arm));
}
