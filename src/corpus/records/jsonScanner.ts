// Finds the end of each record in JSON of any size, in chunks that are cut anywhere: by brackets and strings only, so that what is
// parsed is one record at a time. `@streamparser/json`, the library for this, is about as fast (short records 53 MB/s, here 76; long
// ones 240 and 190), but ends at the first damage and refuses NaN and commas too many; here reading goes on at the next place that
// begins as records do, and knows its line.
import { parseJson } from './jsonText';

/** UTF-16 units of the longest record: 64 Mi. */
const LONGEST_RECORD = 2 ** 26;
const DEEPEST = 1000;

/** How far apart the parts of a record's beginning may lie, for finding one over a seam. */
const LONGEST_BEGINNING = 1000;

export interface JsonRecords {
  /** Whether the text is a record; its line counts from 1. */
  record(text: string, line: number): boolean;
  broken(text: string, line: number): void;
}

/** An open object or list above the records. */
interface Level {
  readonly closer: '}' | ']';
  key: string | undefined;
  expectsKey: boolean;
}

type Mode = 'between' | 'within' | 'string' | 'scalar' | 'lost' | 'stopped';
type Comment = 'none' | 'slash' | 'line' | 'block' | 'star';

export class JsonScanner {
  private mode: Mode = 'between';
  private comment: Comment = 'none';
  private readonly levels: Level[] = [];
  /** Closers of what is open within the value. */
  private closers: string[] = [];
  /** Whether the value that is being read is a record. */
  private isRecord = false;
  private isKey = false;
  private isEscaped = false;
  /** Of the value or key being read, up to the chunk, and where it goes on in the chunk. */
  private parts: string[] = [];
  private length = 0;
  private from = 0;
  private startLine = 1;
  private tail = '';
  private hasLearnt = false;
  /** What a record begins with. */
  private beginning = /\{\s*"(?:[^"\\]|\\.)*"\s*:/u;

  private chunk = '';
  private line = 1;
  private lineEnd = -1;

  /** @param path of what holds the records; null where the values at the top are the records themselves. */
  constructor(
    private readonly path: readonly string[] | null,
    private readonly records: JsonRecords,
  ) {}

  /** What has come of the value that is not at its end yet. */
  get unfinished(): string {
    return this.isRecord ? this.parts.join('') : '';
  }

  add(chunk: string): void {
    let at = this.start(chunk);
    while (at < this.chunk.length) at = this.step(at);
    if (this.isCapturing) this.keep(this.chunk.length);
    this.lineAt(this.chunk.length);
    if (this.length > LONGEST_RECORD) this.add(this.giveUp());
  }

  /** Reads no further. */
  stop(): void {
    this.mode = 'stopped';
  }

  finish(): void {
    while (this.isCapturing && this.isRecord) {
      if (this.mode === 'scalar') this.endValue(this.start(''));
      else this.add(this.giveUp());
    }
  }

  private start(chunk: string): number {
    this.chunk = chunk;
    this.from = 0;
    this.lineEnd = chunk.indexOf('\n');
    return 0;
  }

  private get isStopped(): boolean {
    return this.mode === 'stopped';
  }

  private get isCapturing(): boolean {
    return (
      (this.mode === 'within' || this.mode === 'string' || this.mode === 'scalar') && (this.isRecord || this.isKey)
    );
  }

  /** Reads what is at a place and gives the next place. */
  private step(at: number): number {
    if (this.mode === 'stopped') return this.chunk.length;
    if (this.mode === 'string') return this.inString(at);
    if (this.mode === 'lost') return this.find(at);
    if (this.comment !== 'none') return this.inComment(at);
    return this.mode === 'within' ? this.within(at) : this.mode === 'scalar' ? this.inScalar(at) : this.between(at);
  }

  private within(start: number): number {
    const { chunk, closers } = this;
    for (let at = start; at < chunk.length; at++) {
      switch (chunk.charCodeAt(at)) {
        case 0x22: // "
          this.mode = 'string';
          return at + 1;
        case 0x2f: // /
          this.comment = 'slash';
          return at + 1;
        case 0x7b: // {
          closers.push('}');
          if (closers.length > DEEPEST) return this.damage(at + 1);
          break;
        case 0x5b: // [
          closers.push(']');
          if (closers.length > DEEPEST) return this.damage(at + 1);
          break;
        case 0x7d: // }
        case 0x5d: // ]
          if (closers.pop() !== chunk[at]) return this.damage(at + 1);
          if (closers.length === 0) return this.endValue(at + 1);
      }
    }
    return chunk.length;
  }

  private inString(at: number): number {
    const { chunk } = this;
    for (let quote = chunk.indexOf('"', at); quote >= 0; quote = chunk.indexOf('"', quote + 1)) {
      if (this.isOddlyEscaped(at, quote)) continue;
      this.isEscaped = false;
      if (this.closers.length === 0) return this.endValue(quote + 1);
      this.mode = 'within';
      return quote + 1;
    }
    this.isEscaped = this.isOddlyEscaped(at, chunk.length);
    return chunk.length;
  }

  private isOddlyEscaped(start: number, end: number): boolean {
    let at = end;
    while (at > start && this.chunk.charCodeAt(at - 1) === 0x5c) at--;
    return (end - at) % 2 === 1 ? !(at === start && this.isEscaped) : at === start && this.isEscaped;
  }

  private inComment(at: number): number {
    const character = this.chunk[at]!;
    switch (this.comment) {
      case 'slash':
        this.comment = character === '/' ? 'line' : character === '*' ? 'block' : 'none';
        return this.comment === 'none' ? at : at + 1;
      case 'line': {
        const end = this.chunk.indexOf('\n', at);
        if (end < 0) return this.chunk.length;
        this.comment = 'none';
        return end;
      }
      case 'star':
        this.comment = character === '/' ? 'none' : character === '*' ? 'star' : 'block';
        return at + 1;
      default: {
        const star = this.chunk.indexOf('*', at);
        if (star < 0) return this.chunk.length;
        this.comment = 'star';
        return star + 1;
      }
    }
  }

  private inScalar(start: number): number {
    const end = /[\s,:[\]{}"/]/gu;
    end.lastIndex = start;
    const found = end.exec(this.chunk);
    return found ? this.endValue(found.index) : this.chunk.length;
  }

  private between(at: number): number {
    const level = this.levels.at(-1);
    const character = this.chunk[at]!;
    switch (character) {
      case ' ':
      case '\n':
      case '\r':
      case '\t':
      case '\u001e': // of JSON text sequences
      case '\ufeff':
        return at + 1;
      case ',':
        if (level) level.expectsKey = level.closer === '}';
        return at + 1;
      case ':':
        if (level) level.expectsKey = false;
        return at + 1;
      case '/':
        this.comment = 'slash';
        return at + 1;
      case '#':
        this.comment = 'line';
        return at + 1;
      case '}':
      case ']':
        if (level?.closer === character) this.levels.pop();
        else this.records.broken(character, this.lineAt(at));
        return at + 1;
      case '"':
        this.isKey = level?.expectsKey === true;
        return this.startValue(at, 'string');
      case '{':
      case '[':
        if (this.holdsRecords(character)) {
          const closer = character === '{' ? '}' : ']';
          this.levels.push({ closer, key: undefined, expectsKey: character === '{' });
          return at + 1;
        }
        this.closers = [character === '{' ? '}' : ']'];
        return this.startValue(at, 'within');
      default:
        return /\s/u.test(character) ? at + 1 : this.startValue(at, 'scalar');
    }
  }

  /** Whether what opens here lies on the path to the records, or holds them. */
  private holdsRecords(opener: '{' | '['): boolean {
    const { path, levels } = this;
    if (path === null || levels.length > path.length) return false;
    const level = levels.at(-1);
    if (level && level.key !== path[levels.length - 1]) return false;
    return opener === '{' || levels.length === path.length;
  }

  private startValue(at: number, mode: Mode): number {
    this.isRecord = !this.isKey && this.levels.length === (this.path === null ? 0 : this.path.length + 1);
    this.startLine = this.lineAt(at);
    this.from = at;
    this.mode = mode;
    return mode === 'scalar' ? at : at + 1;
  }

  private keep(end: number): void {
    this.parts.push(this.chunk.slice(this.from, end));
    this.length += end - this.from;
    this.from = end;
  }

  private taken(): string {
    const text = this.parts.length === 1 ? this.parts[0]! : this.parts.join('');
    this.parts = [];
    this.length = 0;
    this.closers = [];
    return text;
  }

  private endValue(end: number): number {
    const { isKey, isRecord, mode } = this;
    this.mode = 'between';
    // A character that stands for nothing must not be read again and again.
    const next = mode === 'scalar' && end === this.from && this.parts.length === 0 ? end + 1 : end;
    if (!isKey && !isRecord) return next;
    this.keep(next);
    const text = this.taken();
    this.isKey = false;
    const level = this.levels.at(-1);
    if (isKey) level!.key = String(parseJson(text));
    else if (this.records.record(text, this.startLine)) this.learn(text);
    else return this.restart(text, next, mode !== 'scalar');
    return next;
  }

  /** The next one after damage begins like the first. */
  private learn(text: string): void {
    if (this.hasLearnt) return;
    this.hasLearnt = true;
    const key = /^\{\s*("(?:[^"\\]|\\.)*")\s*:/u.exec(text)?.[1];
    if (key !== undefined)
      this.beginning = new RegExp(`\\{\\s*${key.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&')}\\s*:`, 'u');
    else if (text.startsWith('"')) this.beginning = /(?<=,\s*)"/u;
    else if (text.startsWith('[')) this.beginning = /(?<=[\],]\s*)\[/u;
  }

  /** Brackets that do not match, or too many of them. */
  private damage(end: number): number {
    if (!this.isRecord) {
      this.taken();
      this.mode = 'lost';
      this.records.broken('', this.lineAt(end));
      return end;
    }
    this.keep(end);
    return this.restart(this.taken(), end, false);
  }

  /** Goes on after a broken record: where in it another begins, or behind it where its end is known. */
  private restart(text: string, end: number, hasEnd: boolean): number {
    this.mode = 'between';
    this.records.broken(text, this.startLine);
    if (this.isStopped) return end;
    this.isEscaped = false;
    this.comment = 'none';
    this.tail = '';
    const next = this.nextBeginning(text, 1);
    if (next < 0) {
      if (!hasEnd) this.mode = 'lost';
      return end;
    }
    this.line = this.startLine + countOfLines(text.slice(0, next));
    const at = end - text.length + next;
    // What came in earlier chunks is read together with this one.
    if (at < next) return this.start(text.slice(next) + this.chunk.slice(end));
    this.lineEnd = this.chunk.indexOf('\n', at);
    return at;
  }

  /** The rest of a record without an end, from the next beginning in it; empty where there is none. */
  private giveUp(): string {
    const text = this.taken();
    this.start('');
    this.restart(text, 0, false);
    const { chunk } = this;
    this.start('');
    return chunk;
  }

  private nextBeginning(text: string, from: number): number {
    const found = this.beginning.exec(text.slice(from));
    return found ? from + found.index : -1;
  }

  private find(at: number): number {
    const text = this.tail + this.chunk.slice(at);
    const found = this.nextBeginning(text, 0);
    this.lineAt(this.chunk.length);
    if (found < 0) {
      this.tail = text.slice(-LONGEST_BEGINNING);
      return this.chunk.length;
    }
    this.line -= countOfLines(text.slice(found));
    this.tail = '';
    this.mode = 'between';
    return this.start(text.slice(found));
  }

  /** The line of a place in the chunk; places only go up. */
  private lineAt(at: number): number {
    while (this.lineEnd >= 0 && this.lineEnd < at) {
      this.line++;
      this.lineEnd = this.chunk.indexOf('\n', this.lineEnd + 1);
    }
    return this.line;
  }
}

function countOfLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
