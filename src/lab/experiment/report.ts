/** The answer of an experiment, from what its runs have left: every arm's figures, each expanded arm against its control, the verdict. */
import { scoreInterval } from '../scoring/bootstrap';
import { scoreResult, type ArmScores } from '../scoring/compare';
import type { ScoreResult } from '../scoring/comparison';
import {
  experimentVerdict,
  type ArmComparison,
  type ExperimentVerdict,
  type ScoredArm,
} from '../scoring/experimentVerdict';
import { earlyOrder, type OrderPoint } from '../scoring/earlyOrder';
import { endSlope, type EndSlope, type Exposure } from '../scoring/usefulLength';
import type { Worsening } from '../scoring/worsening';
import { scorePrediction } from '../scoring/predictionScore';
import type { FrozenWeights } from '../device/frozenWeights';
import type { StepPrecision } from '../device/stepPrecision';
import type { Prediction } from '../diagnosis/diagnosis';
import { earlyReading, type EarlyReading } from './earlyReading';
import { equalCompute, type EqualCompute } from '../scoring/equalCompute';
import { fieldReport, type FieldReport } from '../field/fieldReport';
import { clozeReport, type ClozeReport } from '../cloze/clozeReport';
import type { EvidenceKind, KeptEvidence } from './keptEvidence';
import type { References } from './references';
import type { RunKey, RunStatusFile } from './runFolder';
import { worseningOf } from './runFacts';
import { objectives, readBy, type Objective } from '../training/objectives/index';
import { addsTokens, movedBy, seedsOf, type ArmSpec, type ExperimentSpec } from './spec';

export interface ReportedRun extends Partial<KeptEvidence> {
  readonly status: RunStatusFile;
  /** Of finished ones. */
  readonly scores?: ArmScores;
}

export interface ReportedArm extends Pick<
  RunStatusFile,
  'arm' | 'seed' | 'steps' | 'bytes' | 'tokens' | 'state' | 'newTokens'
> {
  readonly heldOut: ScoreResult;
  readonly general: ScoreResult;
  /** Of held-out conversations, their answers alone; absent without instructions. */
  readonly answers?: ScoreResult;
  /** Of held-out text. */
  readonly bytesPerToken: number;
  /** Of training text read, evaluations not counted; null where nothing is trained. */
  readonly secondsPerMegabyte: number | null;
  /** Of all steps; null where it was not counted. */
  readonly flops: number | null;
  /** Where f16 was asked for. */
  readonly precision?: StepPrecision;
}

/** Whether more text would help an arm, from its finished seeds. */
export interface UsefulLength {
  readonly arm: string;
  /** Of held-out text that runs are watched by; null with fewer than two readings, and of arms that learn answers too. */
  readonly slope: EndSlope | null;
  /** Of the first finished seed: all read the same text. Null of arms without new tokens. */
  readonly exposure: Exposure | null;
}

export interface ReportedComparison extends ArmComparison {
  /** The second reading, from the curves; null where they are missing. */
  readonly equalCompute: EqualCompute | null;
}

export interface WorsenedRun extends Worsening {
  readonly arm: string;
  readonly seed: number;
}

/** The untouched model. Above a uniform guess over bytes, the text is out of its domain: it knows nothing of it. */
export interface ReportedBase {
  readonly arm: string;
  readonly bitsPerByte: number | null;
  readonly isOutOfDomain: boolean;
}

export interface ExperimentReport {
  readonly name: string;
  /** As what matrices that did not move were held, where not as they are stored. */
  readonly frozenWeights?: FrozenWeights;
  readonly verdict: ExperimentVerdict | null;
  /** While there is no comparison of finished runs: one of readings on the way. */
  readonly early: EarlyReading | null;
  readonly prediction: (Prediction & { readonly score: 'held' | 'failed' | 'not-scored' }) | null;
  readonly arms: readonly ReportedArm[];
  readonly comparisons: readonly ReportedComparison[];
  /** Of every trained arm with a finished seed. */
  readonly lengths: readonly UsefulLength[];
  /** Of the trained arms with a vocabulary of their own; empty of fewer than four. */
  readonly order: readonly OrderPoint[];
  /** Trained runs that are worse now than before their first step. */
  readonly worsened: readonly WorsenedRun[];
  /** What needs no model; null where they were not computed. */
  readonly references: References | null;
  /** What a parser of the notation says of samples; null where none were drawn. */
  readonly field: FieldReport | null;
  /** Answers to questions made from the text; null where none was asked. */
  readonly cloze: ClozeReport | null;
  /** Null where no arm is the untouched model, or it is not scored yet. */
  readonly base: ReportedBase | null;
  /** Not run, not finished, diverged or failed. */
  readonly unfinished: readonly {
    readonly arm: string;
    readonly seed: number;
    readonly state: string;
    readonly error?: string;
  }[];
}

