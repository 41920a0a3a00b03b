// Text in chunks to lines without their ends (`\n`, `\r\n` or `\r`).
import { LabError } from '../error';

/** UTF-16 units of the longest line, which has to stand in memory: 64 Mi. */
const LONGEST_LINE = 2 ** 26;

/** Cuts text into lines as it comes. A long line gathers in parts, so that a file of one line stays linear. */
export class LineSplitter {
  private parts: string[] = [];
  private partsLength = 0;
  /** A `\r` at the end of what came, which may be half of `\r\n`. */
  private held = '';

  constructor(private readonly fileName: string) {}

  /**
   * Complete lines.
   * @throws LabError corpus/too-large for a line of more than 64 Mi characters.
   */
  add(text: string): string[] {
    const whole = this.held + text;
    this.held = whole.endsWith('\r') ? '\r' : '';
    const lines = linesOf(this.held === '' ? whole : whole.slice(0, -1));
    const last = lines.pop()!;
    if (lines.length > 0) {
      lines[0] = this.parts.join('') + lines[0]!;
      this.parts = [];
      this.partsLength = 0;
    }
    if (last !== '') this.parts.push(last);
    this.partsLength += last.length;
    if (this.partsLength > LONGEST_LINE) throw lineTooLong(this.fileName);
    return lines;
  }

  /** The last line, where the text does not end with a line end. */
  finish(): string[] {
    const line = this.parts.join('');
    return line === '' && this.held === '' ? [] : [line];
  }
}

/** Most files end their lines with `\n` alone, which needs no expression. */
function linesOf(text: string): string[] {
  return text.includes('\r') ? text.split(/\r\n|\r|\n/u) : text.split('\n');
}

function lineTooLong(file: string): LabError {
  return new LabError(
    'corpus/too-large',
    `${file} has a line of more than ${LONGEST_LINE / 2 ** 20} million characters.`,
    'Put line ends between its documents; one JSON object or one text a line is read best.',
    { file },
  );
}
