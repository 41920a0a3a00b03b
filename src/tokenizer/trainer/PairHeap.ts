// A max-heap of pair slots by the count they had when queued; of equal counts the smaller pair of ids comes first, as in
// the Rust trainer. Counts change after queueing: whoever takes the top compares and queues it again (a lazy heap).
import type { PairTable } from '../model/PairTable';

export class PairHeap {
  private slots: Int32Array;
  private counts: Float64Array;
  private size = 0;

  constructor(
    private readonly pairs: PairTable,
    capacity: number,
  ) {
    this.slots = new Int32Array(Math.max(1024, capacity));
    this.counts = new Float64Array(Math.max(1024, capacity));
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  get topSlot(): number {
    return this.slots[0]!;
  }

  get topCount(): number {
    return this.counts[0]!;
  }

  push(slot: number, count: number): void {
    if (this.size === this.slots.length) this.grow();
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.precedes(count, slot, this.counts[parent]!, this.slots[parent]!)) break;
      this.slots[at] = this.slots[parent]!;
      this.counts[at] = this.counts[parent]!;
      at = parent;
    }
    this.slots[at] = slot;
    this.counts[at] = count;
  }

  pop(): void {
    this.size--;
    if (this.size > 0) this.sink(this.slots[this.size]!, this.counts[this.size]!);
  }

  /** Gives the top another count, which must not be larger. */
  lowerTop(count: number): void {
    this.sink(this.slots[0]!, count);
  }

  private sink(slot: number, count: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      const sibling = child + 1;
      if (
        sibling < this.size &&
        this.precedes(this.counts[sibling]!, this.slots[sibling]!, this.counts[child]!, this.slots[child]!)
      ) {
        child = sibling;
      }
      if (!this.precedes(this.counts[child]!, this.slots[child]!, count, slot)) break;
      this.slots[at] = this.slots[child]!;
      this.counts[at] = this.counts[child]!;
      at = child;
    }
    this.slots[at] = slot;
    this.counts[at] = count;
  }

  private precedes(count: number, slot: number, otherCount: number, otherSlot: number): boolean {
    if (count !== otherCount) return count > otherCount;
    const left = this.pairs.left(slot);
    const otherLeft = this.pairs.left(otherSlot);
    return left === otherLeft ? this.pairs.right(slot) < this.pairs.right(otherSlot) : left < otherLeft;
  }

  private grow(): void {
    const slots = new Int32Array(this.size * 2);
    slots.set(this.slots);
    this.slots = slots;
    const counts = new Float64Array(this.size * 2);
    counts.set(this.counts);
    this.counts = counts;
  }
}
