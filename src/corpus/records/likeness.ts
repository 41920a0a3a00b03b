// What a short value looks like when it stands alone: text is what looks like nothing else.

/** `word`: a single one, as labels and names are; `number`: also several, or a sum; `empty`: nothing to read. */
export type Likeness = 'text' | 'word' | 'empty' | 'number' | 'url' | 'hash' | 'date' | 'path' | 'id' | 'json';

/** Longer values are text, but for those without a space. */
const LONGEST_VALUE = 2000;

const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*';
const DAY = '(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\\s+)?';
const CLOCK = '(?:[T\\s,]+\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?)?(?:\\s*(?:[ap]m|z|utc|gmt|[+-]\\d{2}:?\\d{2}))*';
const dates = [
  `\\d{4}[-/.]\\d{1,2}(?:[-/.]\\d{1,2})?${CLOCK}`,
  `\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{2,4}${CLOCK}`,
  `\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d+)?)?`,
  `${DAY}\\d{1,2}\\s+${MONTH}\\.?,?\\s+\\d{4}${CLOCK}`,
  `${DAY}${MONTH}\\.?\\s+\\d{1,2}(?:st|nd|rd|th)?,?(?:\\s+\\d{4})?${CLOCK}(?:\\s+\\d{4})?`,
];

/** In the order they are asked. */
const looks: readonly (readonly [Likeness, RegExp])[] = [
  ['number', /^[-+$€£¥]?\s?\d[\d.,_\s]*(?:e[-+]?\d+)?\s?[%€$]?$/iu],
  ['date', new RegExp(`^(?:${dates.join('|')})$`, 'iu')],
  ['url', /^(?:[a-z][a-z\d+.-]*:\/\/|www\.|mailto:|data:|doi:|urn:)\S+$/iu],
  ['url', /^[\w.+-]+@[\w-]+\.[\w.-]+$/u],
  ['url', /^(?:[\w-]+\.)+(?:com|org|net|edu|gov|io|de|uk|fr|cn|ru|jp|info)(?:[/?#]\S*)?$/iu],
  ['hash', /^\{?[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\}?$/iu],
  ['hash', /^(?:[a-z]+\d*:)?(?=[a-f]*\d)[\da-f]{8,}$/iu],
  ['hash', /^[A-Z]{14}-[A-Z]{10}-[A-Z]$/u],
  ['hash', /^(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z\d+/_-]{40,}={0,2}$/u],
  ['path', /^(?:[a-z]:|[.~])?[\\/]?(?:[\w.@~+-]+[\\/])+[\w.@~+-]*$/iu],
  ['path', /^[\w-]+\.(?:txt|json|jsonl|csv|html?|pdf|xml|md|png|jpe?g|wav|mp[34]|py|js|ts|c|java|parquet)$/iu],
  ['id', /^[A-Za-z]*\d+[A-Z]?$/u],
  ['id', /^(?=\S*\d)[A-Za-z\d]+(?:[-_:#./][A-Za-z\d]+)+$/u],
];

export function likenessOf(value: string): Likeness {
  const text = value.trim();
  if (!/[\p{L}\p{N}]/u.test(text)) return 'empty';
  if (text.length > LONGEST_VALUE) return /\s/u.test(text.slice(0, LONGEST_VALUE)) ? 'text' : unbroken(text);
  if (/^[[{]/u.test(text) && isJson(text)) return 'json';
  if (!/\p{L}/u.test(text))
    return looks.find(([look, pattern]) => look === 'date' && pattern.test(text))?.[0] ?? 'number';
  const look = looks.find(([, pattern]) => pattern.test(text));
  if (look) return look[0];
  return /^[@#]?[\p{L}\p{M}'_-]+$/u.test(text) && /^.{1,24}$/u.test(text) && !isIdeographic(text) ? 'word' : 'text';
}

/** A long one without spaces is base64, a data address, or a sequence or text of a script without spaces. */
function unbroken(text: string): Likeness {
  const start = text.slice(0, LONGEST_VALUE);
  return looks.find(([, pattern]) => pattern.test(start))?.[0] ?? 'text';
}

/** Scripts whose words stand without spaces. */
export function isIdeographic(text: string): boolean {
  return /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u.test(text);
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object';
  } catch {
    return false;
  }
}
