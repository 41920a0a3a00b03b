// FASTA as Biopython's `fasta-blast` reads it: headers, comment lines (`;`, `#`, `!`), sequences over lines, in blocks, with blank
// lines between; gaps and stops stay, positions and white space go. Beside it NBRF/PIR, whose header is followed by a title.
import type { Doubt } from '../corpus';
import type { Emit, LineCutter } from '../cutter';
import { sequenceNaming, type SequenceNaming } from './sequenceName';
import { UnlikeLines } from './unlikeLines';

const COMMENT = /^[;#!]/u;
/** Residues, gaps, stops, unknown ones and breaks of a chain. */
const RESIDUES = /^[A-Za-z*.~?/-]+$/u;
const NUCLEOTIDES = /^[acgtun.*-]+$/iu;
const PIR_HEADER = /^>[PFDRN][1LC3];/u;

/** The residues of a line, null where it is no sequence: words are, where they are blocks of one length or in capitals. */
export function residuesOf(line: string): string | null {
  if (RESIDUES.test(line)) return line;
  const blocks = line
    .trim()
    .split(/[\s\d]+/u)
    .filter((block) => block !== '');
  const residues = blocks.join('');
  if (!RESIDUES.test(residues)) return null;
  const areBlocks = blocks.length === 1 || blocks.slice(0, -1).every((block) => block.length === blocks[0]!.length);
  return areBlocks || !/[a-z]/u.test(residues) || NUCLEOTIDES.test(residues) ? residues : null;
}

/** A header and its sequence in one line, a tab between them. */
const TABBED = /^(>[^\t]+(?:\t[^\t]*)*?)\t\s*([A-Za-z*.~?-]+)\s*$/u;

/**
 * Lines of a file whose records are such lines, as two each; any other line as it is.
 * @param head lines of the file's head.
 */
function tabbedRecords(head: readonly string[]): (line: string) => readonly string[] {
  const areTabbed =
    head.length > 0 && head.filter((line) => TABBED.test(line)).length >= SHARE_BY_CONTENT * head.length;
  return (line) => (areTabbed ? (TABBED.exec(line)?.slice(1) ?? [line]) : [line]);
}

/** Lines of a record are sequences, at least in this share. */
const SHARE_BY_NAME = 0.5;
const SHARE_BY_CONTENT = 0.95;
/** Without a name that says FASTA: letters of an average record, and characters of a line in whatever letters. */
const RECORD_BY_CONTENT = 8;
const LONG_LINE = 20;

/** @param isNamed whether the file's name says FASTA. */
export function isFasta(filled: readonly string[], isNamed: boolean): boolean {
  const told = filled.filter((line) => !COMMENT.test(line));
  const start = told.findIndex((line) => line.startsWith('>'));
  if (start < 0 || (start > 0 && !isNamed)) return false;
  const records = told.slice(start).flatMap(tabbedRecords(told));
  const titles = new Set(records.flatMap((line, at) => (PIR_HEADER.test(line) ? [at + 1] : [])));
  const headers = records.filter((line) => line.startsWith('>')).length;
  const lines = records.filter((line, at) => !line.startsWith('>') && !titles.has(at));
  const sequences = lines.flatMap((line) => residuesOf(line) ?? []);
  if (sequences.length === 0) return false;
  if (isNamed) return sequences.length >= SHARE_BY_NAME * lines.length;
  const typical = sequences.filter(
    (residues) => residues.length >= LONG_LINE || isMostlyCapitals(residues) || NUCLEOTIDES.test(residues),
  );
  const letters = sequences.reduce((sum, residues) => sum + residues.length, 0);
  return typical.length >= SHARE_BY_CONTENT * lines.length && letters >= RECORD_BY_CONTENT * headers;
}

const isMostlyCapitals = (residues: string): boolean => residues.replace(/[^a-z]/gu, '').length * 2 <= residues.length;

/** Letters after which a sequence goes on as another document: a chromosome would fill the memory, and be held out as a whole. */
const LONGEST_SEQUENCE = 2 ** 20;

/** A sequence each. One in several documents is about something else in each. */
export class FastaCutter implements LineCutter {
  readonly takes = 'lines';
  readonly recordsWithoutText = 0;
  private readonly unlike = new UnlikeLines();
  private readonly nameOf: SequenceNaming;
  private readonly recordOf: (line: string) => readonly string[];
  private lines = 0;
  private filled = 0;
  private hasHeader = false;
  private isTitle = false;
  private isPir = false;
  private entity: string | undefined;
  private part = 0;
  private residues: string[] = [];
  private length = 0;

  constructor(
    private readonly emit: Emit,
    head: readonly string[],
  ) {
    this.recordOf = tabbedRecords(head.filter((line) => !COMMENT.test(line) && line.trim() !== ''));
    this.nameOf = sequenceNaming(head.filter((line) => line.startsWith('>')).map((line) => this.recordOf(line)[0]!));
  }

  get doubts(): readonly Doubt[] {
    return this.unlike.doubts(this.filled);
  }

  add(line: string): void {
    this.lines++;
    if (line.startsWith('>')) {
      const [header, sequence] = this.recordOf(line);
      this.addHeader(header!);
      if (sequence !== undefined) this.addResidues(sequence);
    } else if (this.isTitle) this.isTitle = false;
    else if (!COMMENT.test(line) && line.trim() !== '') this.addResidues(line);
  }

  private addHeader(line: string): void {
    this.finish();
    this.filled++;
    this.hasHeader = true;
    this.isPir = this.isTitle = PIR_HEADER.test(line);
    this.entity = this.nameOf(line);
    this.part = 0;
  }

  private addResidues(line: string): void {
    this.filled++;
    // What stands before the first header belongs to no record.
    const residues = this.hasHeader ? residuesOf(line) : null;
    if (residues === null) {
      this.unlike.add(line, this.lines);
      return;
    }
    this.residues.push(residues);
    this.length += residues.length;
    if (this.length < LONGEST_SEQUENCE) return;
    this.finish();
    this.part++;
  }

  finish(): void {
    const joined = this.residues.join('');
    const sequence = this.isPir ? joined.replace(/\*$/u, '') : joined;
    this.residues = [];
    this.length = 0;
    const isPart = this.part > 0 && this.entity !== undefined;
    if (sequence !== '') this.emit(sequence, isPart ? `${this.entity} part ${this.part}` : this.entity);
  }
}
