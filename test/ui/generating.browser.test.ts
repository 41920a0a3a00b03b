/** Try on the page, with a real worker between: 200 generations, each of which must end drawn as its answer. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import '../../src/ui/app';
import { LabState } from '../../src/ui/state/lab-state';
import '../../src/ui/styles/page.css';
import type { LabApi } from '../../src/worker/api';
import { connectCalls } from '../../src/worker/calls';
import { fakeLab } from './fakeLab';
import { until } from '../support/until';

let worker: Worker;

beforeEach(() => {
  worker = new Worker(new URL('../worker/generating-worker.ts', import.meta.url), { type: 'module' });
});
afterEach(() => {
  worker.terminate();
  document.querySelector('tg-app')?.remove();
});

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

test('whatever is generated ends with its speed and what it ran on', async () => {
  const { generate } = connectCalls<Pick<LabApi, 'generate'>>(worker).api;
  // Twenty pieces come in one burst, which is where the last of them were late.
  const state = new LabState({
    ...fakeLab({ tick: 0 }),
    generate: (options, onPiece, signal) => generate({ ...options, maxTokens: 20 }, onPiece, signal),
  });
  const app = document.createElement('tg-app');
  document.body.append(app);
  app.start(state);
  await state.open();
  location.hash = '#try';
  let ends = 0;
  for (let run = 0; run < 200; run++) {
    const before = state.tried;
    await until(() => document.querySelector<HTMLElement>('[data-action="generate"]')!.click());
    await until(() => expect(state.tried).not.toBe(before), { interval: 1 });
    await frame();
    await frame();
    const stats = document.querySelector('[data-arm="base"] .stats')!;
    if (stats.querySelector('[data-runtime="engine"]') && stats.textContent?.includes('tokens/s')) ends++;
    expect(state.tried!.written.base).toMatchObject({ done: true, pieces: { length: 20 } });
  }
  expect(ends).toBe(200);
});
