/**
 * An experiment in words. An arm with new tokens is compared with the old vocabulary trained on the same text, never with the
 * untouched base: that would credit the vocabulary with what the text did.
 */
import { msg, str } from '@lit/localize';
import type { Advice, ArmComparison, ExperimentReport, PresetName, WorsenedRun } from '../../worker/index';
import { count, duration, fileSize, fixed, joinSentences, percent, plain, unbroken } from '../format';
import type { ExperimentView } from '../state/experiment-view';
import { armName, runName } from './arms';
import { documentsText, noIntervalText, trainingsText } from './counts';

export function presetTitle(name: PresetName): string {
  const titles: Record<PresetName, () => string> = {
    'quick-answer': () => msg('Quick answer'),
    'should-i-expand': () => msg('Should I expand?'),
    'how-many-tokens': () => msg('How many tokens?'),
    'which-start': () => msg('Which start?'),
    'adapters-or-everything': () => msg('LoRA or everything?'),
    'adapt-only': () => msg('Adapt without expanding'),
    'instruction-tuning': () => msg('Instruction tuning after pretraining'),
  };
  return titles[name]();
}

export function presetAbout(name: PresetName): string {
  const about: Record<PresetName, () => string> = {
    'quick-answer': () => msg('The new tokens against the old vocabulary, trained on the same text, once.'),
    'should-i-expand': () =>
      msg('Two ways to new tokens against the old vocabulary, with three seeds, so that chance is told apart.'),
    'how-many-tokens': () =>
      msg('16, 64, 256 and 1,024 tokens on the same text: where more of them are seen too rarely.'),
    'adapters-or-everything': () =>
      msg('Everything trained, and low-rank adapters alone, each with and without new tokens: four arms.'),
    'which-start': () =>
      msg(
        'Every way in which new rows may start, on the same tokens, for about fifty steps: which is ahead so far, not which would be after a long run.',
      ),
    'adapt-only': () => msg('Only train on the text; the vocabulary stays as it is.'),
    'instruction-tuning': () =>
      msg('Answers learned alone, and after the text was read, in bits per byte of answers that were held out.'),
  };
  return about[name]();
}

/** Null while no arm with new tokens has a reading beside its control. */
export function verdictSentence(report: ExperimentReport): string | null {
  const { verdict, early } = report;
  if (!verdict || verdict.outcome === 'unfinished') return early && earlySentence(early);
  const { outcome, difference, provisional } = verdict;
  if (provisional) return difference === null ? null : soFar(report);
  const bits = difference === null ? '–' : fixed(Math.abs(difference), 2);
  const tokens = tokensText(verdict.tokensSaved);
  const words: Record<ArmComparison['outcome'], () => string> = {
    expand: () => msg(str`Expand: ${bits} fewer bits per byte than the old vocabulary, in ${tokens}.`),
    'expand-for-speed': () => msg(str`Not fewer bits, but ${tokens}: expand for speed.`),
    'do-not-expand': () =>
      difference !== null && difference <= 0
        ? msg(str`Do not expand: no fewer bits per byte, for ${tokens}.`)
        : msg(str`Do not expand: ${bits} more bits per byte, for ${tokens}.`),
    trim: () => msg('Trim: not worse than the old vocabulary, with fewer rows.'),
    'do-not-trim': () => msg(str`Do not trim: ${bits} more bits per byte than the old vocabulary.`),
    'cannot-tell': () => tellApartSentence(report),
    'no-verdict': () => {
      const documents = comparisonOf(report)?.heldOut?.documents ?? 0;
      return documents === 1
        ? msg('One held-out document: no verdict.')
        : msg(str`${documentsText(documents)}: no verdict.`);
    },
    'not-comparable': () => msg('Not comparable: text is lost.'),
    unfinished: () => '',
    'no-score': noScoreSentence,
    'no-control': () => msg('No verdict: nothing was trained on the old vocabulary.'),
  };
  return words[outcome]();
}

const noScoreSentence = (): string => msg('No verdict: a training that it needs diverged or failed.');

/** What the seeds that are done say; none of it is final. */
function soFar(report: ExperimentReport): string {
  const { outcome, interval } = report.verdict!;
  const after = doneSeeds(report);
  if (outcome === 'expand') return fewerBits(after, report.verdict!);
  if (outcome === 'trim') return msg(str`${after}: not worse than the old vocabulary, with fewer rows.`);
  return interval && interval[0] > 0
    ? moreBits(after, report.verdict!)
    : msg(str`${after}: no fewer bits than the old vocabulary, in ${tokensText(report.verdict!.tokensSaved)}.`);
}

