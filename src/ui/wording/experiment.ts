/**
 * An experiment in words. An arm with new tokens is compared with the old vocabulary trained on the same text, never with the
 * untouched base: that would credit the vocabulary with what the text did.
 */
import { msg, str } from '@lit/localize';
import type { Advice, ArmComparison, ExperimentReport, PresetName, RunCell } from '../../worker/index';
import { count, duration, fixed, joinSentences, percent } from '../format';
import type { ExperimentView } from '../state/experiment-view';

export function presetTitle(name: PresetName): string {
  const titles: Record<PresetName, () => string> = {
    'quick-answer': () => msg('Quick answer'),
    'should-i-expand': () => msg('Should I expand?'),
    'how-many-tokens': () => msg('How many tokens?'),
    'adapt-only': () => msg('Adapt without expanding'),
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
    'adapt-only': () => msg('Only train on the text; the vocabulary stays as it is.'),
  };
  return about[name]();
}

/** Null while no arm with new tokens has a reading beside its control. */
export function verdictSentence(report: ExperimentReport): string | null {
  const { verdict } = report;
  if (!verdict || verdict.outcome === 'unfinished') return null;
  const { outcome, difference, tokensSaved, provisional } = verdict;
  if (provisional && difference === null) return null;
  const bits = difference === null ? '–' : fixed(Math.abs(difference), 2);
  const saved = percent(tokensSaved ?? Number.NaN, 0);
  if (provisional) {
    const seeds = doneSeeds(report);
    return difference !== null && difference < 0
      ? msg(str`So far, after ${seeds}: ${bits} fewer bits per byte than the old vocabulary, in ${saved} fewer tokens.`)
      : msg(str`So far, after ${seeds}: no fewer bits than the old vocabulary, in ${saved} fewer tokens.`);
  }
  const words: Record<ArmComparison['outcome'], () => string> = {
    expand: () => msg(str`Expand: ${bits} fewer bits per byte than the old vocabulary, in ${saved} fewer tokens.`),
    'expand-for-speed': () => msg(str`Not fewer bits, but ${saved} fewer tokens: expand for speed.`),
    'do-not-expand': () =>
      difference !== null && difference <= 0
        ? msg(str`Do not expand: no fewer bits per byte, for ${saved} fewer tokens.`)
        : msg(str`Do not expand: ${bits} more bits per byte, for ${saved} fewer tokens.`),
    'cannot-tell': () => joinSentences(msg('Cannot be told apart.'), tellApartShort(report)),
    'no-verdict': () => msg('Too few held-out documents: no verdict.'),
    'not-comparable': () => msg('Not comparable: text is lost.'),
    unfinished: () => '',
    'no-control': () => msg('No verdict: nothing was trained on the old vocabulary.'),
  };
  return words[outcome]();
}

/** Against what, on what, and what it costs. */
export function verdictLede(report: ExperimentReport): string {
  const { verdict, comparisons } = report;
  const found = comparisons.find(({ arm }) => arm === verdict?.arm);
  if (!verdict || !found?.heldOut) return msg('The control is the old vocabulary, trained on the same bytes of text.');
  const { against, sameFreedom, interval } = verdict;
  const documents = count(found.heldOut.documents);
  const range = interval ? msg(str`95 % interval ${range2(interval)} bits per byte`) : msg('no interval');
  const general = found.general?.difference ?? null;
  return joinSentences(
    verdict.atEqual === 'bytes'
      ? msg(
          str`${verdict.arm} against ${against ?? '–'}, the same bytes of text, the same ${documents} held-out documents; ${range}.`,
        )
      : msg(
          str`${verdict.arm} against ${against ?? '–'}, the same computation, the same ${documents} held-out documents; ${range}.`,
        ),
    sameFreedom
      ? ''
      : msg('The control moves other parts of the model: the two are not trained with the same freedom.'),
    general === null ? '' : msg(str`On general text: ${signedBits(general)} bits per byte beside the control.`),
    found.heldOut.levels === 'documents' ? msg('One seed: how much chance there is between seeds is not known.') : '',
  );
}

