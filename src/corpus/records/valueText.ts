// The text of a value of a record. A string is its text. A list of strings is joined line by line: they are lines or paragraphs
// of one document, but where all of them are single words, which are joined as words are. Turns of a conversation are joined by blank lines, in their order, system turns among them; who speaks is not
// written, since continued pretraining is on what was said, and the marks of a chat template are the template's to write.

import { isIdeographic } from './likeness';
import { parseJson } from './jsonText';

export type DataRecord = Readonly<Record<string, unknown>>;

/** Lists and objects in a value further down than this hold no text that anybody put there to be read. */
const DEEPEST = 6;

const SPEAKERS = ['role', 'from', 'speaker', 'sender', 'author'];
const SAID = ['content', 'value', 'text', 'parts', 'message', 'utterance'];

/** Fields that are the two sides of one exchange. */
const EXCHANGES = [
  ['human', 'assistant'],
  ['human', 'gpt'],
  ['user', 'assistant'],
  ['instruction', 'output'],
  ['prompt', 'response'],
  ['question', 'answer'],
  ['input', 'output'],
] as const;

/** Empty where there is none. Lines end with `\n`. */
export function textOfValue(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value.includes('\r\n') ? value.replaceAll('\r\n', '\n') : value;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return '';
  if (Array.isArray(value)) return textOfList(value, depth + 1);
  return isRecord(value) ? saidIn(value, depth + 1) : '';
}

/** Lists of strings are lines of one text; other lists are turns or parts, told apart by a blank line. */
function textOfList(list: readonly unknown[], depth: number): string {
  const texts = list.map((item) => textOfValue(item, depth)).filter((text) => text.trim() !== '');
  if (isSpans(list)) return texts.join('');
  if (list.every((item) => typeof item === 'string')) return joinedLines(texts, betweenWords(texts) ?? '\n');
  const isLines = list.every((item) => typeof item !== 'object' || item === null || isPart(item));
  return isLines ? joinedLines(texts) : joinedParts(texts);
}

/** Strings among parts, as messengers write links and bold words within a message: one text that was cut. */
function isSpans(list: readonly unknown[]): boolean {
  return (
    list.some((item) => typeof item === 'string') && list.some((item) => isPart(item) && 'text' in (item as object))
  );
}

/** Characters of the words of a list on average, at most; and of scripts without spaces, whose lines hold none either. */
const LONGEST_WORDS = 12;
const LONGEST_UNSPACED = 2;

/** What stands between the items of a list that are single words, as data sets of tagged words have them; null where they are none. */
function betweenWords(items: readonly string[]): '' | ' ' | null {
  if (items.some((item) => /\s/u.test(item))) return null;
  const isUnspaced = items.filter(isIdeographic).length * 2 > items.length;
  const length = items.reduce((sum, item) => sum + item.length, 0) / items.length;
  if (length > (isUnspaced ? LONGEST_UNSPACED : LONGEST_WORDS)) return null;
  return isUnspaced ? '' : ' ';
}

/** Lines may bring their ends along, as those of notebooks do. */
function joinedLines(lines: readonly string[], between = '\n'): string {
  return lines.map((line, at) => (line.endsWith('\n') || at === lines.length - 1 ? line : line + between)).join('');
}

/** Pieces of a text that stand for themselves: turns, an instruction and its answer. */
export function joinedParts(texts: readonly string[]): string {
  const filled = texts.filter((text) => text.trim() !== '');
  return filled.length === 1 ? filled[0]! : filled.map((text) => text.trim()).join('\n\n');
}

function saidIn(record: DataRecord, depth: number): string {
  if (isPart(record)) return textOfValue(record['text'], depth);
  const speaker = SPEAKERS.find((name) => name in record);
  const said = SAID.find((name) => name in record);
  if (speaker !== undefined && said !== undefined) return textOfValue(record[said], depth);
  const exchange = EXCHANGES.find((sides) => sides.every((name) => name in record));
  return exchange ? joinedParts(exchange.map((name) => textOfValue(record[name], depth))) : '';
}

/** A part of a turn as messages of several kinds have them: `{type: 'text', text}`; those of other kinds hold no text. */
function isPart(value: unknown): boolean {
  if (!isRecord(value) || SPEAKERS.some((name) => name in value)) return false;
  return typeof value['type'] === 'string' || typeof value['text'] === 'string';
}

/** A list of who said what, or an object of two such lists. */
export function isConversation(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.slice(0, 20).every(isTurn);
  if (!isRecord(value)) return false;
  return SPEAKERS.some((name) => Array.isArray(value[name])) && SAID.some((name) => Array.isArray(value[name]));
}

/** Speakers of the conversations that models are trained on. */
const ROLES = new Set(
  'system developer user human assistant gpt chatgpt model bot tool function observation'.split(' '),
);
const STAMPS = ['id', 'date', 'time', 'timestamp', 'created_at', 'ts'];

/** What people wrote over time, as messengers export it: no message needs the others. */
export function isLog(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.slice(0, 20).every((turn) => {
      const speaker: unknown = isRecord(turn) ? SPEAKERS.map((name) => turn[name]).find(Boolean) : undefined;
      const isRole = typeof speaker !== 'string' || ROLES.has(speaker.toLowerCase());
      return !isRole && STAMPS.some((name) => name in (turn as DataRecord));
    })
  );
}

/** A conversation that was written as JSON into a string, as tables have to. */
export function unwritten(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*\[\s*\{/u.test(value)) return value;
  const list = parseJson(value);
  return isConversation(list) ? list : value;
}

function isTurn(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const hasSpeaker = SPEAKERS.some((name) => typeof value[name] === 'string') && SAID.some((name) => name in value);
  return hasSpeaker || EXCHANGES.some((sides) => sides.every((name) => typeof value[name] === 'string'));
}

export function isRecord(value: unknown): value is DataRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
