// Whether a word can be SMILES (OpenSMILES 1.0, and what RDKit reads beyond it: dative bonds, `%(100)`, `[R1]`), and the heavy
// atoms in it: a table of what may follow what, gone through once, since a file may hold millions. Valences are not looked at:
// published sets hold molecules that chemistry forbids, and bonds and dots that lead nowhere.

/** A bracket atom: isotope, element, chirality, hydrogens, charge, atom map. */
const BRACKET =
  /^\[\d*(\*|#\d{1,3}|R\d{0,3}|[A-Z][a-z]?|[a-z]{1,2})(?:@{1,2}|@[A-Z]{2}\d{1,2})?(?:H\d*)?(?:\+{1,4}|-{1,4}|[+-]\d{1,2})?(?::\d+)?\]$/u;

/** Kinds of characters: the elements that stand without brackets, aromatic ones in small letters, and what stands between them. */
const ELEMENTS = 'BCNOPSFI';
const [CARBON, BORON] = [ELEMENTS.indexOf('C'), ELEMENTS.indexOf('B')];
const [STAR, DIGIT, BOND, OPEN, CLOSE, DOT] = [8, 9, 10, 11, 12, 13];
/** From here on a character needs more than the table. */
const RARE = 14;
const [BRACKET_OPEN, PERCENT, SMALL_L, SMALL_R, LESS, ARROW, OTHER] = [14, 15, 16, 17, 18, 19, 20];

const kinds = new Uint8Array(128).fill(OTHER);
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
const next = new Uint8Array(REFUSED * RARE).fill(REFUSED);
const allow = (kind: number, after: number, ...before: readonly number[]): void => {
  for (const state of before) next[state * RARE + kind] = after;
};
for (let kind = 0; kind <= STAR; kind++) allow(kind, ATOM, START, ATOM, BONDED, OPENED, CLOSED, APART);
allow(DIGIT, ATOM, ATOM, BONDED, CLOSED);
allow(BOND, BONDED, ATOM, BONDED, OPENED, CLOSED, APART);
allow(OPEN, OPENED, ATOM, CLOSED);
allow(CLOSE, CLOSED, ATOM, CLOSED, APART);
allow(DOT, APART, ATOM, BONDED, OPENED, CLOSED, APART);

const step = new Int8Array(RARE);
step[OPEN] = 1;
step[CLOSE] = -1;
/** A bit for each ring of one digit. */
const ringOf = new Uint16Array(128);
for (let digit = 0; digit < 10; digit++) ringOf['0'.charCodeAt(0) + digit] = 1 << digit;

/** Symbols by number: those of the kinds above, and then others as they are met in brackets. */
const symbols: (string | undefined)[] = Array.from({ length: RARE }, (_, number) => ELEMENTS[number]);
const [CHLORINE, BROMINE] = [symbols.push('Cl') - 1, symbols.push('Br') - 1];
/** Of each symbol, it with a count behind it: millions of formulas are put together from a few of them. */
const written: string[][] = [];
const WRITTEN = 128;
/** Numbers in the order of their symbols. */
let inOrder: readonly number[] = [];
/** Characters or atoms of each number in the word that is read. */
let counts = new Int32Array(64);
sortSymbols();

function sortSymbols(): void {
  while (written.length < symbols.length) written.push([]);
  inOrder = [...symbols.keys()]
    .filter((number) => symbols[number] !== undefined)
    .sort((a, b) => (symbols[a]! < symbols[b]! ? -1 : 1));
  if (counts.length >= symbols.length) return;
  // One may be met in the middle of a molecule.
  const counted = counts;
  counts = new Int32Array(2 * symbols.length);
  counts.set(counted);
}

function numberOf(symbol: string): number {
  const known = symbols.indexOf(symbol);
  if (known >= 0) return known;
  symbols.push(symbol);
  sortSymbols();
  return symbols.length - 1;
}

/** Numbers of the elements in bracket atoms, of which files hold few different ones; a hydrogen is none, as a star. */
const brackets = new Map<string, number>();
const MOST_BRACKETS = 4096;
/** Longer substrings would keep the text in memory that they are cut from. */
const LONGEST_BRACKET = 12;
const NO_ATOM = -1;

function bracketNumber(text: string): number {
  const known = brackets.get(text);
  if (known !== undefined) return known;
  const found = BRACKET.exec(text)?.[1];
  const letters = found?.replace(/[^A-Za-z]/gu, '') ?? '';
  const symbol = letters.slice(0, 1).toUpperCase() + letters.slice(1);
  const number = found === undefined ? NO_ATOM : symbol === '' || symbol === 'H' ? STAR : numberOf(symbol);
  if (brackets.size < MOST_BRACKETS && text.length <= LONGEST_BRACKET) brackets.set(text, number);
  return number;
}

/** Rings of two digits and more that are open. */
const openRings = new Set<number>();
const RING = /^%(?:(\d\d)|\((\d{1,5})\))/u;

/**
 * The heavy atoms of a molecule or reaction by count, as in `C9O4`: equal for every spelling of one molecule, so that spellings
 * are never parted. Null where the text cannot be SMILES.
 */
export function heavyAtoms(smiles: string): string | null {
  counts.fill(0);
  // Emptying a set allocates, also where it is empty.
  if (openRings.size > 0) openRings.clear();
  let [state, depth, rings, arrows] = [START, 0, 0, 0];
  for (let at = 0; at < smiles.length; at++) {
    const unit = smiles.charCodeAt(at);
    const kind = unit < 128 ? kinds[unit]! : OTHER;
    if (kind < RARE) {
      state = next[state * RARE + kind]!;
      depth += step[kind]!;
      if (state === REFUSED || depth < 0) return null;
      counts[kind]!++;
      rings ^= ringOf[unit]!;
    } else if (kind === BRACKET_OPEN) {
      const end = smiles.indexOf(']', at);
      const number = end < 0 ? NO_ATOM : bracketNumber(smiles.slice(at, end + 1));
      if (number === NO_ATOM) return null;
      counts[number]!++;
      at = end;
      state = ATOM;
    } else if (kind === SMALL_L || kind === SMALL_R) {
      const before = at === 0 ? OTHER : kinds[smiles.charCodeAt(at - 1)]!;
      if (smiles.charCodeAt(at - 1) >= 0x60 || before !== (kind === SMALL_L ? CARBON : BORON)) return null;
      counts[before]!--;
      counts[kind === SMALL_L ? CHLORINE : BROMINE]!++;
    } else if (kind === PERCENT) {
      const ring = RING.exec(smiles.slice(at, at + 8));
      state = next[state * RARE + DIGIT]!;
      if (ring === null || state === REFUSED) return null;
      const number = Number(ring[1] ?? ring[2]);
      if (number < 10) rings ^= 1 << number;
      else if (!openRings.delete(number)) openRings.add(number);
      at += ring[0].length - 1;
    } else if (kind === LESS) {
      if (state === START || smiles[++at] !== '-') return null;
      state = BONDED;
    } else if (kind === ARROW) {
      // A dative bond, or a side of a reaction, which may be empty.
      if (state === BONDED && smiles[at - 1] === '-') continue;
      const isEmptySide = state === START || (state === APART && smiles[at - 1] === '>');
      const isWhole =
        depth === 0 && rings === 0 && openRings.size === 0 && (isEmptySide || state === ATOM || state === CLOSED);
      if (!isWhole || ++arrows > 2) return null;
      state = APART;
    } else return null;
  }
  const endsWell =
    state === ATOM || state === CLOSED || (arrows === 2 && smiles.endsWith('>') && !/^>+$/u.test(smiles));
  return endsWell && depth === 0 && rings === 0 && openRings.size === 0 && arrows !== 1 ? formula() : null;
}

function formula(): string {
  let text = '';
  for (const number of inOrder) {
    const count = counts[number]!;
    if (count === 0) continue;
    text += count < WRITTEN ? (written[number]![count] ??= symbols[number]! + count) : symbols[number]! + count;
  }
  return text;
}
