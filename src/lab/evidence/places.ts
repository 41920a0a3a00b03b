/**
 * Where new tokens are the right answer: places in encoded documents, a few of each token. They are taken in turns over the
 * documents that hold it, in an order drawn from the seed, so that one long document does not speak for a token.
 */
import { epochRandom, shuffledIndices } from '../../random';

export interface Place {
  /** Id of the new token. */
  readonly token: number;
  readonly document: number;
  /** Index in the document's ids. */
  readonly at: number;
}

export interface FoundPlaces {
  /** In all documents. */
  readonly occurrences: number;
  /** In the order of the text. */
  readonly places: readonly Place[];
}

/**
 * By token; one that does not occur has no entry.
 * @param documents ids of each.
 * @param most places of a token.
 */
export function findPlaces(
  documents: readonly Uint32Array[],
  tokens: ReadonlySet<number>,
  most: number,
  seed: number,
): Map<number, FoundPlaces> {
  const found = new Map<number, Place[][]>();
  for (const [document, ids] of documents.entries()) {
    for (const [at, token] of ids.entries()) {
      if (!tokens.has(token)) continue;
      const groups = found.get(token) ?? [];
      found.set(token, groups);
      const last = groups.at(-1);
      if (last?.[0]!.document === document) last.push({ token, document, at });
      else groups.push([{ token, document, at }]);
    }
  }
  return new Map(
    [...found].map(([token, groups]) => [
      token,
      { occurrences: groups.reduce((sum, { length }) => sum + length, 0), places: spread(groups, most, seed, token) },
    ]),
  );
}

/** One of each group in turn, until there are `most`. */
function spread(groups: readonly (readonly Place[])[], most: number, seed: number, token: number): Place[] {
  const random = epochRandom(seed, token);
  const order = shuffledIndices(groups.length, random);
  // A group gives no more places than there are turns.
  const drawn = Array.from(order.subarray(0, most), (index) => {
    const group = groups[index]!;
    return Array.from(shuffledIndices(group.length, random).subarray(0, most), (at) => group[at]!);
  });
  const chosen: Place[] = [];
  for (let turn = 0; chosen.length < most && drawn.some((group) => turn < group.length); turn++) {
    for (const group of drawn) if (turn < group.length && chosen.length < most) chosen.push(group[turn]!);
  }
  return chosen.sort((a, b) => a.document - b.document || a.at - b.at);
}
