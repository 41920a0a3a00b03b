/** A graft beside its untouched base, and beside itself as it started: two more arms of no stages, scored on the same documents. */
import { LabError } from '../../error';
import type { Watch } from '../progress';
import type { KnownLosses } from '../scoring/knownLosses';
import { compareArms, type ArmScores } from '../scoring/compare';
import type { Comparison } from '../scoring/comparison';
import { ArmModel } from './armModel';
import { smallestMode } from './trainSettings';

type Scored = 'base' | 'untrained' | 'trained';

/** What has been scored already: whole arms, or single documents of one. */
export interface KnownScores {
  readonly scores?: Readonly<Partial<Record<Exclude<Scored, 'base'>, ArmScores>>>;
  readonly losses?: Readonly<Partial<Record<Scored, KnownLosses>>>;
}

/** @param steps of its training. Throws `lab/nothing-to-compare` where nothing was grafted. */
export async function besideBase(
  arm: ArmModel,
  steps: number,
  { scores = {}, losses = {} }: KnownScores = {},
  watch: Watch = {},
): Promise<Comparison> {
  const { vocabulary, moves, ...setup } = arm.setup;
  if (!vocabulary) {
    throw new LabError('lab/nothing-to-compare', 'Nothing was grafted here to compare.', 'Train a graft first.');
  }
  const scored = async (grown: Pick<ArmModel['setup'], 'vocabulary'>, known?: KnownLosses) => {
    const fresh = await ArmModel.open({ ...setup, ...grown, moves: [] }, watch);
    try {
      return await fresh.score(watch, known ? { known } : {});
    } finally {
      fresh.close();
    }
  };
  const base = await scored({}, losses.base);
  const untrained = scores.untrained ?? (await scored({ vocabulary }, losses.untrained));
  const trained = scores.trained ?? (await arm.score(watch, losses.trained ? { known: losses.trained } : {}));
  const arms = { base, 'grafted-untrained': untrained, 'grafted-trained': trained };
  return compareArms(arms, steps, smallestMode(moves));
}
