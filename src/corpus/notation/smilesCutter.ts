// Lists of molecules: a molecule a line in SMILES, in one of its columns, with a name, numbers, a CXSMILES extension or a title
// line beside it. Which column it is, is told from the head: the one that holds SMILES most often.
import { AsciiBytes } from '../asciiBytes';
import type { Doubt } from '../corpus';
import type { Emit, LineCutter } from '../cutter';
import { heavyAtomsIn } from './commonMolecule';
import { heavyAtoms } from './molecule';
import { UnlikeLines } from './unlikeLines';

/** Lines of the head that the column is told from. */
const LINES_TO_JUDGE = 300;
/** Columns that are looked at, and the last. */
const MOST_COLUMNS = 12;
/** Where less than this share of the head is SMILES, in any column, nothing is left out. */
const LEAST_SHARE = 0.5;
/** Share that a file must reach without a name that says SMILES. */
const SHARE_BY_CONTENT = 0.9;
/** Characters of an average molecule, there: codes of one letter (`C`, `N`, `F`) are SMILES too. */
const LENGTH_BY_CONTENT = 4;

const splitters = {
  spaces: (line: string): readonly string[] => line.trim().split(/\s+/u),
  tabs: (line: string): readonly string[] => line.split('\t'),
  commas: (line: string): readonly string[] => line.split(','),
  bars: (line: string): readonly string[] => line.split('|'),
  semicolons: (line: string): readonly string[] => line.split(';'),
} as const;

/** Which field of a line the molecule is in; -1 is the last. */
export interface MoleculeColumn {
  readonly separator: keyof typeof splitters;
  readonly index: number;
  /** Of the lines without the title, how many hold SMILES there. */
  readonly share: number;
  /** Of those: characters of an average one, and the share with a ring, a branch, a bracket or a double bond. */
  readonly length: number;
  readonly structured: number;
}

const isComment = (line: string): boolean => line.startsWith('#');

/** @param lines of the head, without those that are blank. */
export function moleculeColumn(lines: readonly string[]): MoleculeColumn {
  const rows = lines.filter((line) => !isComment(line)).slice(0, LINES_TO_JUDGE);
  const columns: MoleculeColumn[] = [];
  const titled: MoleculeColumn[] = [];
  for (const separator of Object.keys(splitters) as (keyof typeof splitters)[]) {
    const fields = rows.map((line) => splitters[separator](line));
    const width = Math.min(MOST_COLUMNS, Math.max(0, ...fields.map((row) => row.length)));
    for (const index of [...Array(width).keys(), -1]) {
      const column = columnOf(fields, separator, index);
      columns.push(column);
      if (/smiles/iu.test(fields[0]?.[index] ?? '') && column.share >= LEAST_SHARE) titled.push(column);
    }
  }
  const candidates = titled.length > 0 ? titled : columns;
  return candidates.reduce((best, column) => (isBetter(column, best) ? column : best));
}

