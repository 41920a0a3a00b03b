/** Questions from the text and their answers in the command line's words. */
import type { ClozeQuestion, ClozeReport } from '../lab/index';
import { differenceText, percent, shareText } from './fieldText';
import { table } from './reportText';

export function clozeText({ questions, chance, seed, arms, differences, shown }: ClozeReport): string {
  return [
    `${questions} passages of held-out text with a word left out, the likeliest of ${Math.round(1 / chance)} words is the answer; a guess is right in ${percent(chance)}; seed ${seed}`,
    ...clozeTable(arms),
    ...differences.map(
      ({ arm, against, seed: run, right }) => `${arm} - ${against}, seed ${run}: right ${differenceText(right)}`,
    ),
    ...shown.flatMap((question, at) => [
      `${passageText(question)}  (${question.choices[question.right]})`,
      ...arms.map(({ arm, seed: run, chosen }) => `  ${arm}, seed ${run}: ${chosenText(question, chosen[at]!)}`),
    ]),
  ].join('\n');
}

function clozeTable(arms: ClozeReport['arms']): string[] {
  return table(
    ['arm', 'seed', 'right'],
    arms.map(({ arm, seed, right }) => [arm, String(seed), shareText(right)]),
  );
}

const passageText = ({ before, after }: ClozeQuestion): string => JSON.stringify(`${before}____${after}`).slice(1, -1);

const chosenText = ({ choices, right }: ClozeQuestion, chosen: number | null): string =>
  chosen === null ? 'two alike' : `${choices[chosen]}${chosen === right ? '' : ' (wrong)'}`;
