/**
 * `npm run bench:gigabyte`: a checkpoint of 1 GB through load, graft and save in Chromium, with the worker's JavaScript heap
 * (objects and the memory behind its array buffers, garbage not yet collected included) read ten times a second. Ends
 * with status 1 where it went over the bound. Needs 4 GB of disk, 4 GB of memory and some minutes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type CDPSession } from 'playwright';
import { createServer } from 'vite';
import { chromiumArguments, ensureChromium } from '../../scripts/testing/chromium.mjs';
import type { FromWorker, ToWorker } from './worker';

const bound = 300e6;
const everyMilliseconds = 100;

interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize?: number;
}

export async function main(): Promise<number> {
  const executablePath = await ensureChromium();
  const profile = mkdtempSync(join(tmpdir(), 'tokengraft-gigabyte-'));
  const server = await createServer({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1', hmr: false },
  });
  await server.listen();
  // A profile on disk: the private file system of a passing one lies in memory.
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: [...chromiumArguments] });
  try {
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(error.message));
    await page.goto(new URL('bench/gigabyte/page.html', server.resolvedUrls!.local[0]).href);
    const session = await context.newCDPSession(page);
    const run = async (command: ToWorker, onPhase: (phase: string) => void): Promise<unknown> => {
      const name = `tell${Math.random().toString(36).slice(2)}`;
      let finish: (message: FromWorker) => void = () => undefined;
      const finished = new Promise<FromWorker>((resolve) => (finish = resolve));
      await page.exposeFunction(name, (message: FromWorker) => {
        if ('phase' in message) onPhase(message.phase);
        else finish(message);
      });
      await page.evaluate(
        ([callback, asked]) => {
          const worker = new Worker('/bench/gigabyte/worker.ts', { type: 'module' });
          const tell = (window as unknown as Record<string, (message: unknown) => void>)[callback!]!;
          worker.onmessage = ({ data }: MessageEvent<object>) => {
            tell(data);
            if (!('phase' in data)) worker.terminate();
          };
          worker.onerror = ({ message }) => tell({ failed: message });
          worker.postMessage(asked);
        },
        [name, command] as const,
      );
      const message = await finished;
      if ('failed' in message) throw new Error(message.failed);
      return 'done' in message ? message.done : undefined;
    };
    const bytes = await run('prepare', () => undefined);
    console.log(`checkpoint: ${(Number(bytes) / 1e9).toFixed(3)} GB, F32, untied`);
    const heap = new HeapOfWorker(session);
    await heap.attach();
    const reports = await run('measure', (phase) => heap.enter(phase));
    heap.stop();
    console.table(reports);
    console.table(heap.table());
    console.log(`most: ${megabytes(heap.most)} MB of ${megabytes(bound)} MB, ${heap.readings} readings`);
    return heap.readings > 50 && heap.most <= bound ? 0 : 1;
  } finally {
    await context.close();
    await server.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Readings of the one dedicated worker's heap, by the phase it is in. */
class HeapOfWorker {
  readings = 0;
  private readonly peaks = new Map<string, { objects: number; buffers: number; together: number; seconds: number }>();
  private phase = 'start';
  private since = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private target: string | undefined;
  private sent = 0;

  constructor(private readonly session: CDPSession) {}

  async attach(): Promise<void> {
    this.session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') this.target = sessionId;
    });
    this.session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { result } = JSON.parse(message) as { result?: HeapUsage };
      if (result?.usedSize !== undefined) this.note(result);
    });
    await this.session.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
    this.timer = setInterval(() => void this.ask(), everyMilliseconds);
  }

  enter(phase: string): void {
    if (phase === this.phase) return;
    const peak = this.peaks.get(this.phase);
    if (peak) peak.seconds += (performance.now() - this.since) / 1000;
    console.error(`${phase} (most so far ${this.peaks.size > 0 ? megabytes(this.most) : 0} MB)`);
    this.phase = phase;
    this.since = performance.now();
  }

  stop(): void {
    this.enter('end');
    clearInterval(this.timer);
  }

  get most(): number {
    return Math.max(...[...this.peaks.values()].map(({ together }) => together));
  }

  table(): Record<string, Record<string, number>> {
    return Object.fromEntries(
      [...this.peaks].map(([phase, { objects, buffers, together, seconds }]) => [
        phase,
        {
          'objects, MB': megabytes(objects),
          'buffers, MB': megabytes(buffers),
          'together, MB': megabytes(together),
          seconds: Math.round(seconds),
        },
      ]),
    );
  }

  private async ask(): Promise<void> {
    if (!this.target) return;
    const message = JSON.stringify({ id: ++this.sent, method: 'Runtime.getHeapUsage' });
    await this.session.send('Target.sendMessageToTarget', { message, sessionId: this.target }).catch(() => undefined);
  }

  private note({ usedSize, backingStorageSize = 0 }: HeapUsage): void {
    this.readings++;
    const peak = this.peaks.get(this.phase) ?? { objects: 0, buffers: 0, together: 0, seconds: 0 };
    peak.objects = Math.max(peak.objects, usedSize);
    peak.buffers = Math.max(peak.buffers, backingStorageSize);
    peak.together = Math.max(peak.together, usedSize + backingStorageSize);
    this.peaks.set(this.phase, peak);
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
