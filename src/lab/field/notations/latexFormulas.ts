/** The formulas of a LaTeX text: between dollars, \( \), \[ \], or in one of the environments of amsmath that set one. */

export interface Formula {
  readonly source: string;
  readonly isDisplay: boolean;
}

const environments = ['equation', 'align', 'gather', 'alignat', 'multline', 'eqnarray', 'displaymath', 'math'];
/** KaTeX has no such environment: their body is set by itself. */
const bodies = ['displaymath', 'math', 'multline', 'eqnarray'];

const opening = new RegExp(
  String.raw`\\begin\{((?:${environments.join('|')})\*?)\}|\\\[|\\\(|\$\$|\$|\\.|%[^\n]*`,
  'gsu',
);

/** `open` is what a last formula begins with that nothing ends. */
export function formulasOf(text: string): { readonly formulas: Formula[]; readonly open?: string } {
  const formulas: Formula[] = [];
  opening.lastIndex = 0;
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    const [start, environment] = found;
    const closing = environment === undefined ? closings[start] : `\\end{${environment}}`;
    // An escaped character, a command or a comment.
    if (closing === undefined) continue;
    const from = opening.lastIndex;
    const end = endOf(text, from, closing);
    if (end < 0) return { formulas, open: start };
    opening.lastIndex = end + closing.length;
    const body = text
      .slice(from, end)
      .replace(/(?<!\\)%[^\n]*/gu, '')
      .replace(/\\label\{[^}]*\}/gu, '');
    const isWhole = environment !== undefined && !bodies.includes(environment.replace('*', ''));
    const source = isWhole ? `${start}${body}${closing}` : body;
    formulas.push({ source, isDisplay: environment !== undefined || start === '\\[' || start === '$$' });
  }
  return { formulas };
}

const closings: Readonly<Record<string, string>> = { '\\[': '\\]', '\\(': '\\)', $$: '$$', $: '$' };

/** Where the closing stands that no backslash escapes; -1. */
function endOf(text: string, from: number, closing: string): number {
  for (let at = text.indexOf(closing, from); at >= 0; at = text.indexOf(closing, at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}
