// What is known of each field from some hundred records: how many have text in it, how much, and what it looks like.
import { type Likeness, likenessOf } from './likeness';
import { EACH, textOfField, valueAt } from './fieldValue';
import { type DataRecord, isConversation, isRecord, unwritten } from './valueText';

/** Fields of records that name their own (an object for a table) are not all looked at. */
const MOST_FIELDS = 1000;
/** Objects within objects, and items of lists, that are looked into. */
const DEEPEST = 4;
const ITEMS = 20;

/** A text counts no longer than this, so that one long record does not outweigh all others. */
const LONGEST_COUNTED = 4000;

/** With so many records, values of which fewer than this share differ are labels. */
const RECORDS_FOR_LABELS = 20;
const LABEL_SHARE = 0.1;

/** Values of one length, of letters and digits without a space, are made by a machine. */
const MACHINE_MADE = /^(?=\S*\d)(?=\S*[A-Za-z])[\w-]{8,}$/u;

export interface FieldEvidence {
  /** A path where the field lies in another. */
  readonly path: string;
  /** The path of what it lies in; empty at the top. */
  readonly parent: string;
  readonly name: string;
  readonly isConversation: boolean;
  /** Records that have something to read in it. */
  readonly filled: number;
  /** What most of them look like. */
  readonly likeness: Likeness;
  /** Whether few values come again and again. */
  readonly isLabel: boolean;
  /** UTF-16 units of text a record, long ones cut. */
  readonly mass: number;
}

export function evidenceOf(records: readonly DataRecord[]): FieldEvidence[] {
  const places = new Map<string, Place>();
  for (const record of records) gather(record, '', 0, places);
  return [...places.values()].map((place) => measured(place, records));
}

interface Place {
  readonly path: string;
  readonly parent: string;
  readonly name: string;
}

function gather(record: DataRecord, parent: string, depth: number, places: Map<string, Place>): void {
  for (const [name, value] of Object.entries(record)) {
    if (places.size >= MOST_FIELDS) return;
    const path = parent === '' ? name : `${parent}.${name}`;
    if (mayHoldText(value)) places.set(path, { path, parent, name });
    else if (depth < DEEPEST) {
      const isKeyed = isRecord(value) && hasIds(value);
      const items = isKeyed ? Object.values(value) : Array.isArray(value) ? (value as readonly unknown[]) : [value];
      for (const item of items.slice(0, ITEMS)) {
        if (isRecord(item)) gather(item, isKeyed ? `${path}.${EACH}` : path, depth + 1, places);
      }
    }
  }
}

/** Whether the keys are ids of objects: they are no names of fields, since every record has others. */
function hasIds(value: DataRecord): boolean {
  const keys = Object.keys(value);
  const ids = keys.filter((key) => ['hash', 'id', 'number'].includes(likenessOf(key)));
  return ids.length * 2 > keys.length && Object.values(value).every(isRecord);
}

/** Null may be a text that this record lacks. */
function mayHoldText(value: unknown): boolean {
  if (value === null || ['string', 'number', 'bigint'].includes(typeof value) || isConversation(value)) return true;
  return Array.isArray(value) && value.some((item) => typeof item === 'string' || Array.isArray(item));
}

function measured(place: Place, records: readonly DataRecord[]): FieldEvidence {
  const counts = new Map<Likeness, number>();
  const distinct = new Set<string>();
  let filled = 0;
  let mass = 0;
  let conversations = 0;
  let madeByMachine = 0;
  const lengths = new Set<number>();
  for (const record of records) {
    const value = unwritten(valueAt(record, place.path));
    const text = textOfField(value);
    const isTalk = isConversation(value);
    const likeness = isTalk ? 'text' : likenessOf(longestOf(value, text));
    if (likeness === 'empty') continue;
    filled++;
    mass += Math.min(text.length, LONGEST_COUNTED);
    if (isTalk) conversations++;
    if (MACHINE_MADE.test(text)) madeByMachine++;
    lengths.add(text.length);
    distinct.add(text.slice(0, 200));
    counts.set(likeness, (counts.get(likeness) ?? 0) + 1);
  }
  const [commonest = 'empty'] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  const isMachineMade = filled >= RECORDS_FOR_LABELS && madeByMachine === filled && lengths.size === 1;
  return {
    ...place,
    isConversation: conversations * 2 > filled,
    filled,
    likeness: isMachineMade ? 'hash' : commonest,
    isLabel: filled >= RECORDS_FOR_LABELS && distinct.size / filled < LABEL_SHARE,
    mass: mass / records.length,
  };
}

/** Of a list its longest string: a list of labels is no text because it is long. */
function longestOf(value: unknown, text: string): string {
  if (!Array.isArray(value)) return text;
  const strings = value.flat(2).filter((item): item is string => typeof item === 'string');
  return strings.length === 0 ? text : strings.reduce((a, b) => (b.length > a.length ? b : a));
}
