/** What an experiment found, in words: never against the untouched base, always with the two numbers that decide. */
import { msg, str } from '@lit/localize';
import type { ComparisonOutcome, ExperimentReport, KeptExperiment } from '../../worker/index';
import { count, fileSize, fixed, joinSentences, percent, plain, signed } from '../format';
import type { StatusKind } from '../parts/panel';
import type { Score, ScoreSum } from '../state/prediction-score';
import { verdictName } from './verdicts';

/** `nothing-asked`: no arm is both expanded and trained. */
export type Found = ComparisonOutcome | 'nothing-asked';

export const foundIn = ({ verdict }: ExperimentReport): Found => verdict?.outcome ?? 'nothing-asked';

export function outcomeName(outcome: Found): string {
  const names: Record<Found, () => string> = {
    expand: () => msg('expand'),
    'expand-for-speed': () => msg('expand for speed'),
    'do-not-expand': () => msg('do not expand'),
    'cannot-tell': () => msg('cannot be told apart'),
    'no-verdict': () => msg('no verdict'),
    'not-comparable': () => msg('text is lost'),
    unfinished: () => msg('not finished'),
    'no-control': () => msg('no control'),
    'nothing-asked': () => msg('no expanded arm'),
  };
  return names[outcome]();
}

export function outcomeKind(outcome: Found): StatusKind {
  if (outcome === 'expand' || outcome === 'expand-for-speed') return 'good';
  return outcome === 'do-not-expand' ? 'bad' : 'info';
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

const bitsPart = (difference: number): string =>
  difference < 0
    ? msg(str`${fixed(-difference, 2)} fewer bits per byte`)
    : msg(str`${fixed(difference, 2)} more bits per byte`);

const tokensPart = (saved: number): string =>
  saved < 0 ? msg(str`${percent(-saved, 0)} more tokens`) : msg(str`${percent(saved, 0)} fewer tokens`);

/** One sentence: the outcome and the two numbers that decide. */
export function headline(report: ExperimentReport): string {
  const { verdict } = report;
  if (!verdict) return msg('No arm was expanded: nothing is asked of the vocabulary.');
  const bits = bitsPart(verdict.difference ?? 0);
  const tokens = tokensPart(verdict.tokensSaved ?? 0);
  const sentences: Record<ComparisonOutcome, () => string> = {
    expand: () => msg(str`Expand: ${bits} than the old vocabulary, in ${tokens}.`),
    'expand-for-speed': () => msg(str`Not fewer bits, but ${tokens}: expand for speed.`),
    'do-not-expand': () => msg(str`Do not expand: ${bits}, for ${tokens}.`),
    'cannot-tell': () => cannotTell(report),
    'no-verdict': () => msg('Too few held-out documents: no verdict.'),
    'not-comparable': () => msg('Some text cannot be written: the arms cannot be compared.'),
    unfinished: () => msg('Not finished: no verdict yet.'),
    'no-control': () => msg('Nothing was trained on the old vocabulary: without a control there is no verdict.'),
  };
  const sentence = sentences[verdict.outcome]();
  const isOpen = verdict.outcome === 'unfinished' || verdict.outcome === 'no-control';
  return verdict.provisional && !isOpen ? msg(str`So far: ${sentence}`) : sentence;
}

function cannotTell({ verdict }: ExperimentReport): string {
  const advice = verdict?.advice.find((each) => each.kind === 'tell-apart');
  const seeds = advice?.seeds && msg(str`${count(advice.seeds.amount)} more seeds`);
  const text = advice?.heldOutText && msg(str`${fixed(advice.heldOutText.amount, 1)} times the held-out text`);
  if (seeds && text) return msg(str`Cannot be told apart: ${seeds}, or ${text}, would tell.`);
  if (seeds || text) return msg(str`Cannot be told apart: ${seeds || text} would tell.`);
  return msg('Cannot be told apart.');
}

/** The numbers behind the headline, and what was predicted. */
export function findings({ spec, report }: Pick<KeptExperiment, 'spec' | 'report'>): string {
  const { verdict, prediction } = report;
  const compared = report.comparisons.find(({ arm }) => arm === verdict?.arm);
  const { difference = null, interval = null } = compared?.heldOut ?? {};
  const { marginBits = null } = compared ?? {};
  const budget = spec.budget.bytes === undefined ? '' : plain(fileSize(spec.budget.bytes));
  const bits = difference === null ? '' : bitsPart(difference);
  const [arm, control] = [compared?.arm ?? '', compared?.against ?? ''];
  const reach = interval
    ? msg(str`95 % interval: ${signed(interval[0], 2)} to ${signed(interval[1], 2)}.`)
    : msg('There is no interval.');
  return joinSentences(
    bits === ''
      ? ''
      : budget
        ? msg(str`At equal text (${budget} for each arm), “${arm}” needs ${bits} than “${control}”.`)
        : msg(str`At equal compute, “${arm}” needs ${bits} than “${control}”.`),
    bits === '' ? '' : reach,
    bits === '' || marginBits === null
      ? ''
      : msg(str`Up to +${fixed(marginBits, 2)} still counts as not worse: set before the run.`),
    prediction ? msg(str`Predicted beforehand: ${verdictName(prediction.verdict).toLowerCase()}.`) : '',
    prediction ? predictionSentence(prediction.score) : '',
  );
}

function predictionSentence(score: Score): string {
  if (score === 'not-scored') return msg('The prediction could not be scored.');
  return score === 'held' ? msg('The prediction held.') : msg('The prediction failed.');
}
