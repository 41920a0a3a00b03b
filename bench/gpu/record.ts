/** The tables of a run, in the documentation: what stood between the two marks for this adapter is replaced. */
import type { Measured } from './part';

export interface RecordedPart {
  readonly name: string;
  readonly table?: Measured['table'];
  readonly failure?: string;
}

const begin = (adapter: string) => `<!-- bench:gpu of ${adapter} -->`;
const end = '<!-- end of bench:gpu -->';

/** Throws where the text has no place for them (`<!-- tables of bench:gpu -->`). */
export function withTables(text: string, adapter: string, takenAt: string, parts: readonly RecordedPart[]): string {
  const written = [begin(adapter), '', `### ${adapter}, ${takenAt}`, '', ...parts.flatMap(partLines), end].join('\n');
  const from = text.indexOf(begin(adapter));
  if (from >= 0) {
    const to = text.indexOf(end, from);
    if (to < 0) throw new Error(`the tables of ${adapter} have no end`);
    return text.slice(0, from) + written + text.slice(to + end.length);
  }
  const place = '<!-- tables of bench:gpu -->';
  if (!text.includes(place)) throw new Error(`there is no ${place}`);
  return text.replace(place, `${place}\n\n${written}`);
}

function partLines({ name, table, failure }: RecordedPart): string[] {
  const [head, ...rows] = table ?? [];
  const line = (cells: readonly string[]) =>
    `| ${Array.from({ length: head!.length }, (_, at) => (cells[at] ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    `**${name}**${failure === undefined ? '' : `: ${failure.split('\n')[0]}`}`,
    '',
    ...(head ? [line(head), line(head.map(() => '---')), ...rows.filter((row) => row.length > 0).map(line), ''] : []),
  ];
}
