// Atoms in brackets, of which files hold few different ones: each is read by an expression once and known by its characters from then on.
import type { AtomCounts } from './atomCounts';

/** Isotope, element, chirality, hydrogens, charge, atom map. */
const BRACKET =
  /^\[\d*(\*|#\d{1,3}|R\d{0,3}|[A-Z][a-z]?|[a-z]{1,2})(?:@{1,2}|@[A-Z]{2}\d{1,2})?(?:H\d*)?(?:\+{1,4}|-{1,4}|[+-]\d{1,2})?(?::\d+)?\]$/u;

export const NO_ATOM = -1;

const CHARACTERS = 128;
const CLOSE = ']'.charCodeAt(0);
/** Of 256 bytes each. */
const MOST_NODES = 2048;
const decoder = new TextDecoder();

export class BracketAtoms {
  /** Where the bracket that was read last ends: at its `]`. */
  end = 0;
  /** A tree: what follows a node by each character, which is another node, or, below zero, an atom whose bracket ends there. */
  private readonly tree = new Int16Array(MOST_NODES * CHARACTERS);
  private nodes = 1;

  /** @param otherNumber that of atoms that are not heavy, and of stars. */
  constructor(
    private readonly atoms: AtomCounts,
    private readonly otherNumber: number,
  ) {}

  /**
   * The number of the element, `NO_ATOM` where it is no bracket atom.
   * @param start of the `[` in bytes that are all ASCII.
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    const { tree } = this;
    let node = 0;
    for (let at = start + 1; at < end; at++) {
      node = tree[node * CHARACTERS + bytes[at]!]!;
      if (node > 0) continue;
      if (node === 0) break;
      this.end = at;
      return -1 - node;
    }
    return this.readNew(bytes, start, end);
  }

  private readNew(bytes: Uint8Array, start: number, end: number): number {
    const close = bytes.indexOf(CLOSE, start);
    if (close < 0 || close >= end) return NO_ATOM;
    this.end = close;
    const element = BRACKET.exec(decoder.decode(bytes.subarray(start, close + 1)))?.[1];
    if (element === undefined) return NO_ATOM;
    const letters = element.replace(/[^A-Za-z]/gu, '');
    const symbol = letters.slice(0, 1).toUpperCase() + letters.slice(1);
    const number = symbol === '' || symbol === 'H' ? this.otherNumber : this.atoms.numberOf(symbol);
    this.learn(bytes.subarray(start + 1, close + 1), number);
    return number;
  }

  private learn(characters: Uint8Array, number: number): void {
    const { tree } = this;
    if (this.nodes + characters.length > MOST_NODES) return;
    let node = 0;
    for (const character of characters.subarray(0, -1)) {
      const place = node * CHARACTERS + character;
      if (tree[place] === 0) tree[place] = this.nodes++;
      node = tree[place]!;
    }
    tree[node * CHARACTERS + CLOSE] = -1 - number;
  }
}
