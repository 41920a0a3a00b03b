// Where in a JSON file its records are, told from its beginning: the items of a list, those of a list in an object (`data`, `rows`,
// up to three deep), the values of an object that names its records, or the values that follow one another at the top.
import type { FileHead } from '../fileHead';
import { isFieldName, textRank } from './fieldNames';
import { JsonScanner } from './jsonScanner';
import { closedJson, parseJson } from './jsonText';
import { type DataRecord, isConversation, isLog, isRecord, textOfValue } from './valueText';

export interface RecordPlace {
  /** Keys that lead to what holds the records; null where the values at the top are the records. */
  readonly path: readonly string[] | null;
  /** Of rows that are lists: what their items are called, as pandas and SQL clients write tables. */
  readonly columns?: readonly string[];
}

const DEEPEST = 3;
const ITEMS = 200;

/** What lists of records are called in exports; they are preferred to longer ones beside them. */
const HOLDERS = new Set(
  'data rows records items documents docs results hits examples instances entries articles train texts'.split(' '),
);
const HOLDER_WEIGHT = 5;

/** Values at the top that the decision looks at. */
const MOST_VALUES = 20;

/** UTF-16 units before damage that still tell something. */
const SHORTEST_START = 16;

/** Null where the beginning is no JSON of objects or lists. */
export function recordPlace({ text, isWhole }: FileHead): RecordPlace | null {
  return placeIn(valuesOf(text, isWhole), isWhole);
}

export function placeIn({ values, isCut }: HeadValues, isWhole: boolean): RecordPlace | null {
  const [first] = values;
  if (typeof first !== 'object' || first === null) return null;
  const isOne = values.length === 1 && (isWhole || isCut);
  if (Array.isArray(first)) {
    const areRecords = first.some(isRecord) && !isConversation(first);
    return { path: isOne || areRecords ? [] : null };
  }
  const holder = holderIn(first as DataRecord);
  if (!holder) return { path: null };
  // Objects that follow one another are records, but for pages of an export; strings are what a record says.
  const isPage = holder.path!.length > 0 && holder.path!.every((key) => HOLDERS.has(key)) && holder.hasObjects;
  return isOne || (isPage && !hasText(first as DataRecord)) ? holder : { path: null };
}

/** The first values at the top of a file. */
export interface HeadValues {
  readonly values: readonly unknown[];
  /** Whether there is one only, closed where it is cut off. */
  readonly isCut: boolean;
  /** Values that are none. */
  readonly broken: number;
}

export function valuesOf(text: string, isWhole: boolean): HeadValues {
  const values: unknown[] = [];
  let broken = 0;
  let isFirstBroken = false;
  const scanner = new JsonScanner(null, {
    record(record) {
      const value = parseJson(record);
      if (value !== undefined && values.push(value) >= MOST_VALUES) scanner.stop();
      return value !== undefined;
    },
    broken() {
      isFirstBroken ||= values.length === 0;
      if (++broken >= MOST_VALUES || isFirstBroken) scanner.stop();
    },
  });
  scanner.add(text);
  if (values.length > 0) return { values, isCut: false, broken };
  if (scanner.unfinished !== '') {
    const value = parseJson(closedJson(scanner.unfinished));
    if (value !== undefined) return { values: [value], isCut: true, broken };
    broken++;
  }
  // Damage within the first value, which is all there is where it holds the records: what stands before it tells.
  for (let length = text.length; length >= SHORTEST_START; length = Math.floor(length / 2)) {
    const value = parseJson(closedJson(text.slice(0, length)));
    if (value !== undefined) return { values: [value], isCut: true, broken };
  }
  return { values, isCut: !isWhole, broken };
}

interface Holder extends RecordPlace {
  readonly weight: number;
  /** Whether there are objects or lists among its items. */
  readonly hasObjects: boolean;
}

const hasObjects = (items: readonly unknown[]): boolean =>
  items.some((item) => typeof item === 'object' && item !== null);