const uniformBits = 8;

export function reportOf(
  spec: ExperimentSpec,
  runs: readonly ReportedRun[],
  references?: References,
): ExperimentReport {
  const names = Object.keys(spec.arms);
  const of = (arm: string) => runs.filter(({ status }) => status.arm === arm);
  const scored = scoredArms(spec, runs);
  const terms = {
    seeds: spec.seeds,
    margin: spec.evaluation.margin,
    atEqual: 'bytes' in spec.budget ? 'bytes' : 'flops',
  } as const;
  const { comparisons, verdict } = experimentVerdict(scored, terms);
  const controlOf = (arm: string) => comparisons.find((each) => each.arm === arm)?.against ?? null;
  const atomic = names.filter((name) => spec.arms[name]!.vocabulary?.method === 'atomic');
  return {
    name: spec.name,
    ...(spec.frozenWeights ? { frozenWeights: spec.frozenWeights } : {}),
    verdict,
    early: comparisons.every(({ outcome }) => outcome === 'unfinished' || outcome === 'no-score')
      ? earlyReading(
          spec,
          scored,
          runs.map(({ status }) => status),
          terms,
        )
      : null,
    prediction: spec.prediction
      ? {
          ...spec.prediction,
          score: verdict ? scorePrediction(spec.prediction.verdict, { comparisons, verdict }, atomic) : 'not-scored',
        }
      : null,
    arms: names.flatMap((name) => of(name).flatMap(reportedArm)),
    comparisons: comparisons.map((comparison) => {
      const { arm, against } = comparison;
      const read = against === null ? null : equalCompute(curvesOf(of(arm)), curvesOf(of(against)));
      return { ...comparison, equalCompute: read };
    }),
    lengths: names.flatMap((name) => usefulLength(name, spec.arms[name]!, of(name))),
    order: earlyOrder(
      names
        .filter((name) => spec.arms[name]!.vocabulary && spec.arms[name]!.stages.length > 0)
        .map((arm) => ({ arm, curves: curvesOf(of(arm)).map(({ curve }) => curve) })),
    ),
    worsened: names.flatMap((name) => of(name).flatMap((run) => worsenedRun(spec.arms[name]!, run))),
    references: references ?? null,
    field: fieldReport(withEvidence(names, runs, 'field'), controlOf),
    cloze: clozeReport(withEvidence(names, runs, 'cloze'), controlOf),
    base: baseOf(spec, runs),
    unfinished: names.flatMap((arm) =>
      seedsOf(spec, arm).flatMap((seed) => {
        const status = of(arm).find((run) => run.status.seed === seed)?.status;
        if (status?.state === 'finished') return [];
        return [
          { arm, seed, state: status?.state ?? 'waiting', ...(status?.error ? { error: status.error.message } : {}) },
        ];
      }),
    ),
  };
}

/** Every arm with the scores of its finished runs. */
export function scoredArms(spec: ExperimentSpec, runs: readonly ReportedRun[]): ScoredArm[] {
  return Object.entries(spec.arms).map(([name, arm]): ScoredArm => {
    const ofArm = runs.filter(({ status }) => status.arm === name);
    const scores = ofArm.flatMap(({ status, scores: found }) => (found ? [{ seed: status.seed, ...found }] : []));
    const isOnce = arm.stages.length === 0 && scores[0] !== undefined;
    return {
      name,
      hasVocabulary: arm.vocabulary !== undefined,
      ...(arm.vocabulary && !addsTokens(arm.vocabulary) ? { removesOnly: true } : {}),
      moves: movedBy(arm),
      ...readingOf(arm),
      ...adaptersOf(arm),
      scores: isOnce ? scores[0]! : scores,
      ended: ofArm.flatMap(({ status }) =>
        status.state === 'diverged' || status.state === 'failed' ? [status.seed] : [],
      ),
    };
  });
}

