// The heavy atoms of one molecule after another, counted, and the formula that they are known by.

/** Symbols by number: elements that stand without brackets, numbers that are no element's, and others as they are met in brackets. */
const FIRST_SYMBOLS = ['B', 'C', 'N', 'O', 'P', 'S', 'F', 'I'];
/** Up to here numbers stand for kinds of characters, which are counted beside the elements and are no part of a formula. */
const KINDS = 14;
export const CHLORINE = KINDS;
export const BROMINE = KINDS + 1;

/** Of one and two letters there are 702. */
export const MOST_SYMBOLS = 1024;
/** Of each symbol, it with a smaller count behind it is kept: millions of formulas are put together from a few of them. */
const WRITTEN = 128;

export class AtomCounts {
  /** Characters or atoms of each number in the molecule that is read. */
  readonly counts = new Int32Array(MOST_SYMBOLS);
  private readonly symbols: (string | undefined)[] = Array.from(
    { length: KINDS },
    (_, number) => FIRST_SYMBOLS[number],
  );
  private readonly written: string[][] = [];
  /** Numbers in the order of their symbols. */
  private inOrder: readonly number[] = [];

  constructor() {
    this.symbols.push('Cl', 'Br');
    this.sort();
  }

  clear(): void {
    this.counts.fill(0, 0, this.symbols.length);
  }

  numberOf(symbol: string): number {
    const known = this.symbols.indexOf(symbol);
    if (known >= 0) return known;
    this.symbols.push(symbol);
    this.sort();
    return this.symbols.length - 1;
  }

  /** Symbols and counts, as in `C9O4`. */
  formula(): string {
    let text = '';
    for (const number of this.inOrder) {
      const count = this.counts[number]!;
      if (count > 0) text += this.part(number, count);
    }
    return text;
  }

  private part(number: number, count: number): string {
    const symbol = this.symbols[number]!;
    return count < WRITTEN ? (this.written[number]![count] ??= symbol + count) : symbol + count;
  }

  private sort(): void {
    const { symbols, written } = this;
    while (written.length < symbols.length) written.push([]);
    this.inOrder = [...symbols.keys()]
      .filter((number) => symbols[number] !== undefined)
      .sort((a, b) => (symbols[a]! < symbols[b]! ? -1 : 1));
  }
}
