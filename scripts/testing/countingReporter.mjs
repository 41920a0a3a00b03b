// What scripts/test.mjs counts of one run of vitest, as JSON in the file that TOKENGRAFT_TEST_REPORT names: vitest's own JSON
// leaves out the reasons of skipped tests (`context.skip(condition, reason)`), and counts no suite that failed around its tests.
import { writeFileSync } from 'node:fs';

export default class CountingReporter {
  onTestRunEnd(modules) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const of = (state) => tests.filter((test) => test.result().state === state);
    // A module that cannot be collected, a hook that throws: no test of theirs failed, and some never ran.
    const broken = modules
      .flatMap((module) => [module, ...module.children.allSuites()])
      .filter((suite) => suite.errors().length > 0);
    const neverRan = (test) => broken.some((suite) => suite === test.module || parentsOf(test).includes(suite));
    writeFileSync(
      process.env.TOKENGRAFT_TEST_REPORT,
      JSON.stringify({
        passed: of('passed').length,
        failed: of('failed').length + of('pending').length + broken.length,
        skipped: of('skipped').map((test) => ({
          test: `${test.module.relativeModuleId} > ${test.fullName}`,
          reason: test.result().note ?? (neverRan(test) ? 'what its suite does first failed' : null),
        })),
      }),
    );
  }
}

function parentsOf(test) {
  const parents = [];
  for (let suite = test.parent; suite.type === 'suite'; suite = suite.parent) parents.push(suite);
  return parents;
}
