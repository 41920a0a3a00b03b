// Segmentations by piece: natural text repeats its words, so that nearly all of it is a Map lookup.
import type { Segmentation } from './model';

/** At most this many pieces are remembered (about 60 MB in the worst case); then the cache starts afresh. */
const CACHED_PIECES = 200_000;
/** Longer pieces hardly repeat. */
const LONGEST_CACHED = 64;

export class SegmentationCache {
  private readonly found = new Map<string, Segmentation>();

  get(piece: string): Segmentation | undefined {
    return this.found.get(piece);
  }

  put(piece: string, segmentation: Segmentation): void {
    if (piece.length > LONGEST_CACHED) return;
    if (this.found.size >= CACHED_PIECES) this.found.clear();
    this.found.set(piece, segmentation);
  }
}
