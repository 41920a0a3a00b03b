// FASTQ: reads of a sequencer with a quality for each base, which is left out. A record may be wrapped; its quality is as long as
// its sequence, so that a quality line that starts with `@` is no header (Cock et al. 2010).
import type { Doubt } from '../corpus';
import type { Emit, LineCutter } from '../cutter';
import { residuesOf } from './fastaCutter';
import { UnlikeLines } from './unlikeLines';

/** Lines that are no part of a record, at most in this share. */
const ODD_BY_NAME = 0.5;
const ODD_BY_CONTENT = 0.05;

/** What sequencers read, with IUPAC's letters for what they are not sure of. */
const BASES = /^[acgturyswkmbdhvn.*-]+$/iu;

/** @param isNamed whether the file's name says FASTQ. */
export function isFastq(filled: readonly string[], isNamed: boolean): boolean {
  if (!isNamed && !filled[0]!.startsWith('@')) return false;
  let strange = 0;
  const cutter = new FastqCutter((read) => {
    if (!BASES.test(read)) strange++;
  });
  for (const line of filled) cutter.add(line);
  // Hunks of a diff begin with `@@` and have lines with a `+`.
  if (!isNamed && strange > ODD_BY_CONTENT * cutter.wholeReads) return false;
  const odd = cutter.doubts[0]?.count ?? 0;
  return cutter.wholeReads > 0 && odd <= (isNamed ? ODD_BY_NAME : ODD_BY_CONTENT) * filled.length;
}

/** A read each; both ends of a pair are about the same. */
export class FastqCutter implements LineCutter {
  readonly takes = 'lines';
  readonly recordsWithoutText = 0;
  private readonly unlike = new UnlikeLines();
  private lines = 0;
  private filled = 0;
  private entity: string | undefined;
  private residues = '';
  private place: 'outside' | 'sequence' | 'quality' = 'outside';
  private qualities = 0;
  /** Reads with a quality for each base. */
  wholeReads = 0;

  constructor(private readonly emit: Emit) {}

  get doubts(): readonly Doubt[] {
    return this.unlike.doubts(this.filled);
  }

  add(line: string): void {
    this.lines++;
    if (line.trim() === '') return;
    this.filled++;
    // A read that was trimmed to nothing has no qualities.
    if (this.place === 'quality' && this.residues === '') this.finish();
    if (this.place === 'quality') {
      this.qualities += line.length;
      if (this.qualities < this.residues.length) return;
      if (this.qualities === this.residues.length) this.wholeReads++;
      this.finish();
    } else if (this.place === 'sequence' && line.startsWith('+')) {
      this.place = 'quality';
      this.qualities = 0;
    } else if (line.startsWith('@')) {
      this.finish();
      this.place = 'sequence';
      this.entity = /^@(\S+?)(?:\/[12])?(?:\s|$)/u.exec(line)?.[1];
    } else {
      const residues = this.place === 'sequence' ? residuesOf(line) : null;
      if (residues === null) this.unlike.add(line, this.lines);
      else this.residues += residues;
    }
  }

  finish(): void {
    if (this.residues !== '') this.emit(this.residues, this.entity);
    this.residues = '';
    this.place = 'outside';
  }
}
