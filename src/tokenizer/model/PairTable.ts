// Pairs of ids to consecutive slot numbers: open addressing over typed arrays. A Map keyed by numbers or strings would
// allocate per entry and was several times slower both in the codec's merge loop and in the trainer.

export class PairTable {
  private capacity: number;
  private keyLeft: Int32Array;
  private keyRight: Int32Array;
  private slots: Int32Array;
  private lefts: Int32Array;
  private rights: Int32Array;
  private count = 0;

  constructor(expectedPairs = 1024) {
    this.capacity = 1 << Math.ceil(Math.log2(Math.max(16, expectedPairs * 2)));
    this.keyLeft = new Int32Array(this.capacity).fill(-1);
    this.keyRight = new Int32Array(this.capacity);
    this.slots = new Int32Array(this.capacity);
    this.lefts = new Int32Array(this.capacity >> 1);
    this.rights = new Int32Array(this.capacity >> 1);
  }

  get size(): number {
    return this.count;
  }

  /** The slot of a pair, or -1. */
  find(left: number, right: number): number {
    const { keyLeft, keyRight } = this;
    const mask = this.capacity - 1;
    let at = hash(left, right) & mask;
    for (;;) {
      const key = keyLeft[at]!;
      if (key === -1) return -1;
      if (key === left && keyRight[at] === right) return this.slots[at]!;
      at = (at + 1) & mask;
    }
  }

  /** The slot of a pair, which is the next number where the pair is new. */
  insert(left: number, right: number): number {
    const found = this.find(left, right);
    if (found >= 0) return found;
    if (this.count + 1 >= this.capacity >> 1) this.grow();
    const slot = this.count++;
    this.lefts[slot] = left;
    this.rights[slot] = right;
    this.place(left, right, slot);
    return slot;
  }

  left(slot: number): number {
    return this.lefts[slot]!;
  }

  right(slot: number): number {
    return this.rights[slot]!;
  }

  private place(left: number, right: number, slot: number): void {
    const mask = this.capacity - 1;
    let at = hash(left, right) & mask;
    while (this.keyLeft[at] !== -1) at = (at + 1) & mask;
    this.keyLeft[at] = left;
    this.keyRight[at] = right;
    this.slots[at] = slot;
  }

  private grow(): void {
    this.capacity *= 2;
    this.keyLeft = new Int32Array(this.capacity).fill(-1);
    this.keyRight = new Int32Array(this.capacity);
    this.slots = new Int32Array(this.capacity);
    this.lefts = widened(this.lefts, this.capacity >> 1);
    this.rights = widened(this.rights, this.capacity >> 1);
    for (let slot = 0; slot < this.count; slot++) this.place(this.lefts[slot]!, this.rights[slot]!, slot);
  }
}

function hash(left: number, right: number): number {
  let mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right + 0x7f4a7c15, 0x85ebca6b);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return mixed ^ (mixed >>> 12);
}

function widened(values: Int32Array, length: number): Int32Array {
  const wide = new Int32Array(length);
  wide.set(values);
  return wide;
}
