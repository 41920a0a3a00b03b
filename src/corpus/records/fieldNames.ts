// What fields are called in published data sets: those that hold the text, those that say something about it, and those that
// make one text together. Names are compared without case and signs, so that `rawContent` is `raw_content`.

/** Text by their name, in the order they are looked for. */
const TEXTS = [
  'text',
  'texts',
  'raw_content',
  'raw_text',
  'full_text',
  'plain_text',
  'maintext',
  'content',
  'contents',
  'document',
  'body',
  'page_content',
  'body_text',
  'fulltext',
  'article',
  'passage',
  'paragraph',
  'paragraphs',
  'sentence',
  'sentences',
  'abstract',
  'story',
  'selftext',
  'review',
  'review_body',
  'review_text',
  'transcript',
  'transcription',
  'lyrics',
  'poem',
  'dialogue',
  'dialog',
];

/** Text by their name too, but often one half of a record or a remark on it. */
const PARTS_OF_TEXTS = [
  'completion',
  'code',
  'source_code',
  'whole_func_string',
  'smiles',
  'canonical_smiles',
  'isomeric_smiles',
  'sequence',
  'protein_sequence',
  'seq',
  'response',
  'output',
  'answer',
  'solution',
  'context',
  'question',
  'prompt',
  'instruction',
  'comment',
  'message',
  'tweet',
  'post',
  'description',
  'summary',
  'caption',
  'headline',
  'title',
];

/** Of those, the names that are taken before anything that is told by its length. */
export const STRONG_PARTS = PARTS_OF_TEXTS.indexOf('response');

/** Notations without words: their values may look like ids. */
const NOTATIONS = ['smiles', 'canonical_smiles', 'isomeric_smiles', 'sequence', 'protein_sequence', 'seq'];

/** Last words of names whose values are about the text. */
const ABOUT_TEXTS = new Set(
  (
    'id ids uid uuid guid key index idx hash sha sha1 sha256 md5 digest checksum etag url urls uri link href domain host ' +
    'path file filename filepath folder date time datetime timestamp created updated modified published year ' +
    'lang language locale license licence label labels class category type split source meta metadata version status ' +
    'author authors user username name email doi isbn issn image images thumbnail icon length len count score ' +
    'tag tags model rejected agent'
  ).split(' '),
);

/**
 * Fields that make one text together, in the order they are looked for: each part under the first name that there is, those
 * in brackets where there are some. The texts are joined by blank lines.
 */
const JOINED: readonly (readonly Part[])[] = (
  [
    '[system|system_prompt] [history] instruction [input|context] output|response|completion|answer|chosen|instances',
    '[system|system_prompt] [history] prompt [input] completion|response|chosen|output|answer',
    '[system|system_prompt] [context] question answer|response|solution|chosen',
    '[system|system_prompt] query response|answer|positive',
    'problem solution|answer',
    'user assistant',
    'human assistant|gpt|bot',
    'inputs targets',
    'input output|target|response',
    'chosen',
  ] as const
).map((rule) =>
  rule.split(' ').map((part) => ({
    isOptional: part.startsWith('['),
    names: part.replace(/[[\]]/gu, '').split('|').map(plainName),
  })),
);

interface Part {
  readonly isOptional: boolean;
  readonly names: readonly string[];
}

const ranks = (names: readonly string[]): ReadonlyMap<string, number> =>
  new Map(names.map((name, rank) => [plainName(name), rank]));
const textRanks = ranks(TEXTS);
const partRanks = ranks(PARTS_OF_TEXTS);
const notations = new Set(NOTATIONS.map(plainName));

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Place in the list of names that are texts. */
export function textRank(name: string): number | undefined {
  return textRanks.get(plainName(name));
}

/** Place in the list of names that are parts of texts or remarks. */
export function partRank(name: string): number | undefined {
  return partRanks.get(plainName(name)) ?? partRanks.get(notationIn(name) ?? '');
}

export function isNotation(name: string): boolean {
  return notations.has(plainName(name)) || notationIn(name) !== undefined;
}

/** `molecule_smiles`, `DNA sequence`. */
function notationIn(name: string): string | undefined {
  const last = wordsOf(name).at(-1);
  return last !== undefined && notations.has(last) ? last : undefined;
}

/** Whether a name is that of a text with a word before or behind it: `tweet_text`, `textEn`. */
export function namesText(name: string): boolean {
  return !isAboutText(name) && wordsOf(name).some((word) => word === 'text' || word === 'content' || word === 'body');
}

/** `docId`, `content_hash`, `url`. */
export function isAboutText(name: string): boolean {
  return ABOUT_TEXTS.has(wordsOf(name).at(-1) ?? '');
}

function wordsOf(name: string): string[] {
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/ID$/u, ' id')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Whether a column is called what columns are called. */
export function isFieldName(name: string): boolean {
  return textRank(name) !== undefined || partRank(name) !== undefined || isAboutText(name);
}

/**
 * The fields that make one text together, in order; null where none do.
 * @param holdsText whether a field has text in the records; of optional parts it is enough that they are there.
 */
export function joinedFields(names: readonly string[], holdsText: (name: string) => boolean): string[] | null {
  const byPlainName = new Map(names.map((name) => [plainName(name), name]));
  for (const parts of JOINED) {
    const fields: string[] = [];
    const isWhole = parts.every(({ names: choices, isOptional }) => {
      const there = choices.flatMap((choice) => byPlainName.get(choice) ?? []);
      const field = there.find(holdsText) ?? (isOptional ? there[0] : undefined);
      if (field !== undefined) fields.push(field);
      return field !== undefined || isOptional;
    });
    if (isWhole) return fields;
  }
  return null;
}

export const KNOWN_NAMES: readonly string[] = TEXTS.slice(0, 10);
