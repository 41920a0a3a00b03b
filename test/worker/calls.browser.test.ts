// Between a page and a real worker: what the page shows last is the answer, every time.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LabApi } from '../../src/worker/api';
import { connectCalls, type CallsConnection } from '../../src/worker/calls';

let worker: Worker;
let lab: CallsConnection<Pick<LabApi, 'generate'>>;

beforeAll(() => {
  worker = new Worker(new URL('./generating-worker.ts', import.meta.url), { type: 'module' });
  lab = connectCalls<Pick<LabApi, 'generate'>>(worker);
});
afterAll(() => worker.terminate());

const options = { model: 'base', prompt: '', maxTokens: 24, temperature: 1, topK: 0, topP: 1, seed: 1 } as const;
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

it('200 generations end with their answer', async () => {
  const last: string[] = [];
  for (let run = 0; run < 200; run++) {
    const shown = { text: '', pieces: 0 };
    const generated = await lab.api.generate(options, () => (shown.text = `piece ${++shown.pieces}`));
    shown.text = `answer of ${generated.pieces.length} after ${shown.pieces}`;
    await settled();
    last.push(shown.text);
  }
  expect(new Set(last)).toEqual(new Set(['answer of 24 after 24']));
});

it('of two that are under way, aborting one leaves the other its answer', async () => {
  const controller = new AbortController();
  const aborted = lab.api.generate({ ...options, maxTokens: 100_000 }, () => controller.abort(), controller.signal);
  const other = lab.api.generate(options, () => undefined);
  await expect(aborted).rejects.toMatchObject({ name: 'LabError', code: 'cancelled' });
  expect((await other).pieces).toHaveLength(24);
});
