/** Answers as the fake lab gives them: questions of three arms, of which the untouched base has the fewest right. */
import { clozeReport, type AskedRun } from '../../src/lab/cloze/clozeReport';
import type { ClozeQuestion } from '../../src/lab/index';
import type { ExperimentReport, RunKey } from '../../src/worker/index';

const words = ['Licensor', 'Contributor', 'Derivative', 'copyright'];

const questions = Array.from({ length: 64 }, (_, at): ClozeQuestion => {
  return {
    before: 'Subject to the terms and conditions of this License, each ',
    after: ' hereby grants to You a perpetual, worldwide',
    choices: words,
    right: at % words.length,
  };
});

function run(arm: string, seed: number, share: number): AskedRun {
  const nats = questions.map(({ right }, at) => {
    const isRight = (at * 37) % 64 < 64 * share;
    return words.map((_, choice) => (choice === (isRight ? right : (right + 1) % words.length) ? 20 : 24 + choice));
  });
  return { arm, seed, cloze: { seed: 1, questions, nats } };
}

export function fakeCloze(report: ExperimentReport, { arm, seed }: RunKey): ExperimentReport {
  const against = report.comparisons.find((each) => each.arm === arm)?.against ?? null;
  const runs = [run('base', 1, 0.3), ...(against ? [run(against, seed, 0.61)] : []), run(arm, seed, 0.67)];
  return { ...report, cloze: clozeReport(runs, (name) => (name === arm ? against : null)) };
}
