/** A kept experiment as the charts take it: the role and look of each arm, its curves, its difference to the control. */
import type { KeptExperiment, KeptRun, RunRecord, WrittenSpec } from '../../worker/index';
import type { Look } from '../charts/arm-look';
import { armCurves, leadingLine, type CurveArm, type CurvePoint, type CurveSeed } from '../charts/curves-data';
import type { IntervalRow } from '../charts/intervals-drawing';

export type Role = CurveArm['role'];
type WrittenArm = WrittenSpec['arms'][string];

const isTrained = ({ stages = [] }: WrittenArm): boolean => stages.length > 0;

/** The arm that the verdict, or else the comparisons, name as control. */
export function controlIn({ spec, report }: Pick<KeptExperiment, 'spec' | 'report'>): string | null {
  const named = report.verdict?.against ?? report.comparisons.find(({ against }) => against !== null)?.against;
  if (named !== undefined && named !== null) return named;
  return Object.keys(spec.arms).find((name) => !spec.arms[name]!.vocabulary && isTrained(spec.arms[name]!)) ?? null;
}

export function roleOf(arm: WrittenArm, isControl: boolean): Role {
  if (!isTrained(arm)) return arm.vocabulary ? 'other' : 'base';
  if (arm.vocabulary) return 'expanded';
  return isControl ? 'control' : 'other';
}

/** Every arm of an experiment in a look of its own. */
export function looksOf(spec: WrittenSpec): ReadonlyMap<string, Look> {
  const looks = new Map<string, Look>();
  const taken = new Set<Look>();
  let free = 4;
  for (const [name, arm] of Object.entries(spec.arms)) {
    const wanted = wantedLook(arm);
    const look = taken.has(wanted) ? free++ : wanted;
    taken.add(look);
    looks.set(name, look);
  }
  return looks;
}

function wantedLook({ vocabulary, stages = [] }: WrittenArm): Look {
  const moves = stages.flatMap((stage) => Object.keys(stage.moves));
  if (!vocabulary) {
    if (stages.length === 0) return 'base';
    return moves.every((group) => group === 'oldRows') ? 'oldEmbeddings' : 'oldVocabulary';
  }
  if (moves.length > 0 && moves.every((group) => group === 'newRows')) return 'newRows';
  return vocabulary.method === 'atomic' ? 'atomic' : 'continued';
}

export function curvePoints(records: readonly RunRecord[]): readonly CurvePoint[] {
  let read = 0;
  const points = new Map<number, CurvePoint>();
  for (const record of records) {
    if (record.type === 'step') read += record.bytes;
    if (record.type !== 'evaluation' || record.bitsPerByte === null) continue;
    // A run that went on from an earlier save has some readings twice: the later one holds.
    const bytes = record.bytesRead ?? read;
    points.set(bytes, { bytes, bitsPerByte: record.bitsPerByte });
  }
  return [...points.values()].sort((one, other) => one.bytes - other.bytes);
}

export function curveArms(kept: KeptExperiment, runs: readonly KeptRun[]): readonly CurveArm[] {
  const { spec, report } = kept;
  const [control, looks] = [controlIn(kept), looksOf(spec)];
  const stateOf = (arm: string, seed: number) =>
    report.unfinished.find((run) => run.arm === arm && run.seed === seed)?.state;
  return Object.entries(spec.arms).flatMap(([name, arm]): CurveArm[] => {
    const role = roleOf(arm, name === control);
    if (!isTrained(arm)) {
      const bits = report.arms.find((each) => each.arm === name)?.heldOut.bitsPerByte ?? null;
      if (role !== 'base' || bits === null) return [];
      const seed: CurveSeed = { seed: 1, points: [{ bytes: 0, bitsPerByte: bits }], finished: true };
      return [{ name, role, look: looks.get(name)!, seeds: [seed] }];
    }
    const seeds = runs
      .filter((run) => run.arm === name)
      .map(({ seed, records }): CurveSeed => {
        const state = stateOf(name, seed);
        const diverged = state === 'diverged' || state === 'failed';
        return { seed, points: curvePoints(records), finished: state === undefined || diverged, diverged };
      });
    return [{ name, role, look: looks.get(name)!, seeds }];
  });
}

/**
 * Curves of several experiments in one frame, each arm by its leading line, since experiments need not share their seeds. An arm
 * that another experiment has too is named with its own.
 */
export function overlaidArms(
  experiments: readonly { readonly kept: KeptExperiment; readonly runs: readonly KeptRun[] }[],
): readonly CurveArm[] {
  if (experiments.length < 2) return experiments.flatMap(({ kept, runs }) => curveArms(kept, runs));
  const all = experiments.flatMap(({ kept, runs }) => {
    const arms = curveArms(kept, runs);
    const lines = new Map(armCurves(arms).map((curves) => [curves.arm.name, leadingLine(curves)]));
    return arms.map((arm) => {
      const points = lines.get(arm.name);
      return { arm: points ? { ...arm, seeds: [{ seed: 1, points, finished: true }] } : arm, of: kept.name };
    });
  });
  const bases = new Set<number>();
  const looks = new Set<Look>();
  let free = 4;
  return all.flatMap(({ arm, of }) => {
    if (arm.role === 'base') {
      // The same base read the same text twice: one line says it.
      const bits = Math.round(arm.seeds[0]!.points[0]!.bitsPerByte * 1000);
      if (bases.has(bits)) return [];
      bases.add(bits);
      return [arm];
    }
    const isShared = all.some((other) => other.arm !== arm && other.arm.name === arm.name);
    const look = looks.has(arm.look) ? free++ : arm.look;
    looks.add(look);
    return [{ ...arm, look, name: isShared ? `${arm.name} · ${of}` : arm.name }];
  });
}

/** The mean over seeds; null where any of them loses text, or there is none. */
export function meanBits({ report }: KeptExperiment, arm: string): number | null {
  const bits = report.arms.filter((each) => each.arm === arm).map(({ heldOut }) => heldOut.bitsPerByte);
  if (bits.length === 0 || bits.includes(null)) return null;
  return bits.reduce<number>((sum, each) => sum + each!, 0) / bits.length;
}

export function intervalRows(kept: KeptExperiment): readonly IntervalRow[] {
  const { spec, report } = kept;
  const [control, looks] = [controlIn(kept), looksOf(spec)];
  const rows = Object.entries(spec.arms).flatMap(([name, arm]): IntervalRow[] => {
    const role = roleOf(arm, name === control);
    const compared = report.comparisons.find((each) => each.arm === name);
    if (role === 'base' || (role === 'other' && !compared)) return [];
    const { difference = null, interval = null } = compared?.heldOut ?? {};
    return [
      {
        ...{ key: name, name, role, look: looks.get(name)!, difference, interval },
        bitsPerByte: meanBits(kept, name),
        fewerTokens: compared?.tokensSaved ?? null,
      },
    ];
  });
  return [...rows].sort((one, other) => Number(one.role === 'control') - Number(other.role === 'control'));
}

/** In bits per byte; of the arm that the verdict speaks of. */
export function marginOf({ report }: KeptExperiment): number | null {
  const chosen = report.comparisons.find(({ arm }) => arm === report.verdict?.arm);
  return chosen?.marginBits ?? null;
}
