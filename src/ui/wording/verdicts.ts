/** The one sentence each step is for, from what the lab measured. Kept together so that the voice stays one. */
import { msg, str } from '@lit/localize';
import type { Comparison, CorpusSummary, Diagnosis, Signal, Verdict, VocabularySummary } from '../../worker/index';
import { count, fileSize, fixed, memorySize, percent, plain, joinSentences } from '../format';
import type { RunView } from '../state/run-view';
import { lostOfArms, noPrice } from './lostText';

export const signalOf = (diagnosis: Diagnosis, name: Signal['name']): Signal | undefined =>
  diagnosis.signals.find((signal) => signal.name === name);

export function verdictName(verdict: Verdict): string {
  const names: Record<Verdict, () => string> = {
    expand: () => msg('Expand'),
    'expand-for-speed': () => msg('Expand for speed'),
    'atomic-only': () => msg('Atomic only'),
    'do-not-expand': () => msg('Do not expand'),
    'need-more-data': () => msg('Need more data'),
  };
  return names[verdict]();
}

export function verdictGloss(verdict: Verdict): string {
  const glosses: Record<Verdict, () => string> = {
    expand: () => msg('better, and shorter'),
    'expand-for-speed': () => msg('no worse, much shorter'),
    'atomic-only': () => msg('one token a symbol'),
    'do-not-expand': () => msg('train on the old one'),
    'need-more-data': () => msg('cannot tell yet'),
  };
  return glosses[verdict]();
}

export const corpusSentence = (corpus: CorpusSummary): string =>
  msg(
    str`${plain(fileSize(corpus.trainBytes + corpus.heldOutBytes))} of usable text in ${count(corpus.documents)} documents.`,
  );

export function diagnosisSentence(diagnosis: Diagnosis): string {
  const saved = percent(signalOf(diagnosis, 'compression')?.value ?? 0, 0);
  const tokens = count(diagnosis.readAtNewTokens);
  const lost = signalOf(diagnosis, 'lostText');
  const sentences: Record<Verdict, () => string> = {
    expand: () =>
      lost?.weight === 'decides'
        ? msg(
            str`Expand: the tokenizer cannot write ${percent(lost.value)} of these texts, and no training gives that back.`,
          )
        : msg(
            str`Expand: ${tokens} new tokens would save ${saved} of the length, and each is common enough to be learned.`,
          ),
    'expand-for-speed': () =>
      msg(
        str`Expand for speed: ${tokens} new tokens make these texts ${saved} shorter; the model need not get better at them.`,
      ),
    'atomic-only': () =>
      msg('Give each symbol its own token; learned merges would cut these texts in the wrong places.'),
    'do-not-expand': () =>
      msg(
        str`Do not expand: ${tokens} new tokens would save only ${saved} of the length. Train on the old vocabulary.`,
      ),
    'need-more-data': () =>
      lost?.weight === 'decides'
        ? msg(
            str`Cannot tell yet: the tokenizer cannot write ${percent(lost.value)} of these texts, but too little text shows its characters. Add text.`,
          )
        : msg(
            str`Cannot tell yet: ${tokens} new tokens would save ${saved} of the length, but no size is seen often enough. Add text.`,
          ),
  };
  return sentences[diagnosis.verdict]();
}

export function diagnosisLede(diagnosis: Diagnosis, model: string): string {
  const fragmentation = signalOf(diagnosis, 'fragmentation')?.value ?? 1;
  const budget = signalOf(diagnosis, 'budget');
  const finer =
    fragmentation < 0.95
      ? msg(str`${model} cuts these texts ${fixed(1 / fragmentation, 2)} times finer than general text.`)
      : msg(str`${model} cuts these texts about as coarsely as general text.`);
  const small = budget && budget.reading !== 'strong';
  return joinSentences(
    finer,
    small ? msg('The corpus is on the small side, so treat the first run as a pilot.') : '',
    msg(str`A prediction until a run has measured it; ${percent(diagnosis.confidence, 0)} sure by its own rules.`),
  );
}

export const shorterBy = ({ heldOut }: VocabularySummary): number => 1 - heldOut.tokensAfter / heldOut.tokensBefore;

export function vocabularySentence(vocabulary: VocabularySummary): string {
  const tokens = count(vocabulary.newTokens.length);
  return vocabulary.dead === 0
    ? msg(str`${tokens} new tokens, every one in use.`)
    : msg(str`${tokens} new tokens, ${count(vocabulary.dead)} of them never used alone.`);
}

