// Files of molecules, sequences and games: one document each, and what each is about, so that a molecule, a gene or an
// opening never stands on both sides of the split.
import { atomsOf, grammars } from '../tokenizer/index';
import type { Doubt } from './corpus';
import type { Emit, LineCutter } from './cutter';

/** `SMILES` or `SMILES name`. */
export function addMolecule(line: string, emit: Emit): void {
  const [smiles = ''] = line.trim().split(/\s+/u);
  if (smiles !== '') emit(smiles, heavyAtoms(smiles));
}

/** The heavy atoms by count: equal for every spelling of one molecule, so that spellings are never parted. */
export function heavyAtoms(smiles: string): string {
  const counts = new Map<string, number>();
  for (const { text } of atomsOf(grammars.smiles, smiles)) {
    const element = /[A-Z][a-z]?|[a-z]{1,2}/u.exec(text.startsWith('[') ? text.replace(/^\[\d*/u, '') : text)?.[0];
    if (element === undefined || element === 'H') continue;
    const symbol = element[0]!.toUpperCase() + element.slice(1);
    counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([symbol, count]) => `${symbol}${count}`)
    .join('');
}

/** Letters after which a sequence goes on as another document: a chromosome would fill the memory, and be held out as a whole. */
const LONGEST_SEQUENCE = 2 ** 20;

/**
 * A header line, then lines of letters that belong together. The record's name without version or part is its entity; of a
 * sequence in several documents each is its own.
 */
export class FastaCutter implements LineCutter {
  readonly takes = 'lines';
  readonly recordsWithoutText = 0;
  readonly doubts: readonly Doubt[] = [];
  private entity: string | undefined;
  private part = 0;
  private lines: string[] = [];
  private length = 0;

  constructor(private readonly emit: Emit) {}

  add(line: string): void {
    if (line.startsWith('>')) {
      this.finish();
      this.entity = /^>\s*([^\s|.]+)/u.exec(line)?.[1];
      this.part = 0;
    } else if (!line.startsWith(';')) {
      const letters = line.trim();
      this.lines.push(letters);
      this.length += letters.length;
      if (this.length < LONGEST_SEQUENCE) return;
      this.finish();
      this.part++;
    }
  }

  finish(): void {
    const sequence = this.lines.join('');
    this.lines = [];
    this.length = 0;
    if (sequence !== '') this.emit(sequence, this.part > 0 ? `${this.entity} part ${this.part}` : this.entity);
  }
}

/** Plies that make an opening. */
const OPENING = 6;

/** Characters after which a game is no game any more. */
const LONGEST_GAME = 2 ** 20;

/** Tag lines are left out; the moves of a game are one document, its opening the entity. */
export class PgnCutter implements LineCutter {
  readonly takes = 'lines';
  readonly recordsWithoutText = 0;
  readonly doubts: readonly Doubt[] = [];
  private lines: string[] = [];
  private length = 0;

  constructor(private readonly emit: Emit) {}

  add(line: string): void {
    this.length += line.length;
    if (this.length > LONGEST_GAME) this.finish();
    if (/^\[\w+\s/u.test(line) || line.startsWith('%')) {
      if (this.lines.length > 0) this.finish();
    } else if (line.trim() !== '') this.lines.push(line.trim());
  }

  finish(): void {
    const moves = this.lines.join(' ');
    this.lines = [];
    this.length = 0;
    if (moves === '') return;
    const opening = atomsOf(grammars['chess-moves'], moves).slice(0, OPENING);
    this.emit(moves, opening.map((move) => move.text).join(' '));
  }
}
