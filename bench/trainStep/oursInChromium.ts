/**
 * Tokengraft on the problem of bench/trainStep in a page's worker, as visitors run it, in Chromium without a graphics card.
 * The argument names the engine: `gpu` or `processor`.
 */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { chromiumArguments, ensureChromium } from '../../scripts/testing/chromium.mjs';
import { serve, type About } from './contestant.mjs';

/** Of the page's own function; see page.html. */
declare const ask: (message: 'gpu' | 'processor' | 'step') => Promise<unknown>;

export async function main([kind = 'processor']: readonly string[]): Promise<number> {
  const server = await createServer({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1', hmr: false },
  });
  await server.listen();
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: [...chromiumArguments] });
  const page = await browser.newPage();
  await page.goto(new URL('bench/trainStep/page.html', server.resolvedUrls!.local[0]).href);
  const about = (await page.evaluate((name) => ask(name as 'gpu'), kind)) as Omit<About, 'product'>;
  const product = `Tokengraft in Chromium ${browser.version().split('.')[0]}`;
  await serve({ product, ...about }, () => page.evaluate(() => ask('step')) as Promise<number>);
  return 0;
}