function holderIn(object: DataRecord): Holder | null {
  if (isConversation(object) || Object.values(object).some((value) => isConversation(value) && !isLog(value)))
    return null;
  const itself = namesRecords(object) ? [holderOf(Object.values(object), [])] : [];
  const found = [...itself, ...holdersIn(object, [])];
  const heaviest = found.toSorted((a, b) => b.weight - a.weight)[0];
  if (!heaviest) return null;
  const own = Object.entries(object).filter(([, value]) => typeof value === 'string');
  // A text of its own beside lists of smaller things: a record.
  const isText = own.some(
    ([name, value]) => textRank(name) !== undefined && (value as string).length >= heaviest.weight,
  );
  return isText ? null : heaviest;
}

function holdersIn(object: DataRecord, path: readonly string[]): Holder[] {
  return Object.entries(object).flatMap(([key, value]): Holder[] => {
    const at = [...path, key];
    if (Array.isArray(value)) {
      const holder = holderOf(value, at);
      const columns = value.some(Array.isArray) ? columnsOf(object) : undefined;
      return holder.weight > 0 ? [{ ...holder, ...(columns && { columns }) }] : [];
    }
    if (!isRecord(value)) return [];
    const named = namesRecords(value) ? [holderOf(Object.values(value), at)] : [];
    return [...named, ...(at.length < DEEPEST ? holdersIn(value, at) : [])];
  });
}

function holderOf(items: readonly unknown[], path: readonly string[]): Holder {
  return { path, weight: weightOf(items, path), hasObjects: hasObjects(items) };
}

/** How much text the items have. Numbers are none, and a list of strings is one text where it is not called otherwise. */
function weightOf(items: readonly unknown[], path: readonly string[]): number {
  const isNamed = HOLDERS.has(path.at(-1) ?? '');
  if (!isNamed && items.every((item) => typeof item === 'string')) return 0;
  const length = items.slice(0, ITEMS).reduce<number>((sum, item) => sum + lengthOf(item, 0), 0);
  return length * (isNamed ? HOLDER_WEIGHT : 1);
}

function lengthOf(item: unknown, depth: number): number {
  if (typeof item === 'string') return item.length;
  if (typeof item !== 'object' || item === null || depth > DEEPEST + 1) return 0;
  const values: unknown[] = Object.values(item);
  return values.slice(0, ITEMS).reduce<number>((sum, value) => sum + lengthOf(value, depth + 1), 0);
}

function columnsOf(object: DataRecord): readonly string[] | undefined {
  const columns = object['columns'];
  return Array.isArray(columns) && columns.every((name) => typeof name === 'string') ? columns : undefined;
}

/** So many texts under names that no field has are texts by their ids. */
const TEXTS_BY_NAME = 5;

/** Values that are objects alike, texts by their ids, or texts by their row numbers, as pandas writes a column. */
function namesRecords(object: DataRecord): boolean {
  const values = Object.values(object);
  if (values.length < 2) return false;
  if (Object.keys(object).every(isRowNumber) && !values.some(isRecord)) {
    return values.some((value) => textOfValue(value) !== '');
  }
  const areTexts = values.length >= TEXTS_BY_NAME && values.every((value) => typeof value === 'string');
  return areTexts ? !Object.keys(object).some(isFieldName) : areAlike(values);
}

function isRowNumber(key: string): boolean {
  return /^\d+$/u.test(key);
}

/** Objects that share most of their fields. */
function areAlike(values: readonly unknown[]): boolean {
  const records = values.filter(isRecord);
  if (records.length < values.length) return false;
  const names = Object.keys(records[0]!);
  return (
    names.some((name) => !isRowNumber(name)) &&
    records.slice(1, ITEMS).every((record) => names.filter((name) => name in record).length * 2 >= names.length)
  );
}

function hasText(object: DataRecord): boolean {
  return Object.entries(object).some(([name, value]) => textRank(name) !== undefined && textOfValue(value) !== '');
}
