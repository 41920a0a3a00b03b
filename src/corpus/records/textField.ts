// Which field of records holds the text. Known names first, then conversations, then fields that make one text together, then
// whatever looks like text and is most of it. Ids, hashes, addresses, dates, paths, numbers and labels never do; where nothing
// else is there, nothing is chosen.
import { evidenceOf, type FieldEvidence } from './fieldEvidence';
import { isAboutText, isNotation, joinedFields, namesText, partRank, STRONG_PARTS, textRank } from './fieldNames';
import { sourceOf, type TextSource } from './fieldValue';
import type { DataRecord } from './valueText';

export interface TextFieldChoice {
  /** Undefined where no field looks like text. */
  readonly source: TextSource | undefined;
  /** Every field that holds something to read, and what makes a text together; by name. */
  readonly found: readonly string[];
  /** Another field that was nearly chosen. */
  readonly rival?: string;
}

/** A known name with text in so many fewer records than another known name has is not meant. */
const RARE = 0.5;
/** A field so much longer than one chosen by its name makes that choice doubtful, and one so nearly as long a choice by length. */
const MUCH_LONGER = 4;
const NEARLY = 0.5;
/** Weight of length for a name that speaks for text. */
const NAMED_WEIGHT = 3;
const PART_WEIGHT = 2;

/** Fields that are told as alternatives. */
const MOST_FOUND = 60;

export function chooseTextField(records: readonly DataRecord[]): TextFieldChoice {
  const fields = evidenceOf(records);
  const picked = pickedFrom(fields);
  const found = new Set(fields.filter(isReadable).map(({ path }) => path));
  const joined = joinedUnder('', fields);
  if (joined) found.add(pathOf(joined));
  if (picked) found.add(pathOf(picked.fields));
  const names = [...found].sort().slice(0, MOST_FOUND);
  if (!picked) return { source: undefined, found: names };
  const rival = rivalOf(picked, fields);
  return { source: sourceOf(pathOf(picked.fields)), found: names, ...(rival && { rival: rival.path }) };
}

/** Whether a known name of the records stands there without any text yet: reading on may tell. */
export function awaitsText(records: readonly DataRecord[]): boolean {
  const fields = evidenceOf(records);
  return fields.some(({ name, parent, filled }) => parent === '' && textRank(name) !== undefined && filled === 0);
}

interface Picked {
  /** One, or those that make one text together. */
  readonly fields: readonly FieldEvidence[];
  readonly isByName: boolean;
}

function pathOf(fields: readonly FieldEvidence[]): string {
  return fields.map(({ path }) => path).join('+');
}

function massOf(fields: readonly FieldEvidence[]): number {
  return fields.reduce((sum, { mass }) => sum + mass, 0);
}

function pickedFrom(fields: readonly FieldEvidence[]): Picked | undefined {
  const byName = knownUnder('', fields);
  if (byName) return { fields: byName, isByName: true };
  const [likeliest] = fields.filter(isText).toSorted((a, b) => weightOf(b) - weightOf(a));
  const parents = [...new Set(fields.map(({ parent }) => parent))].filter((parent) => parent !== '');
  const [deeper] = parents
    .flatMap((parent) => {
      const known = isAboutText(parent.split('.').at(-1)!) ? null : knownUnder(parent, fields);
      return known ? [known] : [];
    })
    .toSorted((a, b) => massOf(b) - massOf(a));
  if (deeper && massOf(deeper) >= NEARLY * (likeliest?.mass ?? 0)) return { fields: deeper, isByName: true };
  if (likeliest) return { fields: [likeliest], isByName: false };
  const [word] = fields
    .filter((field) => isWordList(field) || (textRank(field.name) !== undefined && !isAddress(field)))
    .toSorted((a, b) => b.mass - a.mass);
  return word && { fields: [word], isByName: false };
}

