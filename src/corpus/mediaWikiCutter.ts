// XML dumps of MediaWiki (Wikipedia and its like, export 0.3 to 0.11): a document is the text of a page, its markup as it was written.
// Only what stands in `<text>` is text; revisions of one page are about the same. Redirects and empty pages are left out and counted.
import type { Doubt } from './corpus';
import type { Emit, LineCutter } from './cutter';
import type { FileHead } from './fileHead';
import { UnlikeLines } from './notation/unlikeLines';

export const isMediaWiki = ({ text }: FileHead): boolean =>
  /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?<mediawiki[\s>]/u.test(text.slice(0, 4096));

/** What lines outside of a text tell; the text's own tag may be closed at once. */
const TAGS = /<(page|redirect)\b|<title>([^<]*)<\/title>|<text\b[^<>]*?(\/?)>/gu;
const END = '</text>';

/** UTF-16 units; MediaWiki allows 2 MB. Longer is a text whose end is missing. */
const LONGEST_TEXT = 2 ** 22;

export class MediaWikiCutter implements LineCutter {
  readonly takes = 'lines';
  recordsWithoutText = 0;
  private readonly unlike = new UnlikeLines();
  private seen = 0;
  private hasText = false;
  private title: string | undefined;
  private isRedirect = false;
  /** Of the text that is open. */
  private lines: string[] | null = null;
  private length = 0;

  constructor(private readonly emit: Emit) {}

  /** Lines of what is no dump at all; in a dump all may stand that is no text. */
  get doubts(): readonly Doubt[] {
    return this.hasText ? [] : this.unlike.doubts(this.seen);
  }

  add(line: string): void {
    this.seen++;
    if (!this.hasText && line.trim() !== '') this.unlike.add(line, this.seen);
    let at = 0;
    while (at < line.length || this.lines) {
      if (this.lines) {
        const end = line.indexOf(END, at);
        this.take(this.lines, end < 0 ? line.slice(at) : line.slice(at, end));
        if (end < 0) return;
        this.finish();
        at = end + END.length;
      } else {
        at = this.readTags(line, at);
        // A text may begin at the end of its line.
        if (at === line.length && !this.lines) return;
      }
    }
  }

  finish(): void {
    if (!this.lines) return;
    const text = unescaped(this.lines.join('\n')).trim();
    this.lines = null;
    this.length = 0;
    if (text === '' || this.isRedirect) this.leaveOut();
    else this.emit(text, this.title);
  }

  private leaveOut(): void {
    this.hasText = true;
    this.recordsWithoutText++;
  }

  private take(lines: string[], part: string): void {
    lines.push(part);
    this.length += part.length + 1;
    if (this.length < LONGEST_TEXT) return;
    this.finish();
  }

  /** @returns where a text begins, or the end of the line. */
  private readTags(line: string, from: number): number {
    TAGS.lastIndex = from;
    for (let tag = TAGS.exec(line); tag; tag = TAGS.exec(line)) {
      const [whole, name, title, closed] = tag;
      if (name === 'page') {
        this.title = undefined;
        this.isRedirect = false;
      } else if (name === 'redirect') this.isRedirect = true;
      else if (title !== undefined) this.title = unescaped(title);
      else if (closed === '/') this.leaveOut();
      else {
        this.hasText = true;
        this.lines = [];
        return tag.index + whole.length;
      }
    }
    return line.length;
  }
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Of XML, whose entities these five are and numbers. */
function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(lt|gt|amp|quot|apos));/giu, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return NAMED[name.toLowerCase()] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