/** Of arms that learn answers, how much of what they read; of arms with replay, how much of it is general text. */
function readingOf({ stages }: ArmSpec): Pick<ScoredArm, 'reads' | 'replay'> {
  const sumOf = (reads: Objective['reads'], of: (stage: ArmSpec['stages'][number]) => number) =>
    stages.reduce((sum, stage) => sum + (objectives[stage.objective].reads === reads ? of(stage) : 0), 0);
  const [text, instructions] = [sumOf('text', ({ share }) => share), sumOf('instructions', ({ share }) => share)];
  const replayed = sumOf('text', ({ share, replay = 0 }) => share * replay);
  return {
    ...(instructions === 0 ? {} : { reads: `text ${text / (text + instructions)}` }),
    ...(replayed === 0 ? {} : { replay: replayed / (text + instructions) }),
  };
}

/** What of adapters is freedom to move; their scale is a rate. */
function adaptersOf({ adapters }: ArmSpec): Pick<ScoredArm, 'adapters'> {
  if (!adapters) return {};
  const { rank, targets } = adapters;
  return { adapters: `${rank} ${targets ? [...targets].sort().join() : ''}` };
}

function curvesOf(runs: readonly ReportedRun[]) {
  return runs.filter(({ scores }) => scores).map(({ status: { seed, curve } }) => ({ seed, curve }));
}

function usefulLength(arm: string, { stages }: ArmSpec, runs: readonly ReportedRun[]): UsefulLength[] {
  const finished = runs.filter(({ status, scores }) => scores && status.steps > 0);
  if (finished.length === 0) return [];
  const exposure = finished[0]!.status.exposure ?? null;
  // Behind answers, bits per byte of text say nothing of what more text would do.
  const readsText = stages.every((stage) => readBy(stage) === 'text');
  const slope = readsText ? endSlope(finished.flatMap(({ status }) => status.curve)) : null;
  return [{ arm, slope, exposure }];
}

function worsenedRun(spec: ArmSpec, { status: { arm, seed, curve } }: ReportedRun): WorsenedRun[] {
  const found = worseningOf(spec, curve);
  return found ? [{ arm, seed, ...found }] : [];
}

/** Runs of which there is such evidence, in the order of the arms. */
function withEvidence<Kind extends EvidenceKind>(
  names: readonly string[],
  runs: readonly ReportedRun[],
  kind: Kind,
): (RunKey & { readonly [K in Kind]: NonNullable<ReportedRun[K]> })[] {
  return names.flatMap((name) =>
    runs.flatMap((run) => {
      const { arm, seed } = run.status;
      const found = run[kind];
      return found && arm === name ? [{ arm, seed, [kind]: found } as never] : [];
    }),
  );
}

function baseOf(spec: ExperimentSpec, runs: readonly ReportedRun[]): ReportedBase | null {
  const isUntouched = (arm: string) => spec.arms[arm]!.stages.length === 0 && !spec.arms[arm]!.vocabulary;
  const run = runs.find(({ status, scores }) => scores && isUntouched(status.arm));
  if (!run) return null;
  const { bitsPerByte } = scoreResult(run.scores!.heldOut);
  return { arm: run.status.arm, bitsPerByte, isOutOfDomain: bitsPerByte !== null && bitsPerByte > uniformBits };
}

function reportedArm({ status, scores }: ReportedRun): ReportedArm[] {
  if (!scores) return [];
  const { arm, seed, steps, bytes, tokens, state, newTokens, trainingSeconds, curve, precision } = status;
  const heldOut = scoreResult(scores.heldOut);
  return [
    {
      arm,
      seed,
      state,
      newTokens,
      steps,
      bytes,
      tokens,
      heldOut: { ...heldOut, interval: scoreInterval(scores.heldOut) },
      general: scoreResult(scores.general),
      ...(scores.answers
        ? { answers: { ...scoreResult(scores.answers), interval: scoreInterval(scores.answers) } }
        : {}),
      bytesPerToken: heldOut.bytes / Math.max(1, heldOut.tokens),
      secondsPerMegabyte: bytes > 0 ? trainingSeconds / (bytes / 1e6) : null,
      flops: curve.at(-1)?.flops ?? null,
      ...(precision ? { precision } : {}),
    },
  ];
}
