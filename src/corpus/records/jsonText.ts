// JSON as programs write it. What JSON.parse refuses is tried once more without what is often there and changes no text: NaN and
// Infinity (Python's json module writes them), comments, commas before a closing bracket, control characters and needless
// backslashes within strings.

/** Strings, comments, names of numbers and commas too many, whichever comes first. */
const LENIENT = /"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|-?\b(?:NaN|Infinity)\b|,(?=\s*[}\]])/gu;

/** UTF-16 units of a value that is tried once more. */
const LONGEST_LENIENT = 2 ** 24;

/** Undefined where the text is no JSON, however leniently it is read. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    if (text.length > LONGEST_LENIENT) return undefined;
  }
  try {
    return JSON.parse(text.replace(LENIENT, strict)) as unknown;
  } catch {
    return undefined;
  }
}

function strict(token: string): string {
  if (token.startsWith('"')) return token.replace(WITHIN_STRINGS, escaped);
  return token.startsWith('/') || token === ',' ? ' ' : 'null';
}

// eslint-disable-next-line no-control-regex
const WITHIN_STRINGS = /\\(?:["\\/bfnrt]|u[\da-f]{4})?|[\u0000-\u001f]/giu;

function escaped(sign: string): string {
  if (sign === '\\') return '\\\\';
  return sign.startsWith('\\') ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The beginning of a JSON text, closed after the last value that is whole. */
export function closedJson(text: string): string {
  const open: string[] = [];
  let end = 0;
  let closers: readonly string[] = [];
  const mark = (at: number): void => {
    end = at;
    closers = open.toReversed();
  };
  for (let at = 0; at < text.length && open.length < 1000; at++) {
    const character = text[at]!;
    if (character === '"') {
      do at = text.indexOf('"', at + 1);
      while (at > 0 && isEscaped(text, at));
      if (at < 0) break;
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']');
      mark(at + 1);
    } else if (character === '}' || character === ']') {
      if (open.pop() !== character) break;
      mark(at + 1);
    } else if (character === ',') mark(at);
  }
  return text.slice(0, end) + closers.join('');
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
