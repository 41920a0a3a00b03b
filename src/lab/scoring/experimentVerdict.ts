/**
 * The answer of an experiment: every expanded and trained arm against its control, and the best of them. The control is
 * continual pretraining on the old vocabulary with the same freedom to move; against the untouched base the vocabulary
 * would be credited with what the text did, so that the base is never one. Everything is data: the page words it.
 */
import type { DocumentScores, Interval } from './bootstrap';
import { seededDifference, seededScore, type ScoresOverSeeds, type SeededDifference } from './seededDifference';
import { defaultMargin, marginBits, outcomeOf, whatWouldTell, type Outcome, type WhatWouldTell } from './verdict';

/** One finished training. */
export interface RunScores {
  readonly heldOut: DocumentScores;
  /** Absent where the experiment has no general text. */
  readonly general?: DocumentScores;
  /** Of held-out conversations; absent without instructions. */
  readonly answers?: DocumentScores;
}

export interface SeedRunScores extends RunScores {
  readonly seed: number;
}

export interface ScoredArm {
  readonly name: string;
  readonly hasVocabulary: boolean;
  /** Of its vocabulary, that it lost tokens and has no new ones. */
  readonly removesOnly?: boolean;
  /** Groups that any of its stages moves, as `newRows`, `oldRows`, `norms`, `body`, `adapters`; none: not trained. */
  readonly moves: readonly string[];
  /** Shares of the budget that are text and instructions, as one word; arms that read otherwise are not compared. Absent: text. */
  readonly reads?: string;
  /** Share of what it reads that is general text, 0 to 1, of the same budget; absent: none. */
  readonly replay?: number;
  /** Size and place of its adapters, as one word. */
  readonly adapters?: string;
  /** Finished seeds; or once, of an arm that is not trained. */
  readonly scores: readonly SeedRunScores[] | RunScores;
  /** Seeds that ended without a score (diverged): nothing more is waited for. */
  readonly ended?: readonly number[];
}

export interface ExperimentTerms {
  /** All that are to be run. */
  readonly seeds: readonly number[];
  /** Share of the control; 2 % by default. */
  readonly margin?: number;
  /** What every arm was given alike. */
  readonly atEqual: 'bytes' | 'flops';
}

/**
 * `unfinished`: no seed yet that both have finished. `no-score`: there will be none, since on every seed one of the two ended without
 * a score. `no-control`: nothing was trained on the old vocabulary.
 */
export type ComparisonOutcome = Outcome | 'unfinished' | 'no-score' | 'no-control';

/** Arm - control in bits per byte; null where either loses text or no seed is paired. */
export interface ReadDifference extends Omit<SeededDifference, 'bitsPerByte' | 'tokensSaved'> {
  readonly difference: number | null;
}

export interface ArmComparison {
  readonly arm: string;
  /** The control; null of `no-control`. */
  readonly against: string | null;
  /** Whether the control moves all that the arm moves, new rows apart, by adapters of the same size. */
  readonly sameFreedom: boolean;
  /** Whether of the budget both read as much general text, and so as much of the corpus. */
  readonly sameText: boolean;
  readonly outcome: ComparisonOutcome;
  /** 1 - tokens / the control's tokens on the held-out documents. */
  readonly tokensSaved: number | null;
  /** The margin in bits per byte: its share times the control. */
  readonly marginBits: number | null;
  readonly heldOut: ReadDifference | null;
  /** Forgetting beside the control's. */
  readonly general: ReadDifference | null;
  /** Of held-out answers; no outcome is from them. Null without instructions. */
  readonly answers: ReadDifference | null;
  /** Of `cannot-tell` alone. */
  readonly whatWouldTell: WhatWouldTell | null;
}

export type Advice =
  | { readonly kind: 'take'; readonly arm: string }
  | { readonly kind: 'adapt-without-expanding'; readonly arm: string }
  /** The other one of arm and control, where its held-out answers are better: text and answers disagree. */
  | { readonly kind: 'for-answers'; readonly arm: string }
  | ({ readonly kind: 'tell-apart' } & WhatWouldTell)
  | { readonly kind: 'more-documents' }
  | { readonly kind: 'lost-text'; readonly arms: readonly string[] }
  /** The old vocabulary, trained with these groups: no control, or none with the same freedom. */
  | { readonly kind: 'add-control'; readonly moves: readonly string[] }
  | { readonly kind: 'finish'; readonly runs: readonly { readonly arm: string; readonly seeds: readonly number[] }[] };

export interface ExperimentVerdict {
  readonly outcome: ComparisonOutcome;
  readonly arm: string;
  readonly against: string | null;
  readonly sameFreedom: boolean;
  readonly sameText: boolean;
  readonly difference: number | null;
  readonly interval: Interval;
  readonly tokensSaved: number | null;
  readonly atEqual: 'bytes' | 'flops';
  /** Some seed of some arm is still to come. */
  readonly provisional: boolean;
  readonly advice: readonly Advice[];
}

