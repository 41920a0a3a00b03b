// The core of BPE training: words as rows of ids, the count of every adjacent pair, and for each pair the words it may
// stand in. `best` names the most frequent pair, `merge` applies it to those words only. The arithmetic is that of the
// Rust trainer (tokenizers 0.23), down to its tie-breaks, so that both learn the same merges in the same order; all state
// is in typed arrays, which makes it two to three times as fast on one thread.
import { PairTable } from '../model/PairTable';
import { PairHeap } from './PairHeap';

/** Word w is `symbols[offsets[w]] .. symbols[offsets[w + 1]]` and occurs `counts[w]` times. */
export interface TrainingWords {
  readonly symbols: Int32Array;
  readonly offsets: Int32Array;
  readonly counts: Float64Array;
}

export interface PairCandidate {
  readonly left: number;
  readonly right: number;
  /** Weighted by word counts. Overlapping runs ("aaa") count each place, as in the Rust trainer. */
  readonly count: number;
}

export class MergeLearner {
  /** Weighted number of tokens in all words as they stand now. */
  tokens = 0;

  private readonly symbols: Int32Array;
  private readonly offsets: Int32Array;
  private readonly counts: Float64Array;
  private readonly lengths: Int32Array;

  private readonly pairs = new PairTable(1 << 16);
  private pairCounts = new Float64Array(1 << 17);
  /** Newest entry of each pair's list of words; -1 ends a list. */
  private firstOccurrence = new Int32Array(1 << 17).fill(-1);
  private occurrenceWord = new Int32Array(1 << 17);
  private nextOccurrence = new Int32Array(1 << 17);
  private occurrences = 0;

  private readonly heap: PairHeap;
  private readonly lastMergeOfWord: Int32Array;
  private mergesDone = 0;
  /** Pairs that this merge raised, each once: those whose stamp is this merge. */
  private touched = new Int32Array(1 << 10);
  private touchedCount = 0;
  private touchedBy = new Int32Array(1 << 17).fill(-1);
  /** Weighted occurrences of each symbol as the words stand now. */
  private symbolCounts = new Float64Array(1 << 10);

  constructor(words: TrainingWords) {
    this.symbols = words.symbols.slice();
    this.offsets = words.offsets;
    this.counts = words.counts;
    this.lengths = Int32Array.from(words.counts, (_, word) => words.offsets[word + 1]! - words.offsets[word]!);
    this.lastMergeOfWord = new Int32Array(words.counts.length).fill(-1);
    for (let word = 0; word < this.counts.length; word++) {
      const count = this.counts[word]!;
      const start = this.offsets[word]!;
      const end = start + this.lengths[word]!;
      this.tokens += count * (end - start);
      for (let at = start; at < end; at++) this.addToSymbol(this.symbols[at]!, count);
      for (let at = start; at + 1 < end; at++) {
        const slot = this.slotOf(this.symbols[at]!, this.symbols[at + 1]!);
        this.pairCounts[slot] = this.pairCounts[slot]! + count;
        this.addOccurrence(slot, word);
      }
    }
    this.heap = new PairHeap(this.pairs, this.pairs.size * 2);
    for (let slot = 0; slot < this.pairs.size; slot++) {
      if (this.pairCounts[slot]! > 0) this.heap.push(slot, this.pairCounts[slot]!);
    }
  }

  /** The most frequent pair, or null when no pair is left. */
  best(): PairCandidate | null {
    while (!this.heap.isEmpty) {
      const slot = this.heap.topSlot;
      const count = this.pairCounts[slot]!;
      if (count === this.heap.topCount) {
        return { left: this.pairs.left(slot), right: this.pairs.right(slot), count };
      }
      if (count > 0) this.heap.lowerTop(count);
      else this.heap.pop();
    }
    return null;
  }

  /** Different pairs that stand less often than `count`, and stand at all. */
  pairsUnder(count: number): number {
    let pairs = 0;
    for (let slot = 0; slot < this.pairs.size; slot++) {
      if (this.pairCounts[slot]! > 0 && this.pairCounts[slot]! < count) pairs++;
    }
    return pairs;
  }

  /** Leaves the best pair out. It may come back when a later merge makes it more frequent. */
  skipBest(): void {
    this.heap.pop();
  }

  /** Leaves the best pair out until `restore` is called with what this answers. */
  setBestAside(): number {
    const slot = this.heap.topSlot;
    this.heap.pop();
    return slot;
  }

  restore(slot: number): void {
    if (this.pairCounts[slot]! > 0) this.heap.push(slot, this.pairCounts[slot]!);
  }

  /** Merges the best pair into `result` everywhere and answers how many tokens that saved. */
  mergeBest(result: number): number {
    const slot = this.heap.topSlot;
    this.heap.pop();
    return this.mergeSlot(slot, result);
  }

  /** The same for a pair that was chosen elsewhere: merges learned on one text, applied in their order to another. */
  mergePair(left: number, right: number, result: number): number {
    const slot = this.pairs.find(left, right);
    return slot < 0 ? 0 : this.mergeSlot(slot, result);
  }

