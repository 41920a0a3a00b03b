import { expect, it } from 'vitest';
import { killRun } from '../../bench/killedRun/killRun';

it('a run that is killed at any moment ends with the losses of an unbroken one', async () => {
  // `npm run bench:killed-run` kills it twenty times.
  const { kills, faults } = await killRun(6, 7);
  expect(faults).toEqual([]);
  expect(kills).toBe(6);
});
