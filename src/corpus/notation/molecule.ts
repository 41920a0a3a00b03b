// Whether a word can be SMILES (OpenSMILES 1.0, and what RDKit reads beyond it: dative bonds, `%(100)`, `[R1]`), and the heavy
// atoms in it: a table of what may follow what, gone through once, since a file may hold millions. Valences are not looked at:
// published sets hold molecules that chemistry forbids, and bonds and dots that lead nowhere.
import { AtomCounts, BROMINE, CHLORINE } from './atomCounts';
import { BracketAtoms, NO_ATOM } from './bracketAtoms';

/**
 * Kinds of characters: the elements that stand without brackets, in the order of their numbers, aromatic ones in small letters,
 * and what stands between them.
 */
const ELEMENTS = 'BCNOPSFI';
const [CARBON, BORON] = [ELEMENTS.indexOf('C'), ELEMENTS.indexOf('B')];
const [STAR, DIGIT, BOND, OPEN, CLOSE, DOT] = [8, 9, 10, 11, 12, 13];
/** From here on a character needs more than the table. */
const RARE = 14;
const [BRACKET_OPEN, PERCENT, SMALL_L, SMALL_R, LESS, ARROW, OTHER] = [14, 15, 16, 17, 18, 19, 20];

const CHARACTERS = 128;
const kinds = new Uint8Array(CHARACTERS).fill(OTHER);
for (const [characters, kind] of [
  ...[...ELEMENTS].map((symbol, number) => [symbol, number] as const),
  ...[...'bcnops'].map((symbol) => [symbol, ELEMENTS.indexOf(symbol.toUpperCase())] as const),
  ['*', STAR],
  ['0123456789', DIGIT],
  ['-=#$:/\\~', BOND],
  ['(', OPEN],
  [')', CLOSE],
  ['.', DOT],
  ['[', BRACKET_OPEN],
  ['%', PERCENT],
  ['l', SMALL_L],
  ['r', SMALL_R],
  ['<', LESS],
  ['>', ARROW],
] as const) {
  for (const character of characters) kinds[character.charCodeAt(0)] = kind;
}

/** What stood before; `Apart` is behind a dot or an arrow. */
const [START, ATOM, BONDED, OPENED, CLOSED, APART, REFUSED] = [0, 1, 2, 3, 4, 5, 6];
/** What stands after each kind, by what stood before. */
const after = new Uint8Array(REFUSED * RARE).fill(REFUSED);
const allow = (kind: number, state: number, ...before: readonly number[]): void => {
  for (const each of before) after[each * RARE + kind] = state;
};
for (let kind = 0; kind <= STAR; kind++) allow(kind, ATOM, START, ATOM, BONDED, OPENED, CLOSED, APART);
allow(DIGIT, ATOM, ATOM, BONDED, CLOSED);
allow(BOND, BONDED, ATOM, BONDED, OPENED, CLOSED, APART);
allow(OPEN, OPENED, ATOM, CLOSED);
allow(CLOSE, CLOSED, ATOM, CLOSED, APART);
allow(DOT, APART, ATOM, BONDED, OPENED, CLOSED, APART);

/** By what stood before and the character: its kind in five bits, what stands then in three, and the step in depth. */
const steps = new Int16Array(REFUSED * CHARACTERS);
const [KIND_BITS, STATE_BITS] = [5, 3];
const [KIND_MASK, STATE_MASK] = [2 ** KIND_BITS - 1, 2 ** STATE_BITS - 1];
for (let state = START; state < REFUSED; state++) {
  kinds.forEach((kind, character) => {
    const then = kind < RARE ? after[state * RARE + kind]! : REFUSED;
    const depth = kind === OPEN ? 1 : kind === CLOSE ? -1 : 0;
    steps[state * CHARACTERS + character] = (depth << (KIND_BITS + STATE_BITS)) | (then << KIND_BITS) | kind;
  });
}
/** A bit for each ring of one digit. */
const ringOf = new Uint16Array(CHARACTERS);
for (let digit = 0; digit < 10; digit++) ringOf['0'.charCodeAt(0) + digit] = 1 << digit;

const atoms = new AtomCounts();
const { counts } = atoms;
export const brackets = new BracketAtoms(atoms, STAR);

/** Of an element by its symbol, or of a star, as `brackets` gives it. */
export function numberOf(symbol: string): number {
  return symbol === '*' ? STAR : atoms.numberOf(symbol);
}