/** Of readings on the way: neither speaks of the end. */
function earlySentence(early: EarlyReading): string {
  const after = msg(str`After ${percent(early.share, 0)} of the training`);
  const words: Record<EarlyOutcome, () => string> = {
    fewer: () => fewerBits(after, early),
    more: () => moreBits(after, early),
    'cannot-tell': () =>
      msg(str`${after}: not told apart from the old vocabulary, in ${tokensText(early.tokensSaved)}.`),
  };
  return words[earlyOutcome(early)]();
}

type EarlyReading = NonNullable<ExperimentReport['early']>;
type EarlyOutcome = 'fewer' | 'more' | 'cannot-tell';

function earlyOutcome({ interval }: EarlyReading): EarlyOutcome {
  if (interval && interval[1] < 0) return 'fewer';
  return interval && interval[0] > 0 ? 'more' : 'cannot-tell';
}

type Difference = Pick<EarlyReading, 'difference' | 'tokensSaved'>;

const fewerBits = (after: string, { difference, tokensSaved }: Difference): string =>
  msg(
    str`${after}: ${fixed(Math.abs(difference!), 2)} fewer bits per byte than the old vocabulary, in ${tokensText(tokensSaved)}.`,
  );
const moreBits = (after: string, { difference, tokensSaved }: Difference): string =>
  msg(
    str`${after}: ${fixed(Math.abs(difference!), 2)} more bits per byte than the old vocabulary, in ${tokensText(tokensSaved)}.`,
  );

export function tokensText(saved: number | null): string {
  if (saved === null) return msg('an unknown number of tokens');
  return saved < 0 ? msg(str`${percent(-saved, 0)} more tokens`) : msg(str`${percent(saved, 0)} fewer tokens`);
}

const comparisonOf = ({ comparisons, verdict }: ExperimentReport): ArmComparison | undefined =>
  comparisons.find(({ arm }) => arm === verdict?.arm);

/** Against what, on what, and what it costs. */
export function verdictLede(report: ExperimentReport): string {
  const { verdict, comparisons, early } = report;
  if (early) return earlyLede(early);
  const found = comparisons.find(({ arm }) => arm === verdict?.arm);
  if (verdict?.outcome === 'no-control') {
    return msg('Without the old vocabulary, trained on the same bytes of text, nothing says what the new tokens gave.');
  }
  if (!verdict || !found?.heldOut || verdict.outcome === 'no-score')
    return msg('The control is the old vocabulary, trained on the same bytes of text.');
  const { against, sameFreedom, sameText, interval } = verdict;
  const control = against === null ? '–' : armName(against);
  const documents = documentsText(found.heldOut.documents);
  const range = interval ? msg(str`95\u00a0% interval ${rangeText(interval)} bits per byte`) : msg('no interval');
  return joinSentences(
    verdict.atEqual === 'bytes'
      ? msg(str`${armName(verdict.arm)} against ${control}, the same bytes of text, the same ${documents}; ${range}.`)
      : msg(str`${armName(verdict.arm)} against ${control}, the same computation, the same ${documents}; ${range}.`),
    sameFreedom
      ? ''
      : msg(
          'The control moves other parts of the model, or by other adapters: the two are not trained with the same freedom.',
        ),
    sameText ? '' : unlikeText(),
    generalText(found.general),
    answersText(found.answers),
    found.heldOut.levels === 'documents' ? msg('One seed: how much chance there is between seeds is not known.') : '',
  );
}

export const unlikeText = (): string =>
  msg('The control reads another share of general text (replay): the two do not learn from the same text.');

function earlyLede({ arm, against, bytes, documents, interval }: EarlyReading): string {
  return joinSentences(
    msg(
      str`Read on the way: ${armName(arm)} and ${against === null ? '–' : armName(against)} after ${plain(fileSize(bytes))} of text each, on ${documentsText(documents)}; 95\u00a0% interval ${rangeText(interval!)} bits per byte.`,
    ),
    msg('Who is ahead so early need not be ahead at the end.'),
  );
}

