/** A graft beside its untouched base, and beside itself as it started: two more arms of no stages, scored on the same documents. */
import { LabError } from '../../error';
import type { Watch } from '../progress';
import { compareArms, type ArmScores } from '../scoring/compare';
import type { Comparison } from '../scoring/comparison';
import { ArmModel } from './armModel';
import { smallestMode } from './trainSettings';

/** What has been scored already. */
export type KnownScores = Readonly<Partial<Record<'untrained' | 'trained', ArmScores>>>;

/** @param steps of its training. Throws `lab/nothing-to-compare` where nothing was grafted. */
export async function besideBase(
  arm: ArmModel,
  steps: number,
  known: KnownScores = {},
  watch: Watch = {},
): Promise<Comparison> {
  const { vocabulary, moves, ...setup } = arm.setup;
  if (!vocabulary) {
    throw new LabError('lab/nothing-to-compare', 'Nothing was grafted here to compare.', 'Train a graft first.');
  }
  const scored = async (grown: Pick<ArmModel['setup'], 'vocabulary'>) => {
    const fresh = await ArmModel.open({ ...setup, ...grown, moves: [] }, watch);
    try {
      return await fresh.score(watch);
    } finally {
      fresh.close();
    }
  };
  const base = await scored({});
  const untrained = known.untrained ?? (await scored({ vocabulary }));
  const trained = known.trained ?? (await arm.score(watch));
  const arms = { base, 'grafted-untrained': untrained, 'grafted-trained': trained };
  return compareArms(arms, steps, smallestMode(moves));
}
