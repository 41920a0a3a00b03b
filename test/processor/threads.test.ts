// The same seed gives the same losses and weights to the bit, from run to run and on one thread or two. The number of threads
// is settled once in a process.
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

function digest(threads: number): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/run.mjs', 'test/processor/losses.ts', String(threads)],
    { encoding: 'utf8', timeout: 900_000 },
  );
  expect(stdout, stderr).toMatch(/^[0-9a-f]{64}\n$/);
  return stdout;
}

it('is equal to the bit from run to run, and on one thread or two', () => {
  const once = digest(2);
  expect(digest(2)).toBe(once);
  expect(digest(1)).toBe(once);
});