/** Forgetting beside the control's: what training on the text cost both is no part of it. */
function generalText(general: ArmComparison['general']): string {
  const { difference, interval } = general ?? { difference: null, interval: null };
  if (difference === null) return '';
  if (!interval) return msg(str`Of general text nothing is told: ${noIntervalText(general!.documents)}.`);
  if (interval[0] <= 0 && interval[1] >= 0) {
    return msg('On general text the two cannot be told apart.');
  }
  const bits = fixed(Math.abs(difference), 3);
  return difference > 0
    ? msg(str`On general text it needs ${bits} more bits per byte than the control.`)
    : msg(str`On general text it needs ${bits} fewer bits per byte than the control.`);
}

/** The verdict is of text; whoever trains for answers would take it for one of answers. */
function answersText(answers: ArmComparison['answers']): string {
  if (!answers || answers.difference === null) return '';
  const { difference, interval, documents } = answers;
  if (!interval)
    return msg(str`Of held-out answers nothing is told: ${count(documents)} of them, too few for an interval.`);
  if (interval[0] <= 0 && interval[1] >= 0) return msg('On held-out answers the two cannot be told apart.');
  const bits = fixed(Math.abs(difference), 3);
  return difference > 0
    ? msg(str`On held-out answers it needs ${bits} more bits per byte than the control.`)
    : msg(str`On held-out answers it needs ${bits} fewer bits per byte than the control.`);
}

export function verdictShort(report: ExperimentReport): string | null {
  const { verdict, early } = report;
  if (!verdict || verdictSentence(report) === null) return null;
  if (early) {
    const soFarWords: Record<EarlyOutcome, () => string> = {
      fewer: () => msg('fewer bits'),
      more: () => msg('more bits'),
      'cannot-tell': () => msg('cannot be told apart'),
    };
    return msg(str`So far: ${soFarWords[earlyOutcome(early)]()}`);
  }
  const words: Record<ArmComparison['outcome'], () => string> = {
    expand: () => msg('Expand'),
    'expand-for-speed': () => msg('Expand for speed'),
    'do-not-expand': () => msg('Do not expand'),
    trim: () => msg('Trim'),
    'do-not-trim': () => msg('Do not trim'),
    'cannot-tell': () => msg('Cannot be told apart'),
    'no-verdict': () => msg('No verdict'),
    'not-comparable': () => msg('Not comparable'),
    unfinished: () => '',
    'no-score': () => msg('No verdict'),
    'no-control': () => msg('No control'),
  };
  const word = words[verdict.outcome]();
  return verdict.provisional ? msg(str`So far: ${word}`) : word;
}

export function outcomeWord(outcome: ArmComparison['outcome']): string {
  const words: Record<ArmComparison['outcome'], () => string> = {
    expand: () => msg('fewer bits'),
    'expand-for-speed': () => msg('not worse, fewer tokens'),
    'do-not-expand': () => msg('no gain'),
    trim: () => msg('not worse, fewer rows'),
    'do-not-trim': () => msg('worse'),
    'cannot-tell': () => msg('cannot be told apart'),
    'no-verdict': () => msg('too few documents'),
    'not-comparable': () => msg('text is lost'),
    unfinished: () => msg('not finished'),
    'no-score': () => msg('ended without a score'),
    'no-control': () => msg('no control'),
  };
  return words[outcome]();
}

export function adviceText(advice: Advice): string {
  switch (advice.kind) {
    case 'take':
      return msg(str`Take ${armName(advice.arm)}.`);
    case 'adapt-without-expanding':
      return msg(str`Keep the old vocabulary: ${armName(advice.arm)}.`);
    case 'for-answers':
      return msg(
        str`Where answers count more than text: ${armName(advice.arm)}, whose held-out answers need fewer bits.`,
      );
    case 'tell-apart':
      return tellApart(advice);
    case 'more-documents':
      return msg('An interval needs at least three held-out documents: add text.');
    case 'lost-text':
      return msg(str`Lost text has no price: ${advice.arms.map(armName).join(', ')}.`);
    case 'add-control':
      return msg('Add an arm without new tokens that trains the same parts of the model.');
    case 'finish':
      return msg(
        str`Still to come: ${advice.runs.map(({ arm, seeds }) => `${armName(arm)} (${seeds.join(', ')})`).join('; ')}.`,
      );
  }
}

