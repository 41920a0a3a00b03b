/** An experiment in the list and in its report: words of wording/experiment.ts, and beside them what was predicted. */
import { msg, str } from '@lit/localize';
import type { ExperimentReport } from '../../worker/index';
import { count, fixed, joinSentences } from '../format';
import type { StatusKind } from '../parts/panel';
import type { Score, ScoreSum } from '../state/prediction-score';
import { verdictLede, verdictSentence, verdictShort } from './experiment';
import { verdictName } from './verdicts';

const withoutVerdict = ({ verdict }: ExperimentReport): string =>
  verdict ? msg('Not finished') : msg('No expanded arm');

export const outcomeName = (report: ExperimentReport): string => verdictShort(report) ?? withoutVerdict(report);

export function outcomeKind({ verdict }: ExperimentReport): StatusKind {
  const outcome = verdict?.outcome ?? 'unfinished';
  if (['expand', 'expand-for-speed', 'trim'].includes(outcome)) return 'good';
  return ['do-not-expand', 'do-not-trim'].includes(outcome) ? 'bad' : 'info';
}

export function scoreName(score: Score): string {
  const names: Record<Score, () => string> = {
    held: () => msg('held'),
    failed: () => msg('failed', { id: 'prediction-failed' }),
    'not-scored': () => msg('not scored'),
  };
  return names[score]();
}

export const scoreKind = (score: Score): StatusKind =>
  score === 'held' ? 'good' : score === 'failed' ? 'bad' : 'info';

export const scoreSentence = ({ held, scored, experiments }: ScoreSum): string =>
  scored === 0
    ? msg(str`No prediction could be scored yet; experiments so far: ${count(experiments)}.`)
    : msg(str`${count(held)} of ${count(scored)} predictions held; experiments so far: ${count(experiments)}.`);

/** One sentence, also where there is no verdict. */
export function headline(report: ExperimentReport): string {
  const said = verdictSentence(report);
  if (said !== null) return said;
  return report.verdict
    ? msg('Not finished: no verdict yet.')
    : msg('No arm was expanded: nothing is asked of the vocabulary.');
}

/** What the headline rests on, the margin, and what was predicted. */
export function findings(report: ExperimentReport): string {
  const { verdict, prediction, comparisons } = report;
  const { marginBits = null } = comparisons.find(({ arm }) => arm === verdict?.arm) ?? {};
  return joinSentences(
    verdictLede(report),
    marginBits === null ? '' : msg(str`Up to +${fixed(marginBits, 2)} still counts as not worse: set before the run.`),
    prediction ? msg(str`Predicted beforehand: ${verdictName(prediction.verdict).toLowerCase()}.`) : '',
    prediction ? predictionSentence(prediction.score) : '',
  );
}

function predictionSentence(score: Score): string {
  if (score === 'not-scored') return msg('The prediction could not be scored.');
  return score === 'held' ? msg('The prediction held.') : msg('The prediction failed.');
}
