// Heavy atoms of the molecules that most files are made of: of common elements, not long, without what is rare in SMILES. No step waits
// for the one before: what may stand behind a character depends on that character alone, and counts are bytes of two words, so
// that few tables are looked into. Whatever cannot be read so is left to molecule.ts, which alone refuses.
import { MOST_SYMBOLS } from './atomCounts';
import { brackets, heavyAtomsIn as atomsOfAny, mayFollow, numberOf } from './molecule';

/** Characters: no count outgrows its byte, and no depth the half of it. */
const LONGEST = 255;
/** Tables have a place for every byte, so that no bounds are checked. */
const ROW_BITS = 8;
const CHARACTERS = 2 ** ROW_BITS;
const codeOf = (character: string): number => character.charCodeAt(0);
const [CARBON, BORON, SMALL_L, SMALL_R] = [codeOf('C'), codeOf('B'), codeOf('l'), codeOf('r')];
const [BRACKET_OPEN, BRACKET_CLOSE] = [codeOf('['), codeOf(']')];
/** Stands for what is before the first character; none is written so. */
const NOTHING = 0;

/** Elements in the lower bytes of the first word, with the depth above them, and in those of the second. */
const FIRST = ['C', 'N', 'O'];
const SECOND = ['S', 'F', 'P'];
const TOP = 24;
const oneOf = (elements: readonly string[], symbol: string): number =>
  elements.includes(symbol) ? 1 << (8 * elements.indexOf(symbol)) : 0;
const ONE_CARBON = oneOf(FIRST, 'C');

/** What a character adds to each word. */
const toFirst = new Int32Array(CHARACTERS);
const toSecond = new Int32Array(CHARACTERS);
[toFirst[codeOf('(')], toFirst[codeOf(')')]] = [1 << TOP, -1 << TOP];
/** What a bracket atom adds, by the number of its element; -1 in the second where that is not common. */
const toFirstByNumber = new Int32Array(MOST_SYMBOLS);
const toSecondByNumber = new Int32Array(MOST_SYMBOLS).fill(-1);
for (const symbol of [...FIRST, ...SECOND, '*']) {
  for (const character of [symbol, symbol.toLowerCase()]) {
    toFirst[codeOf(character)] = oneOf(FIRST, symbol);
    toSecond[codeOf(character)] = oneOf(SECOND, symbol);
  }
  toFirstByNumber[numberOf(symbol)] = oneOf(FIRST, symbol);
  toSecondByNumber[numberOf(symbol)] = oneOf(SECOND, symbol);
}

const COMMON = [...'CNOSFPcnosp*0123456789-=#$:/\\~().'];
/** What else stands before a character. */
const ENDINGS = ['l', 'r', ']'];
/** By the character before and a character: bits of the rings of one digit that it opens or closes, -1 where it is not common there. */
const ringsOf = new Int16Array(CHARACTERS * CHARACTERS).fill(-1);
for (const character of COMMON) {
  const ring = /\d/u.test(character) ? 1 << Number(character) : 0;
  for (const before of ['', ...COMMON, ...ENDINGS]) {
    const row = before === '' ? NOTHING : codeOf(before);
    if (mayFollow(before, character)) ringsOf[row * CHARACTERS + codeOf(character)] = ring;
  }
}
/** Of what a molecule may end with: that a branch may begin there. */
const mayEnd = new Uint8Array(CHARACTERS);
for (const last of [...COMMON, ...ENDINGS]) mayEnd[codeOf(last)] = Number(mayFollow(last, '('));

/** What `heavyAtomsIn` of molecule.ts gives. */
export function heavyAtomsIn(bytes: Uint8Array, start: number, end: number): string | null {
  if (end - start > LONGEST) return atomsOfAny(bytes, start, end);
  let [first, second, rings, before, chlorines, bromines] = [0, 0, 0, NOTHING, 0, 0];
  let at = start;
  for (;;) {
    // A loop without a call: what it needs of the tables stays in registers.
    for (; at < end; at++) {
      const byte = bytes[at]!;
      const ring = ringsOf[(before << ROW_BITS) | byte]!;
      if (ring < 0) break;
      rings ^= ring;
      first = (first + toFirst[byte]!) | 0;
      second = (second + toSecond[byte]!) | 0;
      before = byte;
      // More branches were closed than opened.
      if (first < 0) return null;
    }
    if (at >= end) break;
    const byte = bytes[at]!;
    if (byte === BRACKET_OPEN) {
      const number = brackets.read(bytes, at, end);
      if (number < 0 || toSecondByNumber[number] === -1) return atomsOfAny(bytes, start, end);
      first += toFirstByNumber[number]!;
      second += toSecondByNumber[number]!;
      at = brackets.end;
      before = BRACKET_CLOSE;
    } else if (byte === SMALL_L && before === CARBON) {
      first -= ONE_CARBON;
      chlorines++;
      before = SMALL_L;
    } else if (byte === BORON && at + 1 < end && bytes[at + 1] === SMALL_R) {
      bromines++;
      at++;
      before = SMALL_R;
    } else return atomsOfAny(bytes, start, end);
    at++;
  }
  const isWhole = first >> TOP === 0 && rings === 0 && mayEnd[before] === 1;
  if (!isWhole) return atomsOfAny(bytes, start, end);
  const place = placeOf(first | (chlorines << TOP), second | (bromines << TOP));
  return formulas[place] ?? learn(place, atomsOfAny(bytes, start, end)!);
}

/** Formulas by both words, in an open table: the same string for the same counts, since millions of molecules have few. */
const MOST_KNOWN = 2 ** 16;
const PLACES = 2 * MOST_KNOWN;
const words = new Int32Array(2 * PLACES);
const formulas: (string | undefined)[] = Array.from({ length: PLACES });
let known = 0;

/** Of a formula, or the free place where it will be. */
function placeOf(first: number, second: number): number {
  const hash = Math.imul(first ^ Math.imul(second, 0x9e3779b1), 0x85ebca6b);
  for (let place = (hash ^ (hash >>> 15)) & (PLACES - 1); ; place = (place + 1) & (PLACES - 1)) {
    const isFree = formulas[place] === undefined;
    if (isFree) {
      words[2 * place] = first;
      words[2 * place + 1] = second;
    }
    if (isFree || (words[2 * place] === first && words[2 * place + 1] === second)) return place;
  }
}

function learn(place: number, formula: string): string {
  if (known++ === MOST_KNOWN) {
    formulas.fill(undefined);
    known = 1;
  }
  return (formulas[place] = formula);
}
