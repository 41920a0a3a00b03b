// The ready grammars. A new one is an entry here, and what the page calls it.
import type { Grammar } from './grammar';

/** Atoms of SMILES as Schwaller et al. 2018 (Molecular Transformer) cut them: a bracket atom is one. */
const SMILES_ATOM = String.raw`\[[^\]\s]{1,32}\]|Br|Cl|[BCNOSPFI]|[bcnops]|%\d\d|\d|[()=#$\\/:~@?>*.+-]`;
/** A move in standard algebraic notation (PGN standard, section 8.2.3). */
const CHESS_MOVE = String.raw`O-O-O|O-O|[KQRBN][a-h]?[1-8]?x?[a-h][1-8]|(?:[a-h]x)?[a-h][1-8](?:=[QRBN])?`;
/**
 * ABC standard 2.1: accidentals, a note or rest with its octave and length; bar lines; tuplets, broken rhythm, grace notes,
 * ties, slurs, shorthand decorations and grouping.
 */
const ABC_NOTE = String.raw`(?:\^{1,2}|_{1,2}|=)?[A-Ga-gzxZ][,']*\d*\/*\d*`;
const ABC_BAR = String.raw`\|:|:\||\|\]|\[\||\|\||\||::`;

/** Information fields (`X:1`, `T:…`, `w:…`), inline ones (`[K:G]`), directives and comments, chord symbols, decorations by name. */
const ABC_ABOUT = /^[A-Za-z+]:.*$|%.*$|\[[A-Za-z]:[^\]\n]*\]|"[^"\n]*"|![^!\s]+!/gmu;

const FASTA_HEADER = /^[>;].*$/gmu;

const table = {
  smiles: {
    atom: new RegExp(SMILES_ATOM, 'gu'),
    word: new RegExp(String.raw`^(?=.*[Cc])(?:${SMILES_ATOM}){4,}$`, 'u'),
    leastShare: 0.85,
  },
  nucleotides: {
    atom: /[ACGTUN]/giu,
    word: /^[ACGTUN]{16,}$/iu,
    aside: FASTA_HEADER,
    leastShare: 0.85,
  },
  codons: {
    atom: /[ACGTU]{3}/giu,
    word: /^(?:[ACGTU]{3})+$/iu,
    aside: FASTA_HEADER,
    leastShare: null,
  },
  'amino-acids': {
    atom: /[ACDEFGHIKLMNPQRSTVWYBXZUOJ]/gu,
    word: /^[ACDEFGHIKLMNPQRSTVWYBXZUOJ]{24,}\*?$/u,
    aside: FASTA_HEADER,
    leastShare: 0.85,
  },
  'chess-moves': {
    atom: new RegExp(`(?<![A-Za-z])(?:${CHESS_MOVE})[+#]?(?![A-Za-z])`, 'gu'),
    word: new RegExp(String.raw`^(?:\d+\.(?:\.\.)?)?(?:(?:${CHESS_MOVE})[+#]?[!?]{0,2})?$`, 'u'),
    aside: /^\[\w+ ".*"\]\s*$/gmu,
    leastShare: 0.6,
  },
  'latex-commands': {
    atom: /\\(?:[A-Za-z]+|[^A-Za-z\s])/gu,
    word: /\\[A-Za-z]{2,}/u,
    leastShare: 0.2,
    withLonger: true,
  },
  'abc-music': {
    atom: new RegExp(`${ABC_NOTE}|${ABC_BAR}`, 'gu'),
    word: new RegExp(String.raw`^(?:${ABC_NOTE}|${ABC_BAR}|[()~.<>{}\[\]&\\*uvTHLMOPSJRy:-]|\d)+$`, 'u'),
    aside: ABC_ABOUT,
    needs: /\|/u,
    leastShare: 0.7,
  },
  numbers: { atom: /\p{Nd}/gu, word: /^\p{Nd}+$/u, leastShare: null },
} satisfies Record<string, Grammar>;

export type GrammarName = keyof typeof table;

export interface NamedGrammar extends Grammar {
  readonly name: GrammarName;
}

export const grammarNames = Object.keys(table) as readonly GrammarName[];

export const grammars = Object.fromEntries(grammarNames.map((name) => [name, { name, ...table[name] }])) as Readonly<
  Record<GrammarName, NamedGrammar>
>;
