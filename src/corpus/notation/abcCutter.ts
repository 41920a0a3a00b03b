// Collections of tunes in ABC notation (standard 2.1): a tune goes from its `X:` field to the next, and is the document as it
// stands, since its key and metre say what its notes mean. The file header, text between tunes and remarks are left out. Settings
// of one tune share a title, and are about the same.
import type { Doubt } from '../corpus';
import type { Emit, LineCutter } from '../cutter';
import { UnlikeLines } from './unlikeLines';

const FIELD = /^[A-Za-z+]:/u;
const TUNE = /^X:/u;
const TITLE = /^T:\s*(.*)$/u;
/** What is not a note in a line of music: chord names, decorations, inline fields, a comment. */
const ASIDE = /"[^"]*"|![^!\s]{1,30}!|\[[A-Za-z]:[^\]]{0,200}\]|(?<!\\)%.*$/gu;
/** Notes, rests, bars, lengths, ornaments (`H`–`W`, `u`, `v`) and grouping of the standard. */
const MUSIC = /^[\sA-Ga-gxXyzZH-Wuv^_=,'0-9/|:[\](){}<>~.\-\\&+*$;`#]*$/u;

/** Whether a line can stand in a tune. */
function isAbcLine(line: string): boolean {
  return FIELD.test(line) || line.startsWith('%') || MUSIC.test(line.replace(ASIDE, ''));
}

/** Lines that are ABC, at least in this share. */
const SHARE_BY_NAME = 0.3;
const SHARE_BY_CONTENT = 0.9;

/** @param isNamed whether the file's name says ABC. */
export function isAbc(filled: readonly string[], isNamed: boolean): boolean {
  const share = filled.filter(isAbcLine).length / filled.length;
  const hasKey = filled.some((line) => /^K:/u.test(line));
  if (isNamed) return share >= SHARE_BY_NAME && (hasKey || filled.some((line) => TUNE.test(line)));
  const hasTune = filled.some((line) => /^X:\s*\d+\s*(?:%.*)?$/u.test(line));
  const hasMusic = filled.some((line) => isAbcLine(line) && !FIELD.test(line) && !line.startsWith('%'));
  return share >= SHARE_BY_CONTENT && hasKey && hasTune && hasMusic;
}

/** Characters after which a tune is no tune any more. */
const LONGEST_TUNE = 2 ** 20;

/** A tune each. */
export class AbcCutter implements LineCutter {
  readonly takes = 'lines';
  readonly recordsWithoutText = 0;
  private readonly unlike = new UnlikeLines();
  /** What starts a tune: a title in files without reference numbers, which are cut at every blank line then. */
  private readonly start: RegExp;
  private lines = 0;
  private filled = 0;
  private isInTune = false;
  private afterBlank = false;
  private tune: string[] = [];
  private length = 0;
  private title: string | undefined;

  constructor(
    private readonly emit: Emit,
    head: readonly string[],
  ) {
    this.start = head.some((line) => TUNE.test(line)) ? TUNE : /^[TK]:/u;
  }

  get doubts(): readonly Doubt[] {
    return this.unlike.doubts(this.filled);
  }

  add(given: string): void {
    this.lines++;
    const line = given.trimEnd();
    if (line === '') {
      this.afterBlank = true;
      return;
    }
    this.filled++;
    const isStart = this.start.test(line) && (this.start === TUNE || !this.isInTune || this.afterBlank);
    if (isStart) {
      this.finish();
      this.isInTune = true;
    } else if (this.afterBlank && !isAbcLine(line)) this.finish();
    this.afterBlank = false;
    if (this.isInTune) this.addLine(line);
    // The file header before the first tune is none of them, but as it should be.
    else if (!FIELD.test(line) && !line.startsWith('%')) this.unlike.add(line, this.lines);
  }

  private addLine(line: string): void {
    if (line.startsWith('%') && !line.startsWith('%%')) return;
    this.title ??= TITLE.exec(line)?.[1];
    this.tune.push(line);
    this.length += line.length;
    if (this.length <= LONGEST_TUNE) return;
    this.finish();
    this.isInTune = true;
  }

  finish(): void {
    const { tune, title } = this;
    this.tune = [];
    this.length = 0;
    this.title = undefined;
    this.isInTune = false;
    // A number or a title alone is no tune.
    if (tune.some((line) => !FIELD.test(line) && !line.startsWith('%'))) this.emit(tune.join('\n'), tuneName(title));
  }
}

/** A title without its article, its marks and the number of its setting; undefined where nothing is left. */
function tuneName(title: string | undefined): string | undefined {
  const words = (title ?? '')
    .toLowerCase()
    .replace(/(?:#|\bno\.?|\b(?:setting|version|variant)|\()\s*\d+\)?\s*$/u, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && word !== 'the');
  return words.length === 0 ? undefined : words.join(' ');
}