/** Whether the second may stand behind the first, which is nothing at the start, and may be the end of `Cl`, `Br` or a bracket. */
export function mayFollow(before: string, character: string): boolean {
  const kind = kinds[before.charCodeAt(0)] ?? OTHER;
  const state = before === '' ? START : kind < RARE ? after[ATOM * RARE + kind]! : ATOM;
  return after[state * RARE + kinds[character.charCodeAt(0)]!] !== REFUSED;
}

/** Rings of two digits and more that are open. */
const openRings = new Set<number>();
const RING = /^%(?:(\d\d)|\((\d{1,5})\))/u;
const decoder = new TextDecoder();

const [HYPHEN, GREATER] = ['-'.charCodeAt(0), '>'.charCodeAt(0)];
const FIRST_SMALL = 0x60;

let scratch = new Uint8Array(256);
const LONGEST_SCRATCH = 2 ** 16;

/**
 * The heavy atoms of a molecule or reaction by count, as in `C9O4`: equal for every spelling of one molecule, so that spellings
 * are never parted. Null where the text cannot be SMILES.
 */
export function heavyAtoms(smiles: string): string | null {
  const { length } = smiles;
  let bytes = scratch;
  if (length > bytes.length) {
    bytes = new Uint8Array(2 * length);
    if (length <= LONGEST_SCRATCH) scratch = bytes;
  }
  for (let at = 0; at < length; at++) {
    const unit = smiles.charCodeAt(at);
    if (unit >= CHARACTERS) return null;
    bytes[at] = unit;
  }
  return heavyAtomsIn(bytes, 0, length);
}

/** The same of a part of bytes that are all ASCII. */
export function heavyAtomsIn(bytes: Uint8Array, start: number, end: number): string | null {
  atoms.clear();
  // Emptying a set allocates, also where it is empty.
  if (openRings.size > 0) openRings.clear();
  let [state, depth, rings, arrows] = [START, 0, 0, 0];
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    const step = steps[state * CHARACTERS + byte]!;
    const kind = step & KIND_MASK;
    if (kind < RARE) {
      state = (step >> KIND_BITS) & STATE_MASK;
      depth += step >> (KIND_BITS + STATE_BITS);
      if (state === REFUSED || depth < 0) return null;
      counts[kind]!++;
      rings ^= ringOf[byte]!;
    } else if (kind === BRACKET_OPEN) {
      const number = brackets.read(bytes, at, end);
      if (number === NO_ATOM) return null;
      counts[number]!++;
      at = brackets.end;
      state = ATOM;
    } else if (kind === SMALL_L || kind === SMALL_R) {
      const before = at === start ? OTHER : bytes[at - 1]! >= FIRST_SMALL ? OTHER : kinds[bytes[at - 1]!]!;
      if (before !== (kind === SMALL_L ? CARBON : BORON)) return null;
      counts[before]!--;
      counts[kind === SMALL_L ? CHLORINE : BROMINE]!++;
    } else if (kind === PERCENT) {
      const ring = RING.exec(decoder.decode(bytes.subarray(at, Math.min(at + 8, end))));
      state = after[state * RARE + DIGIT]!;
      if (ring === null || state === REFUSED) return null;
      const number = Number(ring[1] ?? ring[2]);
      if (number < 10) rings ^= 1 << number;
      else if (!openRings.delete(number)) openRings.add(number);
      at += ring[0].length - 1;
    } else if (kind === LESS) {
      if (state === START || ++at >= end || bytes[at] !== HYPHEN) return null;
      state = BONDED;
    } else if (kind === ARROW) {
      // A dative bond, or a side of a reaction, which may be empty.
      if (state === BONDED && bytes[at - 1] === HYPHEN) continue;
      const isEmptySide = state === START || (state === APART && bytes[at - 1] === GREATER);
      const isWhole =
        depth === 0 && rings === 0 && openRings.size === 0 && (isEmptySide || state === ATOM || state === CLOSED);
      if (!isWhole || ++arrows > 2) return null;
      state = APART;
    } else return null;
  }
  const endsWell =
    state === ATOM ||
    state === CLOSED ||
    (arrows === 2 && bytes[end - 1] === GREATER && bytes.subarray(start, end).some((byte) => byte !== GREATER));
  const isWhole = endsWell && depth === 0 && rings === 0 && openRings.size === 0 && arrows !== 1;
  return isWhole ? atoms.formula() : null;
}
