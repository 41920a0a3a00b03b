// FASTQ: reads of a sequencer with a quality for each base, which is left out. A record may be wrapped; its quality is as long as
// its sequence, so that a quality line that starts with `@` is no header (Cock et al. 2010).
import type { Doubt } from '../corpus';
import type { Emit, LineCutter } from '../cutter';
import { residuesOf } from './fastaCutter';
import { UnlikeLines } from './unlikeLines';

/** Records that the decision looks at. */
const RECORDS_TO_JUDGE = 20;

/** @param isNamed whether the file's name says FASTQ; its records may be wrapped then. */
export function isFastq(filled: readonly string[], isNamed: boolean): boolean {
  if (isNamed) {
    return (
      filled[0]!.startsWith('@') && residuesOf(filled[1] ?? '') !== null && filled.some((line) => /^\+/u.test(line))
    );
  }
  const records = Math.min(RECORDS_TO_JUDGE, Math.floor(filled.length / 4));
  if (records === 0) return false;
  for (let at = 0; at < 4 * records; at += 4) {
    const [header, sequence, plus, quality] = filled.slice(at, at + 4) as [string, string, string, string];
    if (!header.startsWith('@') || !plus.startsWith('+')) return false;
    if (residuesOf(sequence) === null || sequence.length !== quality.length) return false;
  }
  return true;
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

  constructor(private readonly emit: Emit) {}

  get doubts(): readonly Doubt[] {
    return this.unlike.doubts(this.filled);
  }

  add(line: string): void {
    this.lines++;
    if (line.trim() === '') return;
    this.filled++;
    if (this.place === 'quality') {
      this.qualities += line.length;
      if (this.qualities >= this.residues.length) this.finish();
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
