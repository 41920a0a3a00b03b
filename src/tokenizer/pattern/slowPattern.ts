// Whether a regular expression may backtrack for ages. JavaScript cannot interrupt one, and a tokenizer.json comes from
// anywhere, so the doubtful ones are refused before they run: repetition of a group that repeats or chooses inside, which
// may take exponential time, and more than a few open-ended repetitions in one alternative, which take a high power of the
// length. The patterns of published tokenizers have neither.

/** Repetitions up to this often count as open-ended. */
const OPEN_ENDED = 20;
/** Open-ended repetitions in one alternative; published patterns have up to three. */
const MOST_REPETITIONS = 4;

interface Group {
  /** Open-ended repetitions of the alternative that is being read, and of the worst one before. */
  repetitions: number;
  worst: number;
  chooses: boolean;
}

/** What is doubtful about it, or null. @param source in JavaScript's `u` dialect, which must be valid. */
export function slowPattern(source: string): string | null {
  const open: Group[] = [{ repetitions: 0, worst: 0, chooses: false }];
  let at = 0;
  while (at < source.length) {
    const group = open.at(-1)!;
    const character = source[at]!;
    let inner: Group | null = null;
    if (character === '(') {
      at += groupStart(source, at);
      open.push({ repetitions: 0, worst: 0, chooses: false });
      continue;
    }
    if (character === '|') {
      group.worst = Math.max(group.worst, group.repetitions);
      group.repetitions = 0;
      group.chooses = true;
      at++;
      continue;
    }
    if (character === ')') {
      inner = open.pop()!;
      at++;
    } else if (character === '[') {
      at = classEnd(source, at);
    } else {
      at += character === '\\' ? escapeLength(source, at) : 1;
    }
    const outer = open.at(-1)!;
    const insideRepeats = inner ? Math.max(inner.worst, inner.repetitions) : 0;
    const quantifier = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/u.exec(source.slice(at, at + 24));
    at += quantifier?.[0].length ?? 0;
    const most = times(quantifier);
    if (most >= OPEN_ENDED && (insideRepeats > 0 || inner?.chooses === true)) {
      return 'repeats a group that repeats or chooses inside';
    }
    outer.repetitions += (insideRepeats > 0 ? insideRepeats * most : 0) + (most >= OPEN_ENDED ? 1 : 0);
    if (outer.repetitions > MOST_REPETITIONS)
      return `has more than ${MOST_REPETITIONS} open-ended repetitions in a row`;
  }
  return null;
}

function times(quantifier: RegExpExecArray | null): number {
  if (quantifier === null || quantifier[0].startsWith('?')) return 1;
  const [, least, comma, most] = quantifier;
  if (least === undefined) return Infinity;
  if (comma === '') return Number(least);
  return most === '' ? Infinity : Number(most);
}

function groupStart(source: string, at: number): number {
  return /^\((?:\?(?:[:=!]|<[=!]|<[^>]+>|[a-z-]+:))?/u.exec(source.slice(at, at + 64))![0].length;
}

function classEnd(source: string, at: number): number {
  let end = at + 1;
  while (end < source.length && source[end] !== ']') end += source[end] === '\\' ? 2 : 1;
  return end + 1;
}

function escapeLength(source: string, at: number): number {
  return /^\\(?:[pPu]\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[^])/u.exec(source.slice(at, at + 64))![0].length;
}
