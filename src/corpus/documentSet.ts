// Which texts came before, in 16 to 32 bytes a text: a corpus may hold more documents than fit in memory. Texts are told apart by 64 bits of
// hash; among ten million documents two different ones agree with a probability of 3 in a million.
import { TextHashes } from './textHash';

const FIRST_CAPACITY = 1 << 12;

export class DocumentSet {
  size = 0;
  /** Both words of a hash side by side, so that a look-up touches memory once; two zeros are a free place. */
  private readonly hashes = new TextHashes();
  private words = new Uint32Array(2 * FIRST_CAPACITY);

  /** False where the same text was added before. */
  add(text: string): boolean {
    this.hashes.set(0, text);
    return this.addHash(this.hashes.split[0]!, this.hashes.other[0]!);
  }

  addHash(split: number, other: number): boolean {
    if (4 * this.size >= this.words.length) this.resize(2 * this.words.length);
    return this.insert(split, split === 0 && other === 0 ? 1 : other);
  }

  /** Room for so many texts at once: growing in steps moves all of them again and again. */
  reserve(texts: number): void {
    if (4 * texts >= this.words.length) this.resize(2 ** Math.ceil(Math.log2(4 * texts + 1)));
  }

  /**
   * Where the first texts of `hashes` are or will be comes into the cache.
   * @returns nothing of use; so that the reads are not left out.
   */
  fetch({ other }: TextHashes, count: number): number {
    const { words } = this;
    const mask = words.length - 1;
    let read = 0;
    for (let at = 0; at < count; at++) read |= words[(2 * other[at]!) & mask]!;
    return read;
  }

  private insert(high: number, low: number): boolean {
    const { words } = this;
    const mask = words.length - 1;
    for (let at = (2 * low) & mask; ; at = (at + 2) & mask) {
      if (words[at] === 0 && words[at + 1] === 0) {
        words[at] = high;
        words[at + 1] = low;
        this.size++;
        return true;
      }
      if (words[at + 1] === low && words[at] === high) return false;
    }
  }

  private resize(length: number): void {
    const { words } = this;
    this.words = new Uint32Array(length);
    this.size = 0;
    for (let at = 0; at < words.length; at += 2) {
      if (words[at] !== 0 || words[at + 1] !== 0) this.insert(words[at]!, words[at + 1]!);
    }
  }
}
