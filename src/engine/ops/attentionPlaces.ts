/**
 * Where attention finds queries, keys and values, and where it leaves their gradients: in tensors of their own, or side by side in
 * the one that a projection made of all three (splitColumns.ts), which fuse.ts then leaves whole.
 */
import type { Dispatch } from '../op';

/** Of a projection whose parts attention reads or writes in place; `kvHeads` is `heads` there. */
export interface InPlace {
  /** How often query, key and value come again within a row of the inputs: 1, or the number of heads. */
  readonly groups?: number;
  /** The same of the gradients. */
  readonly gradientGroups?: number;
}

interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
}

/** Whether the heads of a part lie at one distance from each other. */
export function hasEvenHeads(groups: number, { heads, kvHeads }: Pick<Heads, 'heads' | 'kvHeads'>): boolean {
  return heads === kvHeads && (groups === 1 || groups === heads);
}

/** First values of heads: token * row + head * step + start, in elements. */
function places(prefix: '' | 'D_', groups: number | undefined, { heads, kvHeads, headSize }: Heads) {
  const [row, width] = [3 * heads * headSize, groups === 1 ? heads * headSize : headSize];
  const query = groups === undefined ? heads * headSize : row;
  const key = groups === undefined ? kvHeads * headSize : row;
  const step = groups === undefined || groups === 1 ? headSize : 3 * headSize;
  const [first, second] = groups === undefined ? [0, 0] : [width, 2 * width];
  return {
    ...{ [`${prefix}QUERY_ROW`]: query, [`${prefix}QUERY_STEP`]: step, [`${prefix}QUERY_START`]: 0 },
    ...{ [`${prefix}KEY_ROW`]: key, [`${prefix}KEY_STEP`]: step, [`${prefix}KEY_START`]: first },
    [`${prefix}VALUE_START`]: second,
  };
}

export function inputPlaces({ groups, ...heads }: Heads & InPlace): Dispatch['constants'] {
  return places('', groups, heads);
}

export function gradientPlaces({ gradientGroups, ...heads }: Heads & InPlace): Dispatch['constants'] {
  const isJoined = gradientGroups !== undefined;
  const names = isJoined ? { DK: 'dWhole', DV: 'dWhole' } : { DK: 'dK', DV: 'dV' };
  return { ...places('D_', gradientGroups, heads), JOINED: isJoined, ...names };
}
