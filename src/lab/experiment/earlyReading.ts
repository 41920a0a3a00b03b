/**
 * An answer before any training that it needs has ended: arms with new tokens and their controls, read where they had read the same
 * share of the budget, on the held-out text that trainings are watched by. Rates have not fallen yet, and what learns faster need
 * not end ahead (docs/experiments/ranks), so that it stands beside the verdict and is none.
 */
import type { DocumentScores } from '../scoring/bootstrap';
import {
  experimentVerdict,
  type ExperimentTerms,
  type ExperimentVerdict,
  type ScoredArm,
} from '../scoring/experimentVerdict';
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

/** Readings of two arms are of one moment where their shares are no further apart than this part of them. */
const together = 0.1;

/**
 * Of the first seed that has one, the latest; null without an interval.
 * @param scored every arm, with the finished runs alone.
 */
export function earlyReading(
  spec: ExperimentSpec,
  scored: readonly ScoredArm[],
  runs: readonly RunStatusFile[],
  terms: ExperimentTerms,
): EarlyReading | null {
  for (const seed of spec.seeds) {
    const ofSeed = runs.filter((run) => run.seed === seed);
    // Of two builds that watch by other documents, nothing can be paired.
    if (new Set(ofSeed.flatMap(({ watched }) => watched?.bytes.join() ?? [])).size > 1) continue;
    const readings = new Map(ofSeed.map((run) => [run.arm, readingsOf(spec, run)]));
    const share = commonShare(scored, readings);
    if (share === 0) continue;
    const at = new Map([...readings].map(([arm, each]) => [arm, nearest(each, share)]));
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
function readingsOf({ budget }: ExperimentSpec, { state, curve, watched }: RunStatusFile): Read[] {
  if (!watched || state === 'diverged' || state === 'failed') return [];
  const shareOf = ({ bytes, flops }: CurvePointOfRun) =>
    'bytes' in budget ? bytes / budget.bytes : flops / budget.flops;
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

function nearest(readings: readonly Read[], share: number): Read | undefined {
  const distance = (read: Read) => Math.abs(read.share - share);
  const [best] = [...readings].sort((one, other) => distance(one) - distance(other));
  return best && distance(best) <= together * share ? best : undefined;
}
