// What `npm test` counts: reasons of skipped tests, and failures that belong to no test.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const suite = `
it('passes', () => undefined);
it('fails', () => expect(1).toBe(2));
it('is skipped', ({ skip }) => skip(true, 'its reason'));
describe('in a hook', () => {
  beforeEach((context) => context.skip(true, 'the reason of all'));
  it('is skipped', () => undefined);
});
describe.skip('a silent suite', () => it('is skipped', () => undefined));
it.todo('is to be written');
describe('a broken suite', () => {
  beforeAll(() => { throw new Error('no page'); });
  it('never ran', () => undefined);
});`;

it('tells passed, failed, skipped and why; a broken hook and a broken file are failures', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokengraft-reporter-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'suite.test.ts'), suite);
  writeFileSync(join(folder, 'broken.test.ts'), `throw new Error('cannot be collected');`);
  const report = join(folder, 'report.json');
  const done = spawnSync(
    process.execPath,
    [
      resolve('node_modules/vitest/vitest.mjs'),
      'run',
      '--globals',
      `--root=${folder}`,
      `--reporter=${resolve('scripts/testing/countingReporter.mjs')}`,
    ],
    { env: { ...process.env, TOKENGRAFT_TEST_REPORT: report }, encoding: 'utf8' },
  );
  expect(done.status, done.stderr).toBe(1);
  expect(JSON.parse(readFileSync(report, 'utf8'))).toEqual({
    passed: 1,
    failed: [
      { test: 'suite.test.ts > fails', said: 'expected 1 to be 2 // Object.is equality' },
      { test: 'broken.test.ts', said: 'cannot be collected' },
      { test: 'suite.test.ts > a broken suite', said: 'no page' },
    ],
    skipped: [
      { test: 'suite.test.ts > is skipped', reason: 'its reason' },
      { test: 'suite.test.ts > in a hook > is skipped', reason: 'the reason of all' },
      { test: 'suite.test.ts > a silent suite > is skipped', reason: null },
      { test: 'suite.test.ts > is to be written', reason: null },
      { test: 'suite.test.ts > a broken suite > never ran', reason: 'what its suite does first failed' },
    ],
  });
});
