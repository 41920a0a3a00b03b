/**
 * An answer before any training that it needs has ended: arms with new tokens and their controls, where they had read the same
 * share of the budget (between two readings, on the line through them), on the held-out text that trainings are watched by. Rates have not fallen yet, and what learns faster need
 * not end ahead (docs/experiments/ranks), so that it stands beside the verdict and is none.
 */
import type { DocumentScores } from '../scoring/bootstrap';
import {
  experimentVerdict,
  type ExperimentTerms,
  type ExperimentVerdict,
  type ScoredArm,
} from '../scoring/experimentVerdict';
import { readBy } from '../training/objectives/index';
import type { CurvePointOfRun, RunStatusFile } from './runFolder';
import type { ExperimentSpec } from './spec';

export interface EarlyReading extends Pick<
  ExperimentVerdict,
  'arm' | 'against' | 'difference' | 'interval' | 'tokensSaved'
> {
  readonly seed: number;
  /** On the watched text. */
  readonly armBitsPerByte: number | null;
  readonly controlBitsPerByte: number | null;
  /** Of the budget, 0 to 1, and the UTF-8 bytes of training text that this is for `arm`. */
  readonly share: number;
  readonly bytes: number;
  /** Of the watched text. */
  readonly documents: number;
}

interface Read {
  readonly share: number;
  readonly bytes: number;
  readonly scores: DocumentScores;
}

/** One reading alone stands for a moment that is no further from it than this part of the share; a line through two, for twice as far. */
const alone = 0.05;
const beyond = 0.1;

/**
 * Of the first seed that has one, the latest; null without an interval. Arms that only lost tokens have none.
 * @param everyArm with the finished runs alone.
 */
export function earlyReading(
  spec: ExperimentSpec,
  everyArm: readonly ScoredArm[],
  runs: readonly RunStatusFile[],
  terms: ExperimentTerms,
): EarlyReading | null {
  const scored = everyArm.filter(({ removesOnly }) => !removesOnly);
  for (const seed of spec.seeds) {
    const ofSeed = runs.filter((run) => run.seed === seed);
    // Of two builds that watch by other documents, nothing can be paired.
    if (new Set(ofSeed.flatMap(({ watched }) => watched?.bytes.join() ?? [])).size > 1) continue;
    const readings = new Map(ofSeed.map((run) => [run.arm, readingsOf(spec, run)]));
    const share = commonShare(scored, readings);
    if (share === 0) continue;
    const at = new Map([...readings].map(([arm, each]) => [arm, readAt(each, share)]));
    const early = scored.map((arm): ScoredArm => {
      const scores = at.get(arm.name)?.scores;
      return arm.moves.length === 0 ? arm : { ...arm, scores: scores ? [{ seed, heldOut: scores }] : [] };
    });
    const { verdict, comparisons } = experimentVerdict(early, { ...terms, seeds: [seed] });
    if (!verdict?.interval) continue;
    const { arm, against, difference, interval, tokensSaved } = verdict;
    const { share: ofBudget, bytes } = at.get(arm)!;
    const { armBitsPerByte, controlBitsPerByte, documents } = comparisons.find((each) => each.arm === arm)!.heldOut!;
    const read = { share: ofBudget, bytes, documents, armBitsPerByte, controlBitsPerByte };
    return { arm, against, seed, difference, interval, tokensSaved, ...read };
  }
  return null;
}

/** Behind the first step, of runs that can still end well. */
function readingsOf({ budget, arms }: ExperimentSpec, run: RunStatusFile): Read[] {
  const { arm, state, steps, curve, watched } = run;
  if (!watched || state === 'diverged' || state === 'failed') return [];
  // Of conversations the answers alone are counted as read: of an arm that reads any, the share is that of its steps.
  const learnsAnswers = arms[arm]!.stages.some((stage) => readBy(stage) === 'instructions');
  const shareOf = ({ step, bytes, flops }: CurvePointOfRun) => {
    if (learnsAnswers) return step / Math.max(1, steps);
    return 'bytes' in budget ? bytes / budget.bytes : flops / budget.flops;
  };
  return curve.flatMap((point) => {
    const { step, bytes, documentNats: nats } = point;
    return step > 0 && nats?.length === watched.bytes.length
      ? [{ share: shareOf(point), bytes, scores: { ...watched, nats } }]
      : [];
  });
}

/** The most that some arm with new tokens and some arm without them have both read; 0: none. */
function commonShare(arms: readonly ScoredArm[], readings: ReadonlyMap<string, readonly Read[]>): number {
  const furthest = (hasVocabulary: boolean) =>
    Math.max(
      0,
      ...arms
        .filter((arm) => arm.hasVocabulary === hasVocabulary)
        .map(({ name }) => readings.get(name)?.at(-1)?.share ?? 0),
    );
  return Math.min(furthest(true), furthest(false));
}

/** On the line through the two readings beside it, over the logarithm of the text: unequal text would be taken for a difference of arms. */
function readAt(readings: readonly Read[], share: number): Read | undefined {
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last) return undefined;
  const nearest = Math.min(Math.max(share, first.share), last.share);
  if (!isNear(nearest, share, first === last ? alone : beyond)) return undefined;
  if (first === last) return first;
  const at = Math.max(1, readings.findLastIndex((read) => read.share < share) + 1);
  const [low, high] = readings.slice(Math.min(at, readings.length - 1) - 1) as [Read, Read];
  const along = Math.log(share / low.share) / Math.log(high.share / low.share);
  const between = (from: number, to: number) => from + along * (to - from);
  const nats = low.scores.nats.map((each, document) => between(each, high.scores.nats[document]!));
  const bytes = Math.round(low.bytes * (high.bytes / low.bytes) ** along);
  return { share, bytes, scores: { ...low.scores, nats } };
}

const isNear = (one: number, other: number, part: number): boolean => Math.abs(one - other) <= part * other;
