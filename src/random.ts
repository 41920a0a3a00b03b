/**
 * Seeded random numbers: everything random in an experiment (initial rows, document order, bootstrap, sampling) comes from
 * its seed, so that the same seed on the same adapter gives the same run to the bit. Both streams count up one 32-bit state
 * and mix it, so that the state says all there is to go on from. There are two mixtures because recorded figures were made with
 * both: mulberry32 (passes gjrand) orders what is done once, splitmix32 the documents of an epoch. Quality is far beyond
 * what shuffling needs. Normal numbers for initial rows are in graft/random.ts.
 */

/** Uniform in [0, 1). */
export type Random = () => number;

export interface RandomStream extends Random {
  /** u32: set to what it was, the same numbers follow again. */
  state: number;
}

/** mulberry32 from a seed. */
export function seededRandom(seed: number): RandomStream {
  return counting(seed, 0x6d2b79f5, (state) => {
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return mixed ^ (mixed >>> 14);
  });
}

/** splitmix32 from a seed and an epoch: what an epoch draws does not depend on those before. */
export function epochRandom(seed: number, epoch: number): RandomStream {
  return counting(Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b), SPLITMIX_STEP, mixed);
}

/** splitmix32's one step: the number after a state. */
export function splitmix32(state: number): number {
  return mixed((state + SPLITMIX_STEP) | 0) >>> 0;
}

/** 0 .. count - 1 in random order (Fisher-Yates). */
export function shuffledIndices(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}

const SPLITMIX_STEP = 0x9e3779b9;

function mixed(state: number): number {
  let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

function counting(start: number, step: number, mix: (state: number) => number): RandomStream {
  const stream = (): number => {
    stream.state = (stream.state + step) >>> 0;
    return (mix(stream.state) >>> 0) / 2 ** 32;
  };
  stream.state = start >>> 0;
  return stream;
}