export interface ExperimentReading {
  /** In the order of the arms. */
  readonly comparisons: readonly ArmComparison[];
  /** Null where no arm is both expanded and trained: nothing was asked. */
  readonly verdict: ExperimentVerdict | null;
}

/** Best first; the rest say nothing of the vocabulary. */
const ranking: Record<ComparisonOutcome, number> = {
  expand: 0,
  'expand-for-speed': 1,
  trim: 2,
  'cannot-tell': 3,
  'do-not-expand': 4,
  'do-not-trim': 5,
  'no-verdict': 6,
  'not-comparable': 7,
  unfinished: 8,
  'no-score': 9,
  'no-control': 10,
};

export function experimentVerdict(arms: readonly ScoredArm[], terms: ExperimentTerms): ExperimentReading {
  const comparisons = arms
    .filter((arm) => arm.hasVocabulary && isTrained(arm))
    .map((arm) => compared(arm, controlOf(arm, arms), terms));
  // Arms that only lost tokens are asked about where there is nothing else to ask.
  const expanded = comparisons.filter(({ arm }) => arms.some(({ name, removesOnly }) => name === arm && !removesOnly));
  const best = [...(expanded.length > 0 ? expanded : comparisons)].sort(byOutcome)[0];
  if (!best) return { comparisons, verdict: null };
  const missing = missingRuns(arms, terms.seeds);
  return {
    comparisons,
    verdict: {
      outcome: best.outcome,
      arm: best.arm,
      against: best.against,
      sameFreedom: best.sameFreedom,
      sameText: best.sameText,
      difference: best.heldOut?.difference ?? null,
      interval: best.heldOut?.interval ?? null,
      tokensSaved: best.tokensSaved,
      atEqual: terms.atEqual,
      provisional: missing.length > 0,
      advice: adviceOf(best, arms, missing),
    },
  };
}

/**
 * The trained arm on the old vocabulary that moves what `arm` moves, new rows apart, and reads what it reads; else one that
 * moves as much; else the one that moves the most groups. Of several, that of the fewest held-out bits per byte: a control at an ill-chosen rate would flatter the
 * vocabulary. Those without a score come last, and then the order of the specification holds.
 */
export function controlOf(arm: ScoredArm, arms: readonly ScoredArm[]): ScoredArm | undefined {
  const trained = arms.filter((other) => !other.hasVocabulary && isTrained(other) && other.reads === arm.reads);
  const most = Math.max(...trained.map((other) => freedom(other).size));
  const equal = trained.filter((other) => hasSameFreedom(arm, other));
  const candidates =
    [equal.filter((other) => readsSameText(arm, other)), equal].find(({ length }) => length > 0) ??
    trained.filter((other) => freedom(other).size === most);
  if (candidates.length < 2) return candidates[0];
  const bits = new Map(
    candidates.map((each) => [each, seededScore(scoresOn(each, 'heldOut')!).bitsPerByte ?? Infinity]),
  );
  return candidates.reduce((best, each) => (bits.get(each)! < bits.get(best)! ? each : best));
}

function compared(arm: ScoredArm, control: ScoredArm | undefined, terms: ExperimentTerms): ArmComparison {
  if (!control) {
    const nothing = { heldOut: null, general: null, answers: null, whatWouldTell: null };
    const unlike = { against: null, sameFreedom: false, sameText: false };
    return { arm: arm.name, ...unlike, outcome: 'no-control', tokensSaved: null, marginBits: null, ...nothing };
  }
  const heldOut = seededDifference(scoresOn(arm, 'heldOut')!, scoresOn(control, 'heldOut')!);
  const { controlBitsPerByte, tokensSaved } = heldOut;
  const margin = terms.margin ?? defaultMargin;
  const limits = { controlBitsPerByte, margin, tokensSaved, removesOnly: arm.removesOnly ?? false };
  const isUnfinished = heldOut.seeds.length === 0;
  const ended = [...(arm.ended ?? []), ...(control.ended ?? [])];
  const unscored = terms.seeds.every((seed) => ended.includes(seed)) ? 'no-score' : 'unfinished';
  return {
    arm: arm.name,
    against: control.name,
    sameFreedom: hasSameFreedom(arm, control),
    sameText: readsSameText(arm, control),
    outcome: isUnfinished ? unscored : outcomeOf({ ...heldOut, difference: heldOut.bitsPerByte }, limits),
    tokensSaved,
    marginBits: controlBitsPerByte === null ? null : marginBits(controlBitsPerByte, margin),
    heldOut: readDifference(heldOut),
    general: differenceOn('general', arm, control),
    answers: differenceOn('answers', arm, control),
    whatWouldTell: isUnfinished ? null : whatWouldTell(heldOut, limits),
  };
}

