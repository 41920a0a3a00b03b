// Which texts came before, in 11 to 21 bytes a text: a corpus may hold more documents than fit in memory. Texts are told apart by 64 bits of
// hash; among ten million documents two different ones agree with a probability of 3 in a million.
import { TextHashes } from './textHash';

const FIRST_CAPACITY = 1 << 12;
/** Texts to words: three of four places, which are searched as fast as fewer, and twice the memory is not asked for. */
const MOST_FILLED = 3 / 8;

export class DocumentSet {
  size = 0;
  /** Of no use but that the reads of `fetch` are not left out. */
  fetched = 0;
  /** Both words of a hash side by side, so that a look-up touches memory once; two zeros are a free place. */
  private readonly hashes = new TextHashes();
  private words = new Uint32Array(2 * FIRST_CAPACITY);

  /** False where the same text was added before. */
  add(text: string): boolean {
    this.hashes.set(0, text);
    return this.addHash(this.hashes.split[0]!, this.hashes.other[0]!);
  }

  addHash(split: number, other: number): boolean {
    if (this.size >= MOST_FILLED * this.words.length) this.resize(2 * this.words.length);
    return this.insert(split, split === 0 && other === 0 ? 1 : other);
  }

  /** Room for so many texts at once: growing in steps moves all of them again and again. */
  reserve(texts: number): void {
    if (texts >= MOST_FILLED * this.words.length) this.resize(2 ** Math.ceil(Math.log2((texts + 1) / MOST_FILLED)));
  }

  /** Where the first texts of `hashes` are or will be comes into the cache. */
  fetch({ other }: TextHashes, count: number): void {
    const { words } = this;
    const mask = words.length - 1;
    let read = 0;
    for (let at = 0; at < count; at++) read |= words[(2 * other[at]!) & mask]!;
    this.fetched = read;
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
