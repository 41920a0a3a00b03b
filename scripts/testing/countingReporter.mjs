// What scripts/test.mjs counts of one run of vitest, as JSON in the file that TOKENGRAFT_TEST_REPORT names: vitest's own JSON
// leaves out the reasons of skipped tests (`context.skip(condition, reason)`), and counts no suite that failed around its tests.
// Failures are listed with what they said, so that they can be named where the output ends.
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
        failed: [
          ...of('failed').map((test) => ({ test: nameOf(test), said: saidBy(test.result().errors) })),
          ...of('pending').map((test) => ({ test: nameOf(test), said: 'it never ended' })),
          ...broken.map((suite) => ({ test: nameOf(suite), said: saidBy(suite.errors()) })),
        ],
        skipped: of('skipped').map((test) => ({
          test: nameOf(test),
          reason: test.result().note ?? (neverRan(test) ? 'what its suite does first failed' : null),
        })),
      }),
    );
  }
}

/** A test, a suite or a module, by file and path. */
function nameOf(entity) {
  return entity.type === 'module' ? entity.relativeModuleId : `${entity.module.relativeModuleId} > ${entity.fullName}`;
}

const saidBy = (errors = []) => errors.map(({ message }) => message).join('; ');

function parentsOf(test) {
  const parents = [];
  for (let suite = test.parent; suite.type === 'suite'; suite = suite.parent) parents.push(suite);
  return parents;
}