export function verdictShort(report: ExperimentReport): string | null {
  const { verdict } = report;
  if (!verdict || verdictSentence(report) === null) return null;
  const words: Record<ArmComparison['outcome'], () => string> = {
    expand: () => msg('Expand'),
    'expand-for-speed': () => msg('Expand for speed'),
    'do-not-expand': () => msg('Do not expand'),
    'cannot-tell': () => msg('Cannot be told apart'),
    'no-verdict': () => msg('No verdict'),
    'not-comparable': () => msg('Not comparable'),
    unfinished: () => '',
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
    'cannot-tell': () => msg('cannot be told apart'),
    'no-verdict': () => msg('too few documents'),
    'not-comparable': () => msg('text is lost'),
    unfinished: () => msg('not finished'),
    'no-control': () => msg('no control'),
  };
  return words[outcome]();
}

export function adviceText(advice: Advice): string {
  switch (advice.kind) {
    case 'take':
      return msg(str`Take ${advice.arm}.`);
    case 'adapt-without-expanding':
      return msg(str`Keep the old vocabulary: ${advice.arm}.`);
    case 'tell-apart':
      return tellApart(advice);
    case 'more-documents':
      return msg('An interval needs at least three held-out documents: add text.');
    case 'lost-text':
      return msg(str`Lost text has no price: ${advice.arms.join(', ')}.`);
    case 'add-control':
      return msg('Add an arm without new tokens that trains the same parts of the model.');
    case 'finish':
      return msg(
        str`Still to come: ${advice.runs.map(({ arm, seeds }) => `${arm} (${seeds.join(', ')})`).join('; ')}.`,
      );
  }
}

function tellApart({ seeds, heldOutText }: Extract<Advice, { kind: 'tell-apart' }>): string {
  if (seeds && heldOutText) {
    return msg(
      str`${count(seeds.amount)} more seeds, or ${fixed(heldOutText.amount, 1)} times the held-out text, would tell.`,
    );
  }
  if (seeds) return msg(str`${count(seeds.amount)} more seeds would tell.`);
  if (heldOutText) return msg(str`${fixed(heldOutText.amount, 1)} times the held-out text would tell.`);
  return msg('Neither more seeds nor more held-out text would tell by itself; both together may.');
}

function tellApartShort({ verdict }: ExperimentReport): string {
  const advice = verdict?.advice.find((each) => each.kind === 'tell-apart');
  return advice ? tellApart(advice) : '';
}

function doneSeeds({ arms }: ExperimentReport): string {
  const seeds = new Set(arms.map(({ seed }) => seed)).size;
  return seeds === 1 ? msg('one seed') : msg(str`${count(seeds)} seeds`);
}

/** While it runs, before there is an answer. */
export function experimentSentence(view: ExperimentView): string {
  const { state, report, cells, current } = view;
  const said = report && verdictSentence(report);
  if (state === 'failed') return msg('The experiment stopped.');
  if (said) return said;
  const diverged = cells.find((cell) => cell.state === 'diverged');
  if (diverged && state !== 'finished') return msg('One training diverged. The other arms go on.');
  const done = cells.filter((cell) => cell.state === 'finished').length;
  if (state === 'stopped')
    return msg(str`Stopped after ${count(done)} of ${count(cells.length)} runs; it goes on from here.`);
  if (state === 'finished') return msg('Trained. There is nothing to compare: no arm has new tokens.');
  return current
    ? msg(str`Training ${current.arm}: ${count(done)} of ${count(cells.length)} runs are done.`)
    : msg('Getting ready: new tokens are learned, the base is measured.');
}

export function experimentLede(view: ExperimentView): string {
  const { report, state } = view;
  if (report && verdictSentence(report)) return verdictLede(report);
  if (state === 'failed') return msg('What was finished is kept, and is not run again.');
  return msg(
    'Every arm reads the same bytes of text. Bits per byte are compared with the old vocabulary trained on that text, not with the untouched base.',
  );
}

export function cellWord(state: RunCell['state']): string {
  const words: Record<RunCell['state'], () => string> = {
    waiting: () => msg('waiting'),
    preparing: () => msg('loading'),
    running: () => msg('running'),
    paused: () => msg('paused'),
    stopped: () => msg('stopped'),
    finished: () => msg('finished'),
    diverged: () => msg('diverged'),
    failed: () => msg('failed'),
  };
  return words[state]();
}

export function secondsText(seconds: number): string {
  return msg(str`about ${duration(1000 * seconds)} here`);
}

export function signedBits(value: number): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${fixed(Math.abs(value), 3)}`;
}

function range2([low, high]: readonly [number, number]): string {
  return msg(str`${signedBits(low)} to ${signedBits(high)}`);
}
