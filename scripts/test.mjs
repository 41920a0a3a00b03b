// `npm test`: everything, on a machine that may have nothing but Node. Finds or fetches a Chromium, points Dawn (Node's
// WebGPU) at a Vulkan driver, takes a Firefox where one is installed, runs the suites, says which tests were
// skipped and why, and closes with "N passed, N failed, N skipped". A test that is skipped without a reason fails the run.
// Arguments go on to vitest's Node suite.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './testing/chromium.mjs';
import { findFirefox } from './testing/firefox.mjs';
import { ensureRealTokenizers } from './testing/realTokenizers.mjs';
import { vulkanEnvironments } from './testing/vulkan.mjs';

try {
  ensureRealTokenizers();
} catch (error) {
  // The suites that read them fail by name; all others still run.
  console.error(error.message);
}
const chromium = await ensureChromium();
const firefox = findFirefox();
if (!firefox) console.log('No Firefox found: the end-to-end tests in it are skipped. TOKENGRAFT_FIREFOX names one.');
const adapters = vulkanEnvironments(chromium);
const scratch = mkdtempSync(join(tmpdir(), 'tokengraft-test-'));
const extra = process.argv.slice(2);

// The whole Node suite runs on the first adapter; kernels, whole models and runs on the GPU go again over every further one.
const gpuSuites = ['test/engine', 'test/model', '.gpu.test.ts', 'test/lab/running/onnxLab'];
const runs = [
  ...adapters.map((adapter, index) => ({
    name: `Node, ${adapter.name}`,
    // By itself vitest leaves a core out, which of two is half.
    arguments: ['--project', 'node', '--maxWorkers=100%', ...(index === 0 ? extra : gpuSuites)],
    environment: { ...adapter.environment, ...(index === 0 ? {} : { TOKENGRAFT_TEST_ENGINES: 'gpu' }) },
  })),
  ...(extra.length > 0
    ? []
    : [
        { name: 'Chromium, parts', arguments: ['--project', 'browser'], environment: adapters[0].environment },
        {
          name: 'Chromium and Firefox, the whole page',
          // Two at a time: what Start runs is sized by time, so that half a machine trains on less, not for longer.
          arguments: ['--project', 'e2e', '--maxWorkers=2'],
          environment: adapters[0].environment,
        },
      ]),
];

let passed = 0;
const failed = [];
const skipped = [];
for (const [index, run] of runs.entries()) {
  console.log(`\n== ${run.name}`);
  const output = join(scratch, `${index}.json`);
  const { status } = spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      ...run.arguments,
      '--reporter=default',
      '--reporter=./scripts/testing/countingReporter.mjs',
    ],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        ...run.environment,
        TOKENGRAFT_TEST_REPORT: output,
        TOKENGRAFT_CHROMIUM: chromium,
        ...(firefox ? { TOKENGRAFT_FIREFOX: firefox } : {}),
      },
    },
  );
  if (!existsSync(output)) {
    failed.push({ run: run.name, test: 'vitest', said: `ended with status ${status} and left no report` });
    continue;
  }
  const report = JSON.parse(readFileSync(output, 'utf8'));
  passed += report.passed;
  if (status !== 0 && report.failed.length === 0)
    report.failed.push({ test: 'vitest', said: `ended with status ${status}, though no test failed` });
  failed.push(...report.failed.map((each) => ({ ...each, run: run.name })));
  // Arguments choose among tests: those that they leave out have no reason, and need none.
  const chosen = extra.length > 0 ? report.skipped.filter(({ reason }) => reason !== null) : report.skipped;
  skipped.push(...chosen.map((each) => ({ ...each, run: run.name })));
}
rmSync(scratch, { recursive: true, force: true });

if (skipped.length > 0) console.log('\n== Skipped');
for (const { run, test, reason } of skipped)
  console.log(`${run}: ${test}: ${reason?.replaceAll(/\s+/g, ' ') ?? 'NO REASON GIVEN'}`);
const unexplained = skipped.filter(({ reason }) => reason === null);
failed.push(
  ...unexplained.map((each) => ({ ...each, said: 'skipped without a reason: context.skip(condition, reason)' })),
);
if (failed.length > 0) console.log('\n== Failed');
for (const { run, test, said } of failed) console.log(`${run}: ${test}: ${said.replaceAll(/\s+/g, ' ').slice(0, 500)}`);
console.log(`\n${passed} passed, ${failed.length} failed, ${skipped.length - unexplained.length} skipped`);
process.exit(failed.length === 0 ? 0 : 1);