  private mergeSlot(slot: number, result: number): number {
    const left = this.pairs.left(slot);
    const right = this.pairs.right(slot);
    const tokensBefore = this.tokens;
    let occurrence = this.firstOccurrence[slot]!;
    this.firstOccurrence[slot] = -1;
    while (occurrence >= 0) {
      const word = this.occurrenceWord[occurrence]!;
      occurrence = this.nextOccurrence[occurrence]!;
      if (this.lastMergeOfWord[word] === this.mergesDone) continue;
      this.lastMergeOfWord[word] = this.mergesDone;
      this.mergeInWord(word, left, right, result);
    }
    this.mergesDone++;
    for (let at = 0; at < this.touchedCount; at++) {
      const changed = this.touched[at]!;
      if (this.pairCounts[changed]! > 0) this.heap.push(changed, this.pairCounts[changed]!);
    }
    this.touchedCount = 0;
    const merged = tokensBefore - this.tokens;
    this.addToSymbol(left, -merged);
    this.addToSymbol(right, -merged);
    this.addToSymbol(result, merged);
    return merged;
  }

  countOf(symbol: number): number {
    return this.symbolCounts[symbol] ?? 0;
  }

  private addToSymbol(symbol: number, count: number): void {
    if (symbol >= this.symbolCounts.length) {
      const wide = new Float64Array(2 * symbol);
      wide.set(this.symbolCounts);
      this.symbolCounts = wide;
    }
    this.symbolCounts[symbol] = this.symbolCounts[symbol]! + count;
  }

  /** The words in which the best pair stands. */
  wordsOfBest(): number[] {
    const slot = this.heap.topSlot;
    const left = this.pairs.left(slot);
    const right = this.pairs.right(slot);
    const words = new Set<number>();
    for (let at = this.firstOccurrence[slot]!; at >= 0; at = this.nextOccurrence[at]!) {
      const word = this.occurrenceWord[at]!;
      const symbols = this.segmentation(word);
      if (symbols.some((symbol, index) => symbol === left && symbols[index + 1] === right)) words.add(word);
    }
    return [...words];
  }

  /** A word as it is cut now: a view that the next merge changes. */
  segmentation(word: number): Int32Array {
    const start = this.offsets[word]!;
    return this.symbols.subarray(start, start + this.lengths[word]!);
  }

  private mergeInWord(word: number, left: number, right: number, result: number): void {
    const { symbols } = this;
    const count = this.counts[word]!;
    const start = this.offsets[word]!;
    const end = start + this.lengths[word]!;
    let write = start;
    for (let read = start; read < end;) {
      if (symbols[read] !== left || read + 1 >= end || symbols[read + 1] !== right) {
        symbols[write++] = symbols[read++]!;
        continue;
      }
      if (write > start) {
        const before = symbols[write - 1]!;
        this.lower(before, left, count);
        this.raise(before, result, count, word);
      }
      if (read + 2 < end) {
        const after = symbols[read + 2]!;
        this.lower(right, after, count);
        this.raise(result, after, count, word);
      }
      symbols[write++] = result;
      read += 2;
    }
    this.tokens -= count * (end - write);
    this.lengths[word] = write - start;
  }

  private lower(left: number, right: number, count: number): void {
    const slot = this.pairs.find(left, right);
    if (slot >= 0) this.pairCounts[slot] = this.pairCounts[slot]! - count;
  }

  private raise(left: number, right: number, count: number, word: number): void {
    const slot = this.slotOf(left, right);
    this.pairCounts[slot] = this.pairCounts[slot]! + count;
    this.addOccurrence(slot, word);
    if (this.touchedBy[slot] === this.mergesDone) return;
    this.touchedBy[slot] = this.mergesDone;
    if (this.touchedCount === this.touched.length) this.touched = doubled(this.touched);
    this.touched[this.touchedCount++] = slot;
  }

  private slotOf(left: number, right: number): number {
    const slot = this.pairs.insert(left, right);
    if (slot >= this.pairCounts.length) {
      const counts = new Float64Array(slot * 2);
      counts.set(this.pairCounts);
      this.pairCounts = counts;
      const first = new Int32Array(slot * 2).fill(-1);
      first.set(this.firstOccurrence);
      this.firstOccurrence = first;
      const touchedBy = new Int32Array(slot * 2).fill(-1);
      touchedBy.set(this.touchedBy);
      this.touchedBy = touchedBy;
    }
    return slot;
  }

  private addOccurrence(slot: number, word: number): void {
    const newest = this.firstOccurrence[slot]!;
    if (newest >= 0 && this.occurrenceWord[newest] === word) return;
    if (this.occurrences === this.occurrenceWord.length) {
      this.occurrenceWord = doubled(this.occurrenceWord);
      this.nextOccurrence = doubled(this.nextOccurrence);
    }
    this.occurrenceWord[this.occurrences] = word;
    this.nextOccurrence[this.occurrences] = newest;
    this.firstOccurrence[slot] = this.occurrences++;
  }
}

function doubled(values: Int32Array): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(values.length * 2);
  wide.set(values);
  return wide;
}
