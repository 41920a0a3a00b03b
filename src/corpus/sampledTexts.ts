// Millions of short texts, none of them empty, with a few numbers each, without an object for any of them: an object that stays is copied twice by the
// collector before it is left alone.

/** UTF-16 units of a block of texts that are joined. */
const BLOCK_UNITS = 2 ** 16;

type Numbers = 'units' | 'bytes' | 'hash' | 'rank';

export class SampledTexts {
  length = 0;
  /** Of all texts, in UTF-8. */
  totalBytes = 0;
  private readonly blocks: string[] = [];
  /** Of the block that is not yet joined; pieces of longer texts, which they keep in memory until then. */
  private pending: string[] = [];
  private pendingUnits = 0;
  private readonly numbers: Record<Numbers, Uint32Array> = {
    units: new Uint32Array(1024),
    bytes: new Uint32Array(1024),
    hash: new Uint32Array(1024),
    rank: new Uint32Array(1024),
  };

  add(text: string, bytes: number, hash: number, rank: number): void {
    const at = this.length++;
    if (at === this.numbers.units.length) this.grow();
    const { numbers } = this;
    numbers.units[at] = text.length;
    numbers.bytes[at] = bytes;
    numbers.hash[at] = hash;
    numbers.rank[at] = rank;
    this.totalBytes += bytes;
    this.pending.push(text);
    this.pendingUnits += text.length;
    if (this.pendingUnits >= BLOCK_UNITS) this.join();
  }

  bytesAt(at: number): number {
    return this.numbers.bytes[at]!;
  }

  rankAt(at: number): number {
    return this.numbers.rank[at]!;
  }

  /** Those of a rank from `lowestRank` on whose hash is higher than `cutoff`. */
  above(cutoff: number, lowestRank: number): SampledTexts {
    const { bytes, hash, rank } = this.numbers;
    const kept = new SampledTexts();
    this.join();
    let at = 0;
    for (const block of this.blocks) {
      for (let start = 0; start < block.length; at++) {
        const end = start + this.numbers.units[at]!;
        const isKept = rank[at]! >= lowestRank && hash[at]! > cutoff;
        if (isKept) kept.add(block.slice(start, end), bytes[at]!, hash[at]!, rank[at]!);
        start = end;
      }
    }
    return kept;
  }

  /** In the order they came. */
  first(count = this.length): string[] {
    this.join();
    const texts: string[] = [];
    for (const block of this.blocks) {
      for (let start = 0; start < block.length && texts.length < count;) {
        const end = start + this.numbers.units[texts.length]!;
        texts.push(block.slice(start, end));
        start = end;
      }
    }
    return texts;
  }

  private join(): void {
    if (this.pending.length === 0) return;
    // One text alone would be joined to itself, and be the piece that it was.
    this.blocks.push(this.pending.length > 1 ? this.pending.join('') : ownCopy(this.pending[0]!));
    this.pending = [];
    this.pendingUnits = 0;
  }

  private grow(): void {
    for (const name of Object.keys(this.numbers) as Numbers[]) {
      const wide = new Uint32Array(2 * this.length);
      wide.set(this.numbers[name]);
      this.numbers[name] = wide;
    }
  }
}

/** A piece of a text keeps all of it in memory: an even sample of lines would keep the whole file. */
export function ownCopy(text: string): string {
  return ` ${text}`.slice(1);
}
