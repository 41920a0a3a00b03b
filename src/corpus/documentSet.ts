// Which texts came before, in 16 to 32 bytes a text: a corpus may hold more documents than fit in memory. Texts are told apart by 64 bits of
// hash; among ten million documents two different ones agree with a probability of 3 in a million.

const FIRST_CAPACITY = 1 << 12;

export class DocumentSet {
  size = 0;
  private high = new Uint32Array(FIRST_CAPACITY);
  private low = new Uint32Array(FIRST_CAPACITY);
  private used = new Uint8Array(FIRST_CAPACITY);

  /** False where the same text was added before. */
  add(text: string): boolean {
    let high = 0xdeadbeef ^ text.length;
    let low = 0x41c6ce57 ^ text.length;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      high = Math.imul(high ^ unit, 0x9e3779b1);
      low = Math.imul(low ^ unit, 0x5f356495);
    }
    high = mixed(high, low);
    low = mixed(low, high);
    if (2 * this.size >= this.used.length) this.grow();
    return this.insert(high, low);
  }

  private insert(high: number, low: number): boolean {
    const mask = this.used.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      if (this.used[slot] === 0) {
        this.used[slot] = 1;
        this.high[slot] = high;
        this.low[slot] = low;
        this.size++;
        return true;
      }
      if (this.low[slot] === low && this.high[slot] === high) return false;
    }
  }

  private grow(): void {
    const { high, low, used } = this;
    this.high = new Uint32Array(2 * used.length);
    this.low = new Uint32Array(2 * used.length);
    this.used = new Uint8Array(2 * used.length);
    this.size = 0;
    for (let slot = 0; slot < used.length; slot++) if (used[slot] === 1) this.insert(high[slot]!, low[slot]!);
  }
}

/** Both halves take part in either word (the final mix of MurmurHash3). */
function mixed(word: number, other: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b) ^ Math.imul(other ^ (other >>> 13), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
