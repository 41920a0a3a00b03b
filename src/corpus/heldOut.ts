// Which documents are held out, as one number: those whose hash is at most the cutoff. The hash is of the text, or of what
// the document is about, so that the same document falls on the same side in every run and in every pass over its files,
// whatever else the corpus holds, up to the cap on held-out text.
import { documentHash, entityHash } from './textHash';

export interface HeldOutOptions {
  /** Share of documents held out. Default 0.1. */
  readonly heldOutFraction?: number;
  /** Held-out text beyond this many bytes only makes evaluation slower. Default 400 KB. */
  readonly heldOutBytes?: number;
}

export const DEFAULT_FRACTION = 0.1;
export const DEFAULT_HELD_OUT_BYTES = 400_000;
/** Held out at least, where the share allows: of a few dozen genomes the hash may choose one alone, which would stand for all. */
const FEWEST_HELD_OUT = 5;

/**
 * Those of one entity fall on the same side, so that the spellings of a molecule or the games of an opening do not tell
 * held-out text in advance.
 */
export function splitHash(text: string, entity: string | undefined): number {
  return entity === undefined ? documentHash(text) : entityHash(entity);
}

/**
 * @param bytesOf bytes of the documents of each hash: all of a corpus, or all of its lowest hashes.
 * @returns the largest hash that is held out; -1 where there is nothing to choose from.
 */
export function heldOutCutoff(bytesOf: ReadonlyMap<number, number>, options: HeldOutOptions = {}): number {
  const fraction = options.heldOutFraction ?? DEFAULT_FRACTION;
  const cap = options.heldOutBytes ?? DEFAULT_HELD_OUT_BYTES;
  const least = Math.min(FEWEST_HELD_OUT, Math.floor(fraction * bytesOf.size));
  let cutoff = -1;
  let taken = 0;
  let heldOutBytes = 0;
  for (const hash of Float64Array.from(bytesOf.keys()).sort()) {
    const bytes = bytesOf.get(hash)!;
    const isEnough = hash >= fraction * 2 ** 32 && taken >= least;
    const isLastLeft = taken === bytesOf.size - 1;
    if (taken > 0 && (isEnough || heldOutBytes + bytes > cap || isLastLeft)) break;
    cutoff = hash;
    taken++;
    heldOutBytes += bytes;
  }
  return cutoff;
}