function tellApart({ seeds, seedsKnown, heldOutText }: TellApart): string {
  if (seeds && heldOutText)
    return msg(str`${moreSeeds(seeds.amount)}, or ${moreText(heldOutText.amount)}, would tell.`);
  if (seeds) return msg(str`${moreSeeds(seeds.amount)} would tell.`);
  if (heldOutText) return msg(str`${moreText(heldOutText.amount)} would tell.`);
  return seedsKnown
    ? msg('Neither more seeds nor more held-out text would tell by itself; both together may.')
    : msg('More held-out text alone would not tell; whether more seeds would, a second one says.');
}

type TellApart = Extract<Advice, { kind: 'tell-apart' }>;

export const moreSeeds = (amount: number): string =>
  amount === 1 ? msg('1 more seed') : msg(str`${count(amount)} more seeds`);
export const moreText = (factor: number): string => msg(str`${fixed(factor, 1)} times the held-out text`);

/** What a lever would do, if the difference stays what it is. */
export const expectedText = ({ interval, outcome }: NonNullable<TellApart['seeds']>): string =>
  msg(str`If the difference stays, its interval would be ${rangeText(interval)}: ${outcomeWord(outcome)}.`);

function tellApartSentence({ verdict }: ExperimentReport): string {
  const advice = verdict?.advice.find((each): each is TellApart => each.kind === 'tell-apart');
  return advice?.seeds || advice?.heldOutText
    ? msg(str`Cannot be told apart: ${tellApart(advice)}`)
    : msg('Cannot be told apart.');
}

/** Seeds of which arm and control are done, of those that are to be run. */
function doneSeeds(report: ExperimentReport): string {
  const total = new Set([...report.arms, ...report.unfinished].map(({ seed }) => seed)).size;
  const done = comparisonOf(report)?.heldOut?.seeds.length ?? 0;
  if (done >= total) return msg('So far');
  if (done === 1) return total === 3 ? msg('After one seed of three') : msg(str`After one seed of ${count(total)}`);
  return msg(str`After ${count(done)} of ${count(total)} seeds`);
}

/** A rate that is too high, from the readings so far. */
export const worsenedTitle = ({ arm, seed }: WorsenedRun): string =>
  msg(str`${runName({ arm, seed })}: training makes it worse.`);

export const worsenedText = ({ from, to }: WorsenedRun): string =>
  msg(
    str`${fixed(from, 2)} bits per byte before its first step, ${fixed(to, 2)} at the last reading: it diverges. Its rate is too high; what is compared with it means little.`,
  );

/** While it runs, before there is an answer. */
export function experimentSentence(view: ExperimentView): string {
  const { state, report, cells, current } = view;
  const said = report && verdictSentence(report);
  if (state === 'failed')
    return view.error?.code === 'lab/in-use'
      ? msg('This experiment runs in another tab.')
      : msg('The experiment stopped.');
  // A reading on the way is no answer to stay with.
  if (said && !(report.early && state === 'stopped')) return said;
  const diverged = cells.find((cell) => cell.state === 'diverged');
  if (diverged && state !== 'finished') return msg('One training diverged. The other arms go on.');
  const { trainings } = view;
  const done = count(trainings.filter((cell) => cell.state === 'finished').length);
  const all = trainingsText(view.trainingCount);
  if (state === 'stopped') return msg(str`Stopped after ${done} of ${all}; it goes on from here.`);
  if (state === 'finished') {
    return report?.verdict ? noScoreSentence() : msg('Trained. There is nothing to compare: no arm has new tokens.');
  }
  return current
    ? msg(str`Training ${armName(current.arm)}: ${done} of ${all} done.`)
    : msg('Getting ready: new tokens are learned, the first arm is loaded.');
}

export function experimentLede(view: ExperimentView): string {
  const { report, state } = view;
  if (report && verdictSentence(report)) return verdictLede(report);
  if (state === 'failed') return msg('What was finished is kept, and is not run again.');
  return msg(
    'Every arm reads the same bytes of text. Bits per byte are compared with the old vocabulary trained on that text, not with the untouched base.',
  );
}

export function secondsText(seconds: number): string {
  return msg(str`about ${duration(1000 * seconds)} here`);
}

export function signedBits(value: number): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${fixed(Math.abs(value), 3)}`;
}

export function rangeText([low, high]: readonly [number, number]): string {
  return unbroken(msg(str`${signedBits(low)} to ${signedBits(high)}`));
}