export function trainSentence(run: RunView): string {
  const { state, step, steps } = run.status;
  const latest = run.latestBitsPerByte;
  const base = run.baseBitsPerByte;
  if (state === 'failed') return msg(str`Training stopped at step ${count(step)}.`);
  if (run.losesText) return lostTrainSentence(run);
  if (state === 'preparing' || latest === null || base === null)
    return msg('Measuring the base and the untrained graft first.');
  const below = latest < base;
  if (state === 'finished')
    return below
      ? msg(str`Finished: the graft needs ${percent(1 - latest / base)} fewer bits per byte than the base.`)
      : msg(str`Finished: the graft still needs ${percent(latest / base - 1)} more bits per byte than the base.`);
  if (state === 'stopped') return msg(str`Stopped at step ${count(step)} of ${count(steps)}.`);
  return below
    ? msg('The graft has passed the untouched base.')
    : msg('The graft is still learning: worse than the untouched base so far.');
}

function lostTrainSentence({ status }: RunView): string {
  const { state, step, steps } = status;
  if (state === 'finished') return msg('Finished; text is lost, so that bits per byte say nothing.');
  if (state === 'stopped') return msg(str`Stopped at step ${count(step)} of ${count(steps)}.`);
  return msg('The graft is learning; text is lost, so that bits per byte say nothing.');
}

export function trainLede(run: RunView): string {
  const first = run.evaluations[0]?.bitsPerByte ?? null;
  const latest = run.latestBitsPerByte;
  if (run.status.state === 'failed') return msg('What was saved before is kept.');
  if (run.losesText) {
    const lost = run.evaluations.at(-1)?.lostBytes ?? 0;
    return joinSentences(
      lost > 0
        ? msg(str`The graft’s tokenizer cannot write ${count(lost)} bytes of the held-out text.`)
        : msg('The base’s tokenizer cannot write all of the held-out text; the graft’s can.'),
      noPrice(),
    );
  }
  if (first === null || latest === null || run.baseBitsPerByte === null)
    return msg('Both on the same held-out documents, so that every later figure has something to be compared with.');
  const from = msg(
    str`Held-out bits per byte: ${fixed(first, 3)} before training, ${fixed(latest, 3)} now, ${fixed(run.baseBitsPerByte, 3)} for the base.`,
  );
  return run.crossing === null
    ? from
    : joinSentences(msg(str`It crossed the base at step ${count(run.crossing)}.`), from);
}

export function comparisonSentence(comparison: Comparison): string {
  const change = heldOutChange(comparison);
  const shorter = percent(comparison.shorterBy ?? Number.NaN, 0);
  const sentences: Record<Comparison['outcome'], () => string> = {
    paid: () =>
      msg(str`It paid: ${percent(-change)} fewer bits per byte than the untouched base, and texts ${shorter} shorter.`),
    'shorter-not-worse': () => msg(str`Not better, not worse, and ${shorter} shorter.`),
    'did-not-pay': () =>
      msg(str`It did not pay: ${percent(change)} more bits per byte than the untouched base, intervals apart.`),
    'not-distinguishable': () =>
      msg('Not distinguishable: the difference to the untouched base lies within its interval.'),
    'not-comparable': () => msg('Not comparable: text is lost.'),
  };
  return sentences[comparison.outcome]();
}

export function comparisonShort(comparison: Comparison): string {
  const change = percent(heldOutChange(comparison));
  const sentences: Record<Comparison['outcome'], () => string> = {
    paid: () => msg(str`It paid: ${change}`),
    'shorter-not-worse': () => msg('Not worse, shorter'),
    'did-not-pay': () => msg(str`Did not pay: +${change}`),
    'not-distinguishable': () => msg('Not distinguishable'),
    'not-comparable': () => msg('Not comparable'),
  };
  return sentences[comparison.outcome]();
}

/** As a share of the base's bits per byte; not a number where text is lost. */
function heldOutChange({ arms, difference }: Comparison): number {
  const base = arms.find((arm) => arm.arm === 'base')?.heldOut.bitsPerByte ?? Number.NaN;
  return (difference?.bitsPerByte ?? Number.NaN) / base;
}

/** Null where the tokenizer of either loses general text. */
export function generalChange({ arms, generalDifference }: Comparison): number | null {
  const base = arms.find((arm) => arm.arm === 'base')?.general.bitsPerByte ?? Number.NaN;
  return generalDifference === null ? null : generalDifference.bitsPerByte / base;
}

export function comparisonLede(comparison: Comparison): string {
  const documents = count(comparison.arms[0]?.heldOut.documents ?? 0);
  const change = generalChange(comparison);
  const interval = comparison.generalDifference?.interval;
  const general =
    change === null
      ? ''
      : interval && interval[0] <= 0 && interval[1] >= 0
        ? msg('General text did not change measurably.')
        : change > 0
          ? msg(str`General text got ${percent(change)} worse: that is forgetting.`)
          : msg(str`General text got ${percent(-change)} better.`);
  return joinSentences(
    msg(str`Same ${documents} held-out documents for every arm, ${count(comparison.steps)} steps.`),
    comparison.difference === null ? lostOfArms(comparison) : '',
    general,
  );
}

export const memoryText = (bytes: number): string => plain(memorySize(bytes));