function columnOf(
  fields: readonly (readonly string[])[],
  separator: MoleculeColumn['separator'],
  index: number,
): MoleculeColumn {
  const words = fields.map((row) => wordOf(row.at(index)));
  const isMolecule = words.map((word) => heavyAtoms(word) !== null);
  const molecules = words.filter((_, at) => isMolecule[at]);
  // A title is no line against it.
  const of = words.length - (isMolecule[0] === false && words.length > 1 ? 1 : 0);
  const length = molecules.reduce((sum, word) => sum + word.length, 0) / Math.max(1, molecules.length);
  const structured = molecules.filter((word) => /[()[\]=#\d]/u.test(word)).length / Math.max(1, molecules.length);
  return { separator, index, share: molecules.length / Math.max(1, of), length, structured };
}

/** More often SMILES, or as often and much longer: a column of one-letter codes is SMILES as well. */
function isBetter(column: MoleculeColumn, best: MoleculeColumn): boolean {
  if (Math.abs(column.share - best.share) > 0.02) return column.share > best.share;
  return column.length > 4 * best.length;
}

/** The first word of a field, without quotes: a CXSMILES extension and a name may follow. */
function wordOf(field: string | undefined): string {
  const word = /^\s*(?:"([^"\s]*)"|'([^'\s]*)'|["']?(\S*))/u.exec(field ?? '');
  return word?.[1] ?? word?.[2] ?? word?.[3] ?? '';
}

/** @param isNamed whether the file's name says SMILES. */
export function isSmiles(filled: readonly string[], isNamed: boolean): boolean {
  const column = moleculeColumn(filled);
  return holdsMolecules(column, isNamed, column.separator === 'spaces' ? 0.2 : 0.5);
}

function holdsMolecules(column: MoleculeColumn, isNamed: boolean, leastStructured: number): boolean {
  const { share, length, structured } = column;
  if (isNamed) return share >= LEAST_SHARE;
  return share >= SHARE_BY_CONTENT && length >= LENGTH_BY_CONTENT && structured >= leastStructured;
}

/**
 * Whether the values of a field are molecules, by the evidence that tells a column of a file.
 * @param isNamed whether the field's name says SMILES.
 */
export function areMolecules(values: readonly string[], isNamed: boolean): boolean {
  const whole = values.map((value) => [isOneMolecule(value) ? value : '']);
  return holdsMolecules(columnOf(whole, 'spaces', 0), isNamed, 0.5);
}

/** Nothing beside it but a CXSMILES extension: a sentence may begin with what is SMILES. */
function isOneMolecule(value: string): boolean {
  return /^\s*\S+\s*(?:\|[^|]*\|\s*)?$/u.test(value);
}

/** What a value of such a field is about, spellings of one molecule being about the same. */
export function moleculeIn(value: string): string | undefined {
  return isOneMolecule(value) ? (heavyAtoms(wordOf(value)) ?? undefined) : undefined;
}

/** Names and titles are left out, and lines that cannot be SMILES. */
export class SmilesCutter implements LineCutter {
  readonly takes = 'lines';
  readonly recordsWithoutText = 0;
  private readonly unlike = new UnlikeLines();
  private readonly column: MoleculeColumn;
  private readonly isFirstWord: boolean;
  /** Whether something stands behind the molecule, as the last line told that was not one as a whole. */
  private areNamed = false;
  private lines = 0;
  private filled = 0;
  private readonly ascii = new AsciiBytes();

  constructor(
    private readonly emit: Emit,
    head: readonly string[],
  ) {
    this.column = moleculeColumn(head.filter((line) => line.trim() !== ''));
    this.isFirstWord = this.column.separator === 'spaces' && this.column.index === 0;
  }

  get doubts(): readonly Doubt[] {
    return this.unlike.doubts(this.filled);
  }

  add(line: string): void {
    this.lines++;
    if (isComment(line) || line.trim() === '') return;
    this.filled++;
    const { separator, index, share } = this.column;
    const smiles = this.isFirstWord ? firstWord(line) : wordOf(splitters[separator](line).at(index));
    const atoms = heavyAtoms(smiles);
    if (atoms === null) this.unlike.add(line, this.lines);
    if (smiles !== '' && (atoms !== null || share < LEAST_SHARE)) this.emit(smiles, atoms ?? undefined);
  }

  /** The whole line, or what stands before the name, is most often the molecule, and is read where it lies among the others. */
  addAll(lines: readonly string[]): void {
    if (!this.isFirstWord || !this.ascii.encode(lines, '\n')) {
      for (const line of lines) this.add(line);
      return;
    }
    const { bytes } = this.ascii;
    let start = 0;
    for (const line of lines) {
      const end = start + line.length;
      const wordEnd = this.areNamed ? endOfWord(bytes, start, end) : end;
      const atoms = heavyAtomsIn(bytes, start, wordEnd);
      if (atoms === null) {
        this.areNamed = endOfWord(bytes, start, end) < end;
        this.add(line);
      } else {
        this.lines++;
        this.filled++;
        this.emit(wordEnd === end ? line : line.slice(0, wordEnd - start), atoms);
      }
      start = end + 1;
    }
  }

  finish(): void {
    // Every line was a document.
  }
}

const isPlain = /^[^\s"']+/u;

function firstWord(line: string): string {
  return isPlain.exec(line)?.[0] ?? wordOf(line);
}

/** Of each character of ASCII, whether it ends such a word. */
const isEndOfWord = Uint8Array.from({ length: 128 }, (_, unit) => Number(!isPlain.test(String.fromCharCode(unit))));

function endOfWord(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isEndOfWord[bytes[at]!] === 0) at++;
  return at;
}
