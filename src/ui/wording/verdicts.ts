/** The one sentence each step is for, from what the lab measured. Kept together so that the voice stays one. */
import { msg, str } from '@lit/localize';
import type {
  Comparison,
  CorpusSummary,
  Diagnosis,
  Exposure,
  Signal,
  Verdict,
  VocabularySummary,
} from '../../worker/index';
import { count, fileSize, fixed, memorySize, percent, plain, joinSentences, signed } from '../format';
import { documentsText, noIntervalText, stepsText, textDocumentsText } from './counts';
import { isFed } from './lengths';
import { lostOfArms } from './lostText';
import { disagreeing } from './signalNames';

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
    'expand-for-speed': () => msg('no worse, but shorter'),
    'atomic-only': () => msg('one token a symbol'),
    'do-not-expand': () => msg('train on the old one'),
    'need-more-data': () => msg('cannot tell yet'),
  };
  return glosses[verdict]();
}

export const corpusSentence = (corpus: CorpusSummary): string =>
  msg(
    str`${plain(fileSize(corpus.trainBytes + corpus.heldOutBytes))} of usable text in ${textDocumentsText(corpus.documents)}.`,
  );

/** @param planned of the run that would be run; null before it is known. */
export function diagnosisSentence(diagnosis: Diagnosis, planned: Exposure | null = null): string {
  const saved = percent(signalOf(diagnosis, 'compression')?.value ?? 0, 0);
  const tokens = count(diagnosis.readAtNewTokens);
  const lost = signalOf(diagnosis, 'lostText');
  const sentences: Record<Verdict, () => string> = {
    expand: () =>
      lost?.weight === 'decides'
        ? msg(
            str`Expand: the tokenizer cannot write ${percent(lost.value)} of these texts, and no training gives that back.`,
          )
        : expandSentence(diagnosis, tokens, saved, planned),
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

function expandSentence(diagnosis: Diagnosis, tokens: string, saved: string, planned: Exposure | null): string {
  if (!planned) {
    const times = count(signalOf(diagnosis, 'exposure')?.value ?? 0);
    return msg(
      str`Expand: ${tokens} new tokens would save ${saved} of the length; all of this text shows nine in ten of them at least ${times} times.`,
    );
  }
  const floor = count(planned.floor);
  return isFed(planned)
    ? msg(
        str`Expand: ${tokens} new tokens would save ${saved} of the length, and the planned run shows nine in ten of them at least ${floor} times.`,
      )
    : msg(
        str`Expand: ${tokens} new tokens would save ${saved} of the length, but the planned run shows only ${count(planned.fed)} of ${count(planned.tokens)} of them ${floor} times.`,
      );
}

/** What it would take; empty where the planned run is long enough. */
function longerText(planned: Exposure | null): string {
  if (!planned || isFed(planned) || planned.bytesUntilFed === null) return '';
  const [read, needed] = [planned.bytes, planned.bytesUntilFed].map((bytes) => plain(fileSize(bytes)));
  return msg(
    str`The planned run reads ${read!} of text; until nine in ten are seen ${count(planned.floor)} times, it takes ${needed!}, or fewer tokens.`,
  );
}

export function diagnosisLede(diagnosis: Diagnosis, model: string, planned: Exposure | null = null): string {
  const fragmentation = signalOf(diagnosis, 'fragmentation')?.value ?? 1;
  const budget = signalOf(diagnosis, 'budget');
  const finer =
    fragmentation < 0.95
      ? msg(str`${model} cuts these texts ${fixed(1 / fragmentation, 2)} times finer than general text.`)
      : msg(str`${model} cuts these texts about as coarsely as general text.`);
  const small = budget && budget.reading !== 'strong';
  return joinSentences(
    finer,
    longerText(planned),
    small ? msg('The corpus is on the small side, so treat the first run as a pilot.') : '',
    disagreeing(diagnosis).length > 0 ? msg(str`Against it speak: ${disagreeing(diagnosis).join(msg(', '))}.`) : '',
    resampledText(diagnosis),
  );
}

/** What the share is, and what else the rule says: it is no sureness of what a run would show. */
function resampledText({ resampled: { same, otherwise } }: Diagnosis): string {
  const times = count(100 * same);
  return otherwise === null
    ? msg(str`The rule gives the same answer in ${times} of 100 resamplings; what is so, a run measures.`)
    : msg(
        str`The rule gives the same answer in ${times} of 100 resamplings; else: ${verdictName(otherwise).toLowerCase()}. What is so, a run measures.`,
      );
}

export const shorterBy = ({ heldOut }: VocabularySummary): number => 1 - heldOut.tokensAfter / heldOut.tokensBefore;

export function vocabularySentence(vocabulary: VocabularySummary): string {
  const tokens = count(vocabulary.newTokens.length);
  return vocabulary.dead === 0
    ? msg(str`${tokens} new tokens, every one in use.`)
    : msg(str`${tokens} new tokens, ${count(vocabulary.dead)} of them never used alone.`);
}

/** Of a graft that was trained elsewhere: there is no control, so that nothing is said of its vocabulary. */
export function comparisonSentence({ arms, difference, shorterBy }: Comparison): string {
  if (difference === null || shorterBy === null) return msg('Not comparable: text is lost.');
  const trained = arms.find(({ arm }) => arm === 'grafted-trained')?.heldOut.bitsPerByte ?? Number.NaN;
  return msg(str`Measured: ${fixed(trained, 3)} bits per byte, in ${percent(shorterBy, 0)} fewer tokens.`);
}

export function comparisonShort(comparison: Comparison): string {
  return comparison.difference === null ? msg('Not comparable') : msg('Measured, no control');
}

/** Null where the tokenizer of either loses general text. */
export function generalChange({ arms, generalDifference }: Comparison): number | null {
  const base = arms.find((arm) => arm.arm === 'base')?.general.bitsPerByte ?? Number.NaN;
  return generalDifference === null ? null : generalDifference.bitsPerByte / base;
}

/** Nothing is said of a change that has no interval. */
function forgettingText(comparison: Comparison): string {
  const change = generalChange(comparison);
  const interval = comparison.generalDifference?.interval;
  if (change === null) return '';
  if (!interval) {
    const documents = comparison.arms[0]?.general.documents ?? 0;
    return msg(str`Whether general text was forgotten is not told: ${noIntervalText(documents)}.`);
  }
  if (interval[0] <= 0 && interval[1] >= 0) return msg('General text did not change measurably.');
  const bits = msg(str`95\u00a0% interval ${signed(interval[0], 3)} to ${signed(interval[1], 3)} bits per byte`);
  return change > 0
    ? msg(str`General text got ${percent(change)} worse, which is forgotten (${bits}).`)
    : msg(str`General text got ${percent(-change)} better (${bits}).`);
}

export function comparisonLede(comparison: Comparison): string {
  const documents = documentsText(comparison.arms[0]?.heldOut.documents ?? 0);
  return joinSentences(
    msg(str`Same ${documents}, ${stepsText(comparison.steps)}.`),
    msg(
      'The base was not trained on this text: what the new tokens did is told by an experiment with the old vocabulary as control.',
    ),
    comparison.difference === null ? lostOfArms(comparison) : '',
    forgettingText(comparison),
  );
}

export const memoryText = (bytes: number): string => plain(memorySize(bytes));
