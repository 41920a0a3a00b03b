// What is kept of a corpus that is too large for memory: the held-out documents, and an even sample of the others for training, chosen by
// hash, so that both are the same in every run. Everything else is read from the files again when a vocabulary is learned.
import { DEFAULT_HELD_OUT_BYTES, heldOutCutoff, type HeldOutOptions } from './heldOut';
import { ownCopy, SampledTexts } from './sampledTexts';

/** A run of some thousand steps sees no more than this. */
export const SAMPLE_BYTES = 64 * 2 ** 20;

/** Collected of what is expected, over what the sample holds in the end. */
const EXPECTED_EXCESS = 2;

interface Group {
  bytes: number;
  readonly documents: string[];
}

export class LargeCorpus {
  /** Documents of the lowest hashes, all of them up to the highest hash in it: held out is some front part of these. */
  private readonly lowest = new Map<number, Group>();
  private lowestBytes = 0;
  private highestKept = 2 ** 32;
  private sample = new SampledTexts();
  private lowestRank: number;
  private readonly presumedRank: number;

  /** @param expectedBytes of all documents: spares collecting what will not be in the sample. Default: unknown. */
  constructor(
    private readonly options: HeldOutOptions,
    private readonly maxSampleBytes = SAMPLE_BYTES,
    expectedBytes = 0,
  ) {
    const share = Math.min(1, (EXPECTED_EXCESS * maxSampleBytes) / expectedBytes);
    this.presumedRank = Math.floor((1 - share) * 2 ** 32);
    this.lowestRank = this.presumedRank;
  }

  /** Whether more was expected than came, so that the sample is smaller than it may be. */
  get isThin(): boolean {
    const isPresumed = this.presumedRank > 0 && this.lowestRank === this.presumedRank;
    return isPresumed && this.sample.totalBytes < this.maxSampleBytes;
  }

  /**
   * @param hash what decides whether it is held out.
   * @param rank whether it is in the sample; independent of `hash`, which the held-out documents have taken the low end of.
   */
  add(text: string, hash: number, rank: number, bytes: number): void {
    if (hash < this.highestKept) this.addLowest(ownCopy(text), hash, bytes);
    if (rank < this.lowestRank) return;
    this.sample.add(text, bytes, hash, rank);
    if (this.sample.totalBytes > 2 * this.maxSampleBytes) this.thin();
  }

  finish(): { readonly cutoff: number; readonly heldOut: readonly string[]; readonly sample: SampledTexts } {
    const cutoff = heldOutCutoff(new Map([...this.lowest].map(([hash, { bytes }]) => [hash, bytes])), this.options);
    const heldOut = [...this.lowest].filter(([hash]) => hash <= cutoff).flatMap(([, { documents }]) => documents);
    const lowestRank = lowestRankWithin(this.sample, this.maxSampleBytes, this.lowestRank);
    return { cutoff, heldOut, sample: this.sample.above(cutoff, lowestRank) };
  }

  private addLowest(text: string, hash: number, bytes: number): void {
    const group = this.lowest.get(hash);
    if (group) {
      group.documents.push(text);
      group.bytes += bytes;
    } else this.lowest.set(hash, { bytes, documents: [text] });
    this.lowestBytes += bytes;
    const cap = this.options.heldOutBytes ?? DEFAULT_HELD_OUT_BYTES;
    if (this.lowestBytes <= 8 * cap || this.lowest.size === 1) return;
    // Halved at once, so that sorting is paid for seldom.
    for (const highest of Float64Array.from(this.lowest.keys()).sort().reverse()) {
      if (this.lowestBytes <= 4 * cap || this.lowest.size === 1) break;
      this.lowestBytes -= this.lowest.get(highest)!.bytes;
      this.lowest.delete(highest);
      this.highestKept = highest;
    }
  }

  /** Those of the highest ranks, in the order they came, until they fit. */
  private thin(): void {
    this.lowestRank = lowestRankWithin(this.sample, this.maxSampleBytes, this.lowestRank);
    this.sample = this.sample.above(-1, this.lowestRank);
  }
}

/** Ranks are told apart by their upper 16 bits first: millions of them need not be sorted for one border. */
function lowestRankWithin(sample: SampledTexts, maxBytes: number, lowestRank: number): number {
  const bytesOf = new Float64Array(2 ** 16);
  for (let at = 0; at < sample.length; at++) bytesOf[sample.rankAt(at) >>> 16]! += sample.bytesAt(at);
  let upper = bytesOf.length - 1;
  let bytes = 0;
  while (upper >= 0 && bytes + bytesOf[upper]! <= maxBytes) bytes += bytesOf[upper--]!;
  const atBorder: number[] = [];
  for (let at = 0; at < sample.length; at++) if (sample.rankAt(at) >>> 16 === upper) atBorder.push(at);
  for (const at of atBorder.sort((a, b) => sample.rankAt(b) - sample.rankAt(a))) {
    bytes += sample.bytesAt(at);
    if (bytes > maxBytes) return sample.rankAt(at) + 1;
  }
  return lowestRank;
}