/** What the fields of one object are by their names. */
function knownUnder(parent: string, all: readonly FieldEvidence[]): readonly FieldEvidence[] | null {
  const fields = all.filter((field) => field.parent === parent);
  const text = firstKnown(fields.filter(isText), textRank);
  if (text) return [text];
  const [conversation] = fields
    .filter((field) => field.isConversation && !isAboutText(field.name))
    .toSorted((a, b) => b.mass - a.mass);
  const joined = joinedUnder(parent, all);
  if (joined && !(conversation && isWhole(conversation, joined))) return joined;
  if (conversation) return [conversation];
  const part = firstKnown(
    fields.filter((field) => isText(field) || (isNotation(field.name) && isInNotation(field))),
    (name) => {
      const rank = partRank(name);
      return rank !== undefined && rank < STRONG_PARTS ? rank : undefined;
    },
  );
  if (part) return [part];
  const word = firstKnown(fields.filter(isWordList), textRank);
  return word ? [word] : null;
}

/** Whether a conversation is all of the text: a preferred one repeats its prompt, but where that is turns itself. */
function isWhole(conversation: FieldEvidence, joined: readonly FieldEvidence[]): boolean {
  if (!joined.includes(conversation) || joined.length === 1) return true;
  return conversation.name === 'chosen' && !joined.every(({ isConversation }) => isConversation);
}

/** The first of those that most records have. */
function firstKnown(
  fields: readonly FieldEvidence[],
  rankOf: (name: string) => number | undefined,
): FieldEvidence | undefined {
  const known = fields.filter(({ name }) => rankOf(name) !== undefined);
  const most = Math.max(...known.map(({ filled }) => filled));
  return known.filter(({ filled }) => filled >= RARE * most).toSorted((a, b) => rankOf(a.name)! - rankOf(b.name)!)[0];
}

function joinedUnder(parent: string, all: readonly FieldEvidence[]): readonly FieldEvidence[] | null {
  const fields = new Map(all.filter((field) => field.parent === parent).map((field) => [field.name, field]));
  const holdsText = (name: string): boolean => isReadable(fields.get(name)!) || isPlain(fields.get(name)!);
  const names = joinedFields([...fields.keys()], holdsText);
  const joined = names?.map((name) => fields.get(name)!);
  // Yes and no, numbers and names alone are no text, however they are joined.
  return joined?.some((field) => isText(field) || field.isConversation) ? joined : null;
}

function rivalOf({ fields: chosen, isByName }: Picked, fields: readonly FieldEvidence[]): FieldEvidence | undefined {
  const [rival] = fields
    .filter((field) => isText(field) && !isAboutText(field.name) && !chosen.includes(field))
    .toSorted((a, b) => weightOf(b) - weightOf(a));
  if (!rival) return undefined;
  const isClose = isByName
    ? rival.mass >= MUCH_LONGER * massOf(chosen)
    : weightOf(rival) >= NEARLY * chosen.reduce((sum, field) => sum + weightOf(field), 0);
  return isClose ? rival : undefined;
}

function isText(field: FieldEvidence): boolean {
  return field.likeness === 'text' && !field.isLabel;
}

function isWordList(field: FieldEvidence): boolean {
  return field.likeness === 'word' && !field.isLabel && !isAboutText(field.name);
}

function isAddress({ likeness }: FieldEvidence): boolean {
  return likeness === 'url' || likeness === 'hash' || likeness === 'path' || likeness === 'empty';
}

/** One that may be a molecule or a sequence, which look like much else. */
function isInNotation(field: FieldEvidence): boolean {
  return isPlain(field) || field.likeness === 'hash';
}

/** May be a part of a text. */
function isPlain({ likeness, isLabel }: FieldEvidence): boolean {
  return !isLabel && (likeness === 'word' || likeness === 'text' || likeness === 'id' || likeness === 'number');
}

function isReadable({ likeness }: FieldEvidence): boolean {
  return likeness !== 'number' && likeness !== 'empty';
}

/** Length, and more where the name speaks for text; what is named for something about the text counts last. */
function weightOf({ name, path, mass }: FieldEvidence): number {
  if (path.split('.').some(isAboutText)) return mass / 1e6;
  if (textRank(name) !== undefined || namesText(name)) return mass * NAMED_WEIGHT;
  return partRank(name) === undefined ? mass : mass * PART_WEIGHT;
}
