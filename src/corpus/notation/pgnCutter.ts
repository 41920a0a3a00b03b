// Games of chess in PGN, as tolerant as python-chess: what stands before the tags, between games and in tags is left out; a game
// ends with a blank line, its result, or the tags of the next. Its movetext is the document as it stands, comments and variations
// included; its opening, read from the main line alone, is what it is about.
import type { Doubt } from '../corpus';
import type { Emit, LineCutter } from '../cutter';
import { UnlikeLines } from './unlikeLines';

/** Plies that make an opening. */
const OPENING = 6;

/** Characters after which a game is no game any more. */
const LONGEST_GAME = 2 ** 20;

const TAG_START = /^\[\s*[A-Za-z0-9][\w+#=:-]*\s+"/u;
const TAG = /^\s*\[\s*[A-Za-z0-9][\w+#=:-]*\s+"(?:[^"\\]|\\.)*"\s*\]/u;
const FEN = /\[\s*FEN\s+"([^"]*)"/u;
const NEXT_GAME = /^\[\s*Event\s+"/u;

const TOKEN = /[{}();]|[^\s{}();]+/gu;
const RESULT = /^(?:1-0|0-1|1\/2(?:-1\/2)?|½(?:-½)?|\*)$/u;
const NUMBER = /^\d+(?:\.+|…)?$/u;
/** A ply with its number before it and its marks behind it, in English, another language's letters, figurines or long algebraic. */
const PLY =
  /^(?:\d+(?:\.+|…))?((?:[A-ZÀ-ÖØ-ÞА-Я♔-♟]?[a-h]?[1-8]?[x:-]?[a-h][1-8](?:=?[A-Zqrbn])?|[O0]-[O0](?:-[O0])?|@@@@|--|Z0)(?:\+\+|[+#])?)(?:e\.p\.)?[!?]*$/u;
const MARK = /^(?:\$\d+|[!?]+|[+=±∓⩲⩱∞-]+|N|e\.p\.)$/u;

/** The tags at the start of a line and what stands behind them; null where it starts with none. */
function tagsOf(line: string): { readonly tags: string; readonly rest: string } | null {
  if (!TAG_START.test(line)) return null;
  // A quote in a tag that should have been escaped: the line is nothing but tags all the same.
  if (line.endsWith('"]') || line.endsWith('" ]')) return { tags: line, rest: '' };
  let rest = line;
  for (let tag = TAG.exec(rest); tag; tag = TAG.exec(rest)) rest = rest.slice(tag[0].length);
  return rest === line ? null : { tags: line.slice(0, line.length - rest.length), rest: rest.trim() };
}

/** A game each. */
export class PgnCutter implements LineCutter {
  readonly takes = 'lines';
  readonly recordsWithoutText = 0;
  private readonly unlike = new UnlikeLines();
  private lines = 0;
  private movetextLines = 0;
  private text = '';
  private separator = '';
  private plies: string[] = [];
  private fen: string | undefined;
  private hasMoves = false;
  private hasResult = false;
  private isInComment = false;
  private depth = 0;
  private wasBlank = false;
  /** A line within a comment that may be the first tag of the next game. */
  private heldTag: string | undefined;

  constructor(private readonly emit: Emit) {}

  get doubts(): readonly Doubt[] {
    return this.unlike.doubts(this.movetextLines);
  }

  /** Lines of moves so far, and how many of them were read as such: what the decision for PGN looks at. */
  get read(): { readonly lines: number; readonly moves: number; readonly unlike: number } {
    return { lines: this.movetextLines, moves: this.movesRead, unlike: this.unlike.doubts(0)[0]?.count ?? 0 };
  }
  private movesRead = 0;

  add(given: string): void {
    this.lines++;
    const line = given.trim();
    const wasBlank = this.wasBlank;
    this.wasBlank = line === '';
    if (this.isInComment) {
      const heldTag = this.heldTag;
      this.heldTag = undefined;
      // A comment that is never closed ends where two tags follow a blank line.
      const isNextGame = heldTag !== undefined && TAG_START.test(line);
      if (!isNextGame && heldTag !== undefined) this.addText(heldTag);
      if (!isNextGame && wasBlank && NEXT_GAME.test(line)) {
        this.heldTag = line;
        return;
      }
      if (!isNextGame) return this.addText(line);
      this.endGame();
      this.addTags(heldTag);
    }
    if (line === '') this.addBlank();
    else if (line.startsWith(';')) {
      if (this.hasMoves && !this.hasResult) this.addText(line);
    } else if (line.startsWith('[')) this.addTags(line);
    else if (!given.startsWith('%')) this.addText(line);
  }

  finish(): void {
    if (this.heldTag !== undefined) this.addText(this.heldTag);
    this.endGame();
  }

  /** Ends a game, but not what stands before its first move. */
  private addBlank(): void {
    if (this.hasMoves || this.hasResult) this.endGame();
  }

  private addTags(line: string): void {
    const found = tagsOf(line);
    const isInMoves = this.hasMoves && !this.hasResult;
    if (!found && isInMoves) return this.addText(line);
    // A comment alone is no game: it stood before these tags.
    if (found && this.text !== '') this.endGame();
    if (!found) {
      this.movetextLines++;
      this.unlike.add(line, this.lines);
      return;
    }
    this.fen = FEN.exec(found.tags)?.[1] ?? this.fen;
    if (found.rest !== '') this.addText(found.rest);
  }

  private addText(line: string): void {
    let start = 0;
    let isWithComment = false;
    let [tokens, known] = [0, 0];
    let hadResult = this.hasResult;
    for (const { 0: token, index } of line.matchAll(TOKEN)) {
      if (this.isInComment) {
        if (token === '}') this.isInComment = false;
      } else if (token === '{') {
        this.isInComment = true;
      } else if (token === ';') {
        isWithComment = true;
        break;
      } else if (token === '(') this.depth++;
      else if (token === ')') this.depth = Math.max(0, this.depth - 1);
      else if (token !== '}') {
        const ply = PLY.exec(token)?.[1];
        tokens++;
        if (ply !== undefined || isMark(token)) known++;
        if (this.depth > 0) continue;
        if (this.hasResult && (ply !== undefined || NUMBER.test(token))) {
          this.append(line.slice(start, index).trim());
          this.endGame();
          start = index;
          hadResult = false;
        }
        if (ply !== undefined) this.addPly(ply);
        else if (RESULT.test(token)) this.hasResult = true;
      }
    }
    const isKnown = 2 * known >= tokens;
    if (line !== '') this.movetextLines++;
    if (!isKnown) this.unlike.add(line, this.lines);
    // Words before the first move belong to the collection.
    if (isKnown || this.hasMoves) this.append(line.slice(start));
    else this.hasResult = hadResult;
    // The rest of a line is a comment up to its end, which therefore stays.
    if (isWithComment) this.separator = '\n';
    if (this.text.length > LONGEST_GAME) this.endGame();
  }

  private addPly(ply: string): void {
    this.hasMoves = true;
    this.movesRead++;
    if (this.plies.length < OPENING) this.plies.push(ply);
  }

  private append(part: string): void {
    if (part === '') return;
    this.text += this.text === '' ? part : this.separator + part;
    this.separator = ' ';
  }

  private endGame(): void {
    const { text, plies, fen, hasMoves, hasResult } = this;
    this.text = '';
    this.plies = [];
    this.fen = undefined;
    this.hasMoves = this.hasResult = this.isInComment = false;
    this.depth = 0;
    if (!hasMoves && !hasResult) return;
    const opening = [...(fen === undefined ? [] : [fen]), ...plies].join(' ');
    this.emit(text, plies.length === 0 ? undefined : opening);
  }
}

const isMark = (token: string): boolean => NUMBER.test(token) || RESULT.test(token) || MARK.test(token);

/** Share of the lines outside of tags and comments that are moves. */
const SHARE_BY_NAME = 0.3;
const SHARE_BY_CONTENT = 0.9;

/** @param isNamed whether the file's name says PGN. */
export function isPgn(lines: readonly string[], isNamed: boolean): boolean {
  const cutter = new PgnCutter(() => undefined);
  for (const line of lines) cutter.add(line);
  const { lines: movetext, moves, unlike } = cutter.read;
  if (moves === 0) return false;
  const share = (movetext - unlike) / movetext;
  if (isNamed) return share >= SHARE_BY_NAME;
  const tags = lines.filter((line) => tagsOf(line.trim()) !== null).length;
  return share >= SHARE_BY_CONTENT && moves >= movetext && (tags > 0 || lines.some((line) => /^\s*1\s*\./u.test(line)));
}
