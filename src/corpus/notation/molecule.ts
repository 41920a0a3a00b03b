// Whether a word can be SMILES (OpenSMILES 1.0, and what RDKit reads beyond it: dative bonds, `%(100)`, `[R1]`), and the heavy
// atoms in it. One pass over its characters, since a file may hold millions. Valences are not looked at: published sets hold
// molecules that chemistry forbids, and bonds and dots that lead nowhere.

/** A bracket atom: isotope, element, chirality, hydrogens, charge, atom map. */
const BRACKET =
  /^\[\d*(\*|#\d{1,3}|R\d{0,3}|[A-Z][a-z]?|[a-z]{1,2})(?:@{1,2}|@[A-Z]{2}\d{1,2})?(?:H\d*)?(?:\+{1,4}|-{1,4}|[+-]\d{1,2})?(?::\d+)?\]$/u;

/** Elements that stand without brackets, in the order of their symbols; aromatic ones in small letters. */
const ORGANIC = ['B', 'Br', 'C', 'Cl', 'F', 'I', 'N', 'O', 'P', 'S'] as const;
const [BROMINE, CHLORINE] = [1, 3];
const organicIndex = new Int8Array(128).fill(-1);
for (const [index, symbol] of ORGANIC.entries()) {
  if (symbol.length === 1) organicIndex[symbol.charCodeAt(0)] = index;
}
for (const symbol of 'bcnops') organicIndex[symbol.charCodeAt(0)] = organicIndex[symbol.toUpperCase().charCodeAt(0)]!;

const isBond = new Uint8Array(128);
for (const bond of '-=#$:/\\~') isBond[bond.charCodeAt(0)] = 1;

/** What stood before: it decides what may follow. */
const Before = { Nothing: 0, Atom: 1, Bond: 2, Opening: 3, Closing: 4 } as const;

const code = (character: string): number => character.charCodeAt(0);
const [OPEN, CLOSE, DOT, ARROW, LESS, MINUS] = [code('('), code(')'), code('.'), code('>'), code('<'), code('-')];
const [BRACKET_OPEN, PERCENT, STAR, SMALL_L, SMALL_R] = [code('['), code('%'), code('*'), code('l'), code('r')];
const [ZERO, NINE, C, B] = [code('0'), code('9'), code('C'), code('B')];

/** Symbols of bracket atoms, of which files hold few different ones; '' has no element, null is no atom. */
const brackets = new Map<string, string | null>();
const MOST_BRACKETS = 4096;
/** Longer substrings would keep the text in memory that they are cut from. */
const LONGEST_BRACKET = 12;

function bracketSymbol(text: string): string | null {
  const known = brackets.get(text);
  if (known !== undefined) return known;
  const found = BRACKET.exec(text)?.[1];
  let symbol: string | null = null;
  if (found !== undefined) {
    const letters = found.replace(/[^A-Za-z]/gu, '');
    symbol = letters === 'H' ? '' : letters.slice(0, 1).toUpperCase() + letters.slice(1);
  }
  if (brackets.size < MOST_BRACKETS && text.length <= LONGEST_BRACKET) brackets.set(text, symbol);
  return symbol;
}

const counts = new Int32Array(ORGANIC.length);
const openRings = new Set<number>();

/**
 * The heavy atoms of a molecule or reaction by count, as in `C9O4`: equal for every spelling of one molecule, so that spellings
 * are never parted. Null where the text cannot be SMILES.
 */
export function heavyAtoms(smiles: string): string | null {
  counts.fill(0);
  openRings.clear();
  let others: Map<string, number> | null = null;
  let before: (typeof Before)[keyof typeof Before] = Before.Nothing;
  let [atoms, depth, arrows] = [0, 0, 0];
  for (let at = 0; at < smiles.length; at++) {
    const unit = smiles.charCodeAt(at);
    if (unit > 127) return null;
    const element = organicIndex[unit]!;
    if (element >= 0) {
      const next = smiles.charCodeAt(at + 1);
      if (unit === C && next === SMALL_L) {
        counts[CHLORINE]!++;
        at++;
      } else if (unit === B && next === SMALL_R) {
        counts[BROMINE]!++;
        at++;
      } else counts[element]!++;
      atoms++;
      before = Before.Atom;
    } else if (unit === BRACKET_OPEN) {
      const end = smiles.indexOf(']', at);
      const symbol = end < 0 ? null : bracketSymbol(smiles.slice(at, end + 1));
      if (symbol === null) return null;
      if (symbol !== '') (others ??= new Map()).set(symbol, (others.get(symbol) ?? 0) + 1);
      at = end;
      atoms++;
      before = Before.Atom;
    } else if (unit === STAR) {
      atoms++;
      before = Before.Atom;
    } else if ((unit >= ZERO && unit <= NINE) || unit === PERCENT) {
      if (before === Before.Nothing || before === Before.Opening) return null;
      const ring = unit === PERCENT ? /^%(?:(\d\d)|\((\d{1,5})\))/u.exec(smiles.slice(at, at + 8)) : null;
      if (unit === PERCENT && ring === null) return null;
      const number = ring ? Number(ring[1] ?? ring[2]) : unit - ZERO;
      if (!openRings.delete(number)) openRings.add(number);
      if (ring) at += ring[0].length - 1;
      before = Before.Atom;
    } else if (isBond[unit] === 1 || (unit === LESS && smiles.charCodeAt(at + 1) === MINUS)) {
      if (at === 0) return null;
      if (unit === LESS || (unit === MINUS && smiles.charCodeAt(at + 1) === ARROW)) at++;
      before = Before.Bond;
    } else if (unit === OPEN) {
      if (before !== Before.Atom && before !== Before.Closing) return null;
      depth++;
      before = Before.Opening;
    } else if (unit === CLOSE) {
      if (depth === 0 || before === Before.Opening || before === Before.Bond) return null;
      depth--;
      before = Before.Closing;
    } else if (unit === DOT) {
      if (at === 0) return null;
      before = Before.Nothing;
    } else if (unit === ARROW) {
      const isEmptySide = before === Before.Nothing && (at === 0 || smiles.charCodeAt(at - 1) === ARROW);
      if (depth > 0 || openRings.size > 0 || (before === Before.Nothing && !isEmptySide)) return null;
      if (before === Before.Bond || ++arrows > 2) return null;
      before = Before.Nothing;
    } else return null;
  }
  const endsWell = before === Before.Atom || before === Before.Closing || (arrows === 2 && smiles.endsWith('>'));
  if (!endsWell || atoms === 0 || depth > 0 || openRings.size > 0 || arrows === 1) return null;
  return others ? formulaWith(others) : formula();
}

/** The counts of the organic elements, in order. */
function formula(): string {
  let text = '';
  for (let index = 0; index < ORGANIC.length; index++) {
    if (counts[index]! > 0) text += ORGANIC[index]! + counts[index]!;
  }
  return text;
}

function formulaWith(others: Map<string, number>): string {
  for (const [index, symbol] of ORGANIC.entries()) {
    if (counts[index]! > 0) others.set(symbol, (others.get(symbol) ?? 0) + counts[index]!);
  }
  return [...others]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([symbol, count]) => `${symbol}${count}`)
    .join('');
}
