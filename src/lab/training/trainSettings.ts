/** What is chosen of a training before it is written out as stages: what moves, how new rows start, and how large a step is. */
import type { InitMethod } from '../../graft/index';
import type { AdapterSettings } from '../../model/index';
import type { FrozenWeights } from '../device/frozenWeights';
import type { ParameterGroup } from '../device/parameterTable';

export type { InitMethod, SidedStart } from '../../graft/index';

/** The ways to train, and the groups that each moves. */
export const modeGroups = {
  'new-rows': ['newRows'],
  embeddings: ['newRows', 'oldRows'],
  adapters: ['newRows', 'adapters'],
  all: ['newRows', 'oldRows', 'body', 'norms'],
} as const satisfies Record<string, readonly ParameterGroup[]>;

export type TrainMode = keyof typeof modeGroups;
export const trainModes = Object.keys(modeGroups) as readonly TrainMode[];

/** The first mode that moves all of these groups; `all` where none does. */
export function smallestMode(groups: readonly ParameterGroup[]): TrainMode {
  const moves = (mode: TrainMode, group: ParameterGroup) =>
    (modeGroups[mode] as readonly ParameterGroup[]).includes(group);
  return trainModes.find((mode) => groups.every((group) => moves(mode, group))) ?? 'all';
}

/** Adapters that nobody described: peft's rank and alpha, beside every projection. */
export const defaultAdapters: AdapterSettings = { rank: 8, alpha: 16, rankStabilised: false };

/** Those of a mode, where it has any. */
export function modeAdapters(mode: TrainMode): { readonly adapters?: AdapterSettings } {
  return mode === 'adapters' ? { adapters: defaultAdapters } : {};
}

/** Peak rate where nobody names one. Small models take large rates; what was trained for long forgets less at small ones. */
export function rateFor(parameters: number): number {
  if (parameters <= 2e7) return 3e-3;
  return parameters <= 1e8 ? 1e-3 : 3e-4;
}

export interface TrainSettings {
  readonly mode: TrainMode;
  readonly init: InitMethod;
  /** Rows a step, each of `rowLength` tokens. */
  readonly batchRows: number;
  readonly rowLength: number;
  /** How matrices that do not move are held; absent: as they are stored. */
  readonly frozen?: FrozenWeights;
}
