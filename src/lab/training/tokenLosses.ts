/**
 * Splits the losses of a step by what was predicted and what came before, and keeps the curve of every new token. All on
 * the host, from the per-token losses that the program reads back; nothing here touches the GPU.
 */
import type { TokenProgress } from './records';
import { ignoredTarget } from '../../engine/index';

export interface LossSplit {
  loss: number;
  targets: number;
  newTokenLoss: number;
  newTargets: number;
  afterNewTokenLoss: number;
  afterNewTargets: number;
}

export function emptySplit(): LossSplit {
  return { loss: 0, targets: 0, newTokenLoss: 0, newTargets: 0, afterNewTokenLoss: 0, afterNewTargets: 0 };
}

/** Adds the sums (nats) of one micro-batch. Ids from `firstNewId` on, listed in `newIds`, are new. */
export function addLosses(
  split: LossSplit,
  ids: Uint32Array,
  targets: Uint32Array,
  losses: Float32Array,
  isNew: (id: number) => boolean,
  onNewToken: (id: number, loss: number) => void,
): void {
  for (let i = 0; i < targets.length; i++) {
    const target = targets[i]!;
    if (target === ignoredTarget) continue;
    const loss = losses[i]!;
    split.loss += loss;
    split.targets++;
    if (isNew(target)) {
      split.newTokenLoss += loss;
      split.newTargets++;
      onNewToken(target, loss);
    }
    if (isNew(ids[i]!)) {
      split.afterNewTokenLoss += loss;
      split.afterNewTargets++;
    }
  }
}

const firstExposures = 3;
const smoothing = 0.15;
const curvePoints = 24;

/** By token id. */
export type CurvesState = Readonly<Record<number, Readonly<Curve>>>;

interface Curve {
  exposures: number;
  firstSum: number;
  smoothed: number;
  /** Means over `stride` exposures each; when full, neighbours merge and the stride doubles. */
  points: number[];
  stride: number;
  pendingSum: number;
  pendingCount: number;
}

/** Exposures, first loss (mean of the first three), smoothed loss (moving average, weight 0.15) and curve of new tokens. */
export class TokenCurves {
  private readonly curves = new Map<number, Curve>();

  /** @param earlier the `state` of curves that these go on from. */
  constructor(
    private readonly ids: readonly number[],
    earlier: CurvesState = {},
  ) {
    for (const id of ids) {
      this.curves.set(id, {
        exposures: 0,
        firstSum: 0,
        smoothed: 0,
        points: [],
        stride: 1,
        pendingSum: 0,
        pendingCount: 0,
        ...structuredClone(earlier[id]),
      });
    }
  }

  add(id: number, loss: number): void {
    const curve = this.curves.get(id);
    if (!curve) return;
    curve.exposures++;
    if (curve.exposures <= firstExposures) {
      curve.firstSum += loss;
      curve.smoothed = curve.firstSum / curve.exposures;
    } else {
      curve.smoothed += smoothing * (loss - curve.smoothed);
    }
    curve.pendingSum += loss;
    if (++curve.pendingCount < curve.stride) return;
    curve.points.push(curve.pendingSum / curve.pendingCount);
    curve.pendingSum = 0;
    curve.pendingCount = 0;
    if (curve.points.length === curvePoints * 2) {
      const merged: number[] = [];
      for (let i = 0; i < curve.points.length; i += 2) merged.push((curve.points[i]! + curve.points[i + 1]!) / 2);
      curve.points = merged;
      curve.stride *= 2;
    }
  }

  get state(): CurvesState {
    return structuredClone(Object.fromEntries(this.curves));
  }

  /** New tokens that have not been a target yet. Starved are those, and all others under the floor of exposure. */
  get neverSeen(): number {
    return this.ids.reduce((count, id) => count + (this.curves.get(id)!.exposures === 0 ? 1 : 0), 0);
  }

  progress(): TokenProgress[] {
    return this.ids.map((id) => {
      const curve = this.curves.get(id)!;
      const seen = curve.exposures > 0;
      return {
        id,
        exposures: curve.exposures,
        firstLoss: seen ? curve.firstSum / Math.min(firstExposures, curve.exposures) : null,
        loss: seen ? curve.smoothed : null,
        curve: thinned(curve.points),
      };
    });
  }
}

/** At most 24 points, rounded to what a sparkline can show. */
function thinned(points: readonly number[]): number[] {
  const group = Math.ceil(points.length / curvePoints);
  const thin: number[] = [];
  for (let i = 0; i < points.length; i += group) {
    const part = points.slice(i, i + group);
    thin.push(Math.round((part.reduce((a, b) => a + b, 0) / part.length) * 1000) / 1000);
  }
  return thin;
}
