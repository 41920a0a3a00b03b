/** Curves of several kept experiments in one frame, and the few figures of one that tables show. */
import type { ExperimentReport } from '../../worker/index';
import { armLook, freeLooks } from '../charts/arm-look';
import { armCurves, leadingLine, type CurveArm } from '../charts/curves-data';
import type { ExperimentView } from '../state/experiment-view';
import { curveArms } from '../steps/experiment-arms';
import { experimentName } from '../wording/corpus';

/**
 * Each arm by its leading line, since experiments need not share their seeds. An arm that another experiment has too is named with
 * its own.
 */
export function overlaidArms(views: readonly ExperimentView[]): readonly CurveArm[] {
  if (views.length < 2) return views.flatMap(curveArms);
  const all = views.flatMap((view) => {
    const arms = curveArms(view);
    const lines = new Map(armCurves(arms).map((curves) => [curves.arm.key, leadingLine(curves)]));
    return arms.map((arm) => {
      const points = lines.get(arm.key);
      return {
        arm: points ? { ...arm, seeds: [{ seed: 1, points, finished: true }] } : arm,
        of: experimentName(view.spec),
      };
    });
  });
  const bases = new Set<number>();
  const looks = new Set<ReturnType<typeof armLook>>();
  const free = freeLooks(all.map(({ arm }) => arm.look));
  return all.flatMap(({ arm, of }) => {
    if (arm.role === 'base') {
      // The same base read the same text in both: one line says it.
      const bits = Math.round((arm.seeds[0]?.points[0]?.bitsPerByte ?? 0) * 1000);
      if (bases.has(bits)) return [];
      bases.add(bits);
      return [arm];
    }
    const isShared = all.some((other) => other.arm !== arm && other.arm.key === arm.key);
    const look = looks.has(armLook(arm.look)) ? free() : arm.look;
    looks.add(armLook(look));
    const named = (name: string) => (isShared ? `${name} · ${of}` : name);
    return [{ ...arm, look, key: named(arm.key), name: named(arm.name) }];
  });
}

/** The margin in bits per byte, of the arm that the verdict speaks of. */
export function marginOf({ comparisons, verdict }: ExperimentReport): number | null {
  return comparisons.find(({ arm }) => arm === verdict?.arm)?.marginBits ?? null;
}

/** Null where any loses text, or there is none. */
export function meanOf(values: readonly (number | null)[]): number | null {
  if (values.length === 0 || values.includes(null)) return null;
  return values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
}