function differenceOn(scored: keyof RunScores, arm: ScoredArm, control: ScoredArm): ReadDifference | null {
  const [some, others] = [scoresOn(arm, scored), scoresOn(control, scored)];
  return some && others ? readDifference(seededDifference(some, others)) : null;
}

function readDifference({ bitsPerByte, tokensSaved: _, ...rest }: SeededDifference): ReadDifference {
  return { difference: bitsPerByte, ...rest };
}

/** Undefined where some run was not scored on it. */
function scoresOn(arm: ScoredArm, scored: keyof RunScores): ScoresOverSeeds | undefined {
  if ('heldOut' in arm.scores) return arm.scores[scored];
  if (arm.scores.some((run) => !run[scored])) return undefined;
  return arm.scores.map((run) => ({ seed: run.seed, scores: run[scored]! }));
}

function isTrained(arm: ScoredArm): boolean {
  return arm.moves.length > 0;
}

/** An arm on the old vocabulary has no new rows to move. */
function freedom(arm: ScoredArm): Set<string> {
  return new Set(arm.moves.filter((group) => group !== 'newRows'));
}

function hasSameFreedom(some: ScoredArm, other: ScoredArm): boolean {
  const [moves, others] = [freedom(some), freedom(other)];
  return (
    moves.size === others.size && [...moves].every((group) => others.has(group)) && some.adapters === other.adapters
  );
}

function readsSameText({ replay: some = 0 }: ScoredArm, { replay: other = 0 }: ScoredArm): boolean {
  return Math.abs(some - other) < 1e-6;
}

/** Of arms whose bits are not told apart from the control's, the one that saves most tokens; of others the one with the fewest bits. */
function byOutcome(some: ArmComparison, other: ArmComparison): number {
  const better = ranking[some.outcome] - ranking[other.outcome];
  if (better !== 0) return better;
  const isForTokens = some.outcome === 'expand-for-speed' || some.outcome === 'cannot-tell';
  if (isForTokens && some.tokensSaved !== other.tokensSaved) return (other.tokensSaved ?? 0) - (some.tokensSaved ?? 0);
  const [difference, others] = [some.heldOut?.difference ?? Infinity, other.heldOut?.difference ?? Infinity];
  return difference === others ? 0 : difference - others;
}

/** An arm that is not trained is run once, with the first seed. */
function missingRuns(arms: readonly ScoredArm[], seeds: readonly number[]) {
  return arms
    .map((arm) => {
      const { name, scores, ended = [] } = arm;
      const due = isTrained(arm) ? seeds : seeds.slice(0, 1);
      const done = 'heldOut' in scores ? seeds : [...scores.map(({ seed }) => seed), ...ended];
      return { arm: name, seeds: due.filter((seed) => !done.includes(seed)) };
    })
    .filter((run) => run.seeds.length > 0);
}

function adviceOf(
  best: ArmComparison,
  arms: readonly ScoredArm[],
  missing: readonly { readonly arm: string; readonly seeds: readonly number[] }[],
): Advice[] {
  const advice: Advice[] = [];
  const arm = arms.find(({ name }) => name === best.arm)!;
  const control = arms.find(({ name }) => name === best.against);
  if (['expand', 'expand-for-speed', 'trim'].includes(best.outcome)) advice.push({ kind: 'take', arm: best.arm });
  if (best.outcome === 'do-not-expand' || best.outcome === 'do-not-trim')
    advice.push({ kind: 'adapt-without-expanding', arm: best.against! });
  if (arm.reads !== undefined) advice.push(...forAnswers(best, advice[0]));
  if (best.whatWouldTell) advice.push({ kind: 'tell-apart', ...best.whatWouldTell });
  if (best.outcome === 'no-verdict') advice.push({ kind: 'more-documents' });
  if (best.outcome === 'not-comparable') {
    const losing = [arm, control!].filter((each) => seededScore(scoresOn(each, 'heldOut')!).losesText);
    advice.push({ kind: 'lost-text', arms: losing.map(({ name }) => name) });
  }
  const moves = [...freedom(arm)];
  if (!control) advice.push({ kind: 'add-control', moves: moves.length > 0 ? moves : ['oldRows'] });
  else if (!best.sameFreedom && moves.length > 0) advice.push({ kind: 'add-control', moves });
  if (missing.length > 0) advice.push({ kind: 'finish', runs: missing });
  return advice;
}

/** Of arms that learn answers: where the interval of their answers says the opposite of what text advises. */
function forAnswers({ arm, against, answers }: ArmComparison, advised: Advice | undefined): Advice[] {
  const interval = answers?.interval;
  if (!interval || against === null) return [];
  if (advised?.kind === 'take' && interval[0] > 0) return [{ kind: 'for-answers', arm: against }];
  return advised?.kind === 'adapt-without-expanding' && interval[1] < 0 ? [{ kind: 'for-answers', arm }] : [];
}
