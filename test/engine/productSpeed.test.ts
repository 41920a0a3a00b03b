// Which of several runs a speed is taken from.
import { afterEach, expect, test, vi } from 'vitest';
import type { Forward } from '../../src/engine/engine';
import { fastestRun } from '../../src/engine/productSpeed';

afterEach(() => vi.restoreAllMocks());

/** Each run takes as long as is said, the last of them from then on; nothing else takes time. */
function taking(...milliseconds: number[]) {
  let [now, runs] = [0, 0];
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const run = () => {
    now += milliseconds[Math.min(runs++, milliseconds.length - 1)]!;
    return Promise.resolve([]);
  };
  return { program: { run } as unknown as Forward, runs: () => runs };
}

test('the first run, which compiles, is not counted', async () => {
  const { program, runs } = taking(1, 30, 20, 25);
  expect(await fastestRun(program, {})).toBe(20);
  expect(runs()).toBe(4);
});

test('runs go on for the time that is asked, past what other work on the machine takes', async () => {
  const { program, runs } = taking(50, 30, 30, 30, 30, 9, 30);
  expect(await fastestRun(program, {}, 150)).toBe(9);
  expect(runs()).toBe(7);
});
