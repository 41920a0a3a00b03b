/** Candidates as rows of a table: what is in, what each row counts, searched and sorted. */
import type { Candidate, CandidateCounts, CandidateFlag, NewToken } from '../../worker/index';

export interface CandidateRow {
  readonly key: string;
  readonly text: string;
  readonly pieces: readonly { readonly text: string }[];
  readonly occurrences: number;
  readonly documents: number;
  readonly tokensSaved: number;
  /** Occurrences in the training text cut with the chosen tokens; null where it is not in. */
  readonly exposure: number | null;
  readonly flags: readonly CandidateFlag[];
  readonly isIn: boolean;
  readonly isByHand: boolean;
}

export type SortKey = 'occurrences' | 'documents' | 'tokensSaved' | 'exposure' | 'text';
export type Show = 'all' | 'in' | 'flagged' | 'out';

export function candidateRows(candidates: readonly Candidate[], counts: CandidateCounts | null): CandidateRow[] {
  const accepted = new Set(counts?.accepted ?? []);
  const byHand = (counts?.byHand ?? []).map(({ text, occurrences }): CandidateRow => ({
    key: `hand ${text}`,
    text,
    pieces: [],
    occurrences,
    documents: 0,
    tokensSaved: occurrences,
    exposure: occurrences,
    flags: [],
    isIn: true,
    isByHand: true,
  }));
  const learned = candidates.map(({ piece, text, pieces, occurrences, documents, flags }, index): CandidateRow => {
    const exposure = accepted.has(index) ? counts!.exposures[index]! : null;
    return {
      key: piece,
      text,
      pieces,
      occurrences,
      documents,
      tokensSaved: (exposure ?? 0) * (pieces.length - 1),
      exposure,
      flags,
      isIn: exposure !== null,
      isByHand: false,
    };
  });
  return [...byHand, ...learned];
}

/** A finished vocabulary whose candidates are not at hand: an opened run. */
export function tokenRows(tokens: readonly NewToken[]): CandidateRow[] {
  return tokens.map(({ id, text, pieces, occurrences, documents, tokensSaved }) => ({
    key: String(id),
    text,
    pieces,
    occurrences,
    documents,
    tokensSaved,
    exposure: occurrences,
    flags: [],
    isIn: true,
    isByHand: false,
  }));
}

/** Bytes that are no whole character come behind what somebody can read, in every order. */
export function shownRows(rows: readonly CandidateRow[], show: Show, search: string, sort: SortKey): CandidateRow[] {
  const inShow: Record<Show, (row: CandidateRow) => boolean> = {
    all: () => true,
    in: (row) => row.isIn,
    flagged: (row) => row.flags.length > 0,
    out: (row) => !row.isIn,
  };
  const plain = search.toLowerCase();
  const found = rows.filter((row) => inShow[show](row) && (plain === '' || row.text.toLowerCase().includes(plain)));
  const isPart = ({ flags }: CandidateRow): number => Number(flags.includes('part-of-character'));
  return found.sort(
    (a, b) =>
      isPart(a) - isPart(b) ||
      (sort === 'text'
        ? a.text.localeCompare(b.text)
        : (b[sort] ?? -1) - (a[sort] ?? -1) || b.occurrences - a.occurrences),
  );
}

/** One token a line, in the order of the table; a candidate's text has its line ends escaped already. */
export function listText(rows: readonly CandidateRow[]): string {
  return rows
    .filter((row) => row.isIn)
    .map((row) => `${row.text}\n`)
    .join('');
}

/** The lines of a list, each once; spaces count. */
export function listTexts(list: string): string[] {
  return [...new Set(list.split(/\r?\n/).filter((line) => line !== ''))];
}

/** A list as a choice: its candidates are in, the others out, and what is no candidate is added by hand. */
export function choiceOfList(
  candidates: readonly Candidate[],
  texts: readonly string[],
): { readonly newTokens: number; readonly rejected: string[]; readonly added: string[] } {
  const wanted = new Set(texts);
  const known = new Set(candidates.map(({ text }) => text));
  return {
    newTokens: candidates.length,
    rejected: candidates.filter(({ text }) => !wanted.has(text)).map(({ piece }) => piece),
    added: texts.filter((text) => !known.has(text)),
  };
}
