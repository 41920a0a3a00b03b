// Lines of a table to rows of cells. Quotes mean something at the beginning of a cell only, and only where the table quotes; one
// that is never closed spoils its own row and no other (Papa Parse takes all up to the next quote for the cell).

export interface TableDialect {
  /** Null: one column. */
  readonly delimiter: string | null;
  readonly quotes: boolean;
  /** Whether a quote within quotes has a backslash before it, instead of being doubled. */
  readonly backslashes: boolean;
  /** Whether lines that begin with `#` are remarks. */
  readonly comments: boolean;
}

/** UTF-16 units of a quoted cell that goes over lines; after each that was never closed half of it is tried. */
const LONGEST_CELL = 2 ** 24;
const SHORTEST_LIMIT = 2 ** 16;

export interface TableRows {
  /** @param isOdd whether a quote within quotes was neither escaped nor closing, and is taken for one of the text. */
  row(cells: readonly string[], line: number, isOdd: boolean): void;
  /** A line whose quote is not closed. */
  broken(text: string, line: number): void;
}

export class RowReader {
  private cells: string[] = [];
  private isOpen = false;
  private isOdd = false;
  private parts: string[] = [];
  /** Lines of the row that is open. */
  private lines: string[] = [];
  private length = 0;
  private limit = LONGEST_CELL;
  private line = 0;

  constructor(
    private readonly dialect: TableDialect,
    private readonly rows: TableRows,
  ) {}

  add(line: string): void {
    this.line++;
    const { delimiter, quotes, comments } = this.dialect;
    if (comments && !this.isOpen && line.startsWith('#')) return;
    if (!this.isOpen && (!quotes || !line.includes('"'))) {
      if (line.trim() !== '') this.rows.row(delimiter === null ? [line] : line.split(delimiter), this.line, false);
      return;
    }
    this.lines.push(line);
    this.length += line.length + 1;
    if (!this.read(line) || this.length > this.limit) return this.spoil();
    if (!this.isOpen) this.end();
  }

  finish(): void {
    while (this.isOpen) this.spoil();
  }

  private end(): void {
    const { cells, lines, isOdd } = this;
    this.reset();
    this.rows.row(cells, this.line - lines.length + 1, isOdd);
  }

  private reset(): void {
    this.cells = [];
    this.parts = [];
    this.lines = [];
    this.length = 0;
    this.isOpen = false;
    this.isOdd = false;
  }

  /** The first line of the open row is broken; those behind it are read anew. */
  private spoil(): void {
    const { lines } = this;
    const first = this.line - lines.length + 1;
    this.limit = Math.max(SHORTEST_LIMIT, this.limit / 2);
    this.reset();
    this.rows.broken(lines[0]!, first);
    this.line = first;
    for (const line of lines.slice(1)) this.add(line);
  }

  /** Reads a line into the cells; false where it shows that the open quote was none. */
  private read(line: string): boolean {
    let at = 0;
    if (this.isOpen) this.parts.push('\n');
    for (;;) {
      if (!this.isOpen) {
        const start = this.cellStart(line, at);
        if (line[start] !== '"') {
          const end = this.delimiterFrom(line, at);
          this.cells.push(line.slice(at, end < 0 ? undefined : end));
          if (end < 0) return true;
          at = end + 1;
          continue;
        }
        this.isOpen = true;
        at = start + 1;
      }
      const next = this.readQuoted(line, at);
      if (next === null) return false;
      if (next < 0) return true;
      at = next;
    }
  }

  /** Within quotes: the place of the next cell, -1 at the end of the line, null where another cell opens within this one. */
  private readQuoted(line: string, from: number): number | null {
    let at = from;
    for (;;) {
      const quote = line.indexOf('"', at);
      if (quote < 0) {
        this.parts.push(line.slice(at));
        return -1;
      }
      if (this.dialect.backslashes && line[quote - 1] === '\\' && line[quote - 2] !== '\\') {
        this.parts.push(line.slice(at, quote - 1), '"');
        at = quote + 1;
      } else if (line[quote + 1] === '"') {
        this.parts.push(line.slice(at, quote + 1));
        at = quote + 2;
      } else {
        const end = this.endBehind(line, quote + 1);
        if (end !== null) {
          this.parts.push(line.slice(at, quote));
          this.cells.push(this.parts.join(''));
          this.parts = [];
          this.isOpen = false;
          return end;
        }
        // Not escaped, and yet a quote of the text, unless a cell opens here.
        const opens = this.lines.length > 1 && (quote === 0 || line[quote - 1] === this.dialect.delimiter);
        if (opens) return null;
        this.isOdd = true;
        this.parts.push(line.slice(at, quote + 1));
        at = quote + 1;
      }
    }
  }

  /** Of a closing quote, the place of the next cell; -1 at the end of the line; null where the quote closes nothing. */
  private endBehind(line: string, from: number): number | null {
    let at = from;
    while (line[at] === ' ') at++;
    if (at >= line.length) return -1;
    return line[at] === this.dialect.delimiter ? at + 1 : null;
  }

  /** Blanks before a quote are no text. */
  private cellStart(line: string, from: number): number {
    let at = from;
    while (line[at] === ' ') at++;
    return at;
  }

  private delimiterFrom(line: string, from: number): number {
    return this.dialect.delimiter === null ? -1 : line.indexOf(this.dialect.delimiter, from);
  }
}

export interface ReadRows {
  readonly rows: readonly (readonly string[])[];
  readonly broken: number;
  readonly odd: number;
}

export function rowsOf(lines: readonly string[], dialect: TableDialect): ReadRows {
  const rows: (readonly string[])[] = [];
  let broken = 0;
  let odd = 0;
  const reader = new RowReader(dialect, {
    row(cells, _, isOdd) {
      rows.push(cells);
      if (isOdd) odd++;
    },
    broken: () => broken++,
  });
  for (const line of lines) reader.add(line);
  reader.finish();
  return { rows, broken, odd };
}
