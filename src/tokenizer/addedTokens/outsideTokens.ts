// tokenizer.json is not the whole tokenizer: tokens also stand in tokenizer_config.json, special_tokens_map.json and
// added_tokens.json, and rows were trained for them. What these files declare (declaredTokens.ts) is added here as the Rust
// library adds it (`AddedVocabulary::add_tokens` of 0.23): a content that is known keeps its id and takes the new flags, a new
// one gets the next id after all others, whatever number a file names.
import { parseFile } from '../extend/jsonFile';
import type { TokenizerFiles } from '../extend/tokenizerFiles';
import { asObject, invalid, type JsonObject } from '../json';
import type { AddedToken } from './addedToken';
import { declaredTokens, NAMED_TOKENS, readsLegacyFiles, type DeclaredFiles } from './declaredTokens';
import type { DeclaredToken } from './tokenFlags';

export interface WholeTokenizer {
  /** tokenizer.json with every added token in `added_tokens`; the file's own object where nothing is outside of it. */
  readonly json: JsonObject;
  /** tokenizer_config.json with the names of special_tokens_map.json where they hold. */
  readonly config: JsonObject | undefined;
  /** Contents that only other files than tokenizer.json hold. */
  readonly outside: readonly string[];
  /** Tokens that a file gives another id than any reader of it will. */
  readonly renumbered: readonly { readonly content: string; readonly named: number; readonly id: number }[];
  /** Content by name: `pad_token`, but also `image_token`. */
  readonly named: ReadonlyMap<string, string>;
}

/** @throws LabError tokenizer/invalid, naming file and field. */
export function wholeTokenizer(files: TokenizerFiles): WholeTokenizer {
  const json = asObject(parseFile(files, 'tokenizer.json'), 'tokenizer.json');
  const declaring = parsedFiles(files);
  const own = Array.isArray(json.added_tokens) ? (json.added_tokens as readonly unknown[]) : [];
  const inFile = own.flatMap(tokensOf);
  const { toAdd, named } = declaredTokens(declaring, inFile);
  const known = new Set(inFile.map(({ content }) => content));
  const added = addTokens(inFile, toAdd, json);
  const idOf = new Map(added.map(({ content, id }) => [content, id]));
  const renumbered = toAdd.flatMap(({ content, declaredId }) => {
    const id = known.has(content) ? undefined : idOf.get(content);
    return id === undefined || declaredId === undefined || id === declaredId
      ? []
      : [{ content, named: declaredId, id }];
  });
  return {
    json: added === inFile ? json : { ...json, added_tokens: entriesOf(own, added) },
    config: configOf(declaring, named),
    outside: added.filter(({ content }) => !known.has(content)).map(({ content }) => content),
    renumbered,
    named,
  };
}

/** A damaged file that transformers does not open is not read. */
function parsedFiles(files: TokenizerFiles): DeclaredFiles {
  const parsed = (name: keyof TokenizerFiles) => (files[name] === undefined ? undefined : parseFile(files, name));
  const tokenizerConfig = parsed('tokenizer_config.json');
  if (!readsLegacyFiles(tokenizerConfig)) return { tokenizerConfig };
  return {
    tokenizerConfig,
    specialTokensMap: parsed('special_tokens_map.json'),
    addedTokens: parsed('added_tokens.json'),
  };
}

/** Of an entry that is none, readAddedTokens.ts says so. */
function tokensOf(entry: unknown): AddedToken[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const { id, content, special, single_word, lstrip, rstrip, normalized } = entry as JsonObject;
  if (typeof id !== 'number' || typeof content !== 'string') return [];
  return [
    {
      id,
      content,
      special: special === true,
      singleWord: single_word === true,
      lstrip: lstrip === true,
      rstrip: rstrip === true,
      normalized: normalized === true,
    },
  ];
}

/** The very list where nothing is new or different. */
function addTokens(
  inFile: readonly AddedToken[],
  more: readonly DeclaredToken[],
  json: JsonObject,
): readonly AddedToken[] {
  const byContent = new Map(inFile.map((token) => [token.content, token]));
  let largest = inFile.reduce((most, { id }) => Math.max(most, id), -1);
  let vocabulary: Vocabulary | undefined;
  let isChanged = false;
  for (const declared of more) {
    const { content } = declared;
    if (content === '') continue;
    const before = byContent.get(content);
    if (before && FLAGS.every((flag) => before[flag] === declared[flag])) continue;
    let id = before?.id;
    if (id === undefined) {
      vocabulary ??= vocabularyOf(json);
      id = vocabulary.idOf(content) ?? nextId(content, largest, vocabulary);
    }
    largest = Math.max(largest, id);
    const { special, singleWord, lstrip, rstrip, normalized } = declared;
    byContent.set(content, { id, content, special, singleWord, lstrip, rstrip, normalized });
    isChanged = true;
  }
  return isChanged ? [...byContent.values()] : inFile;
}

const FLAGS = ['special', 'singleWord', 'lstrip', 'rstrip', 'normalized'] as const;

interface Vocabulary {
  readonly size: number;
  idOf(piece: string): number | undefined;
  hasId(id: number): boolean;
}

function nextId(content: string, largest: number, vocabulary: Vocabulary): number {
  const id = largest >= vocabulary.size ? largest + 1 : vocabulary.size;
  if (!vocabulary.hasId(id)) return id;
  throw invalid(
    'model.vocab',
    `has holes, and gives another piece the id ${id} that the tokenizers library gives ${JSON.stringify(content)}`,
  );
}

function vocabularyOf(json: JsonObject): Vocabulary {
  const { vocab } = asObject(json.model, 'model');
  if (Array.isArray(vocab)) {
    const ids = new Map(vocab.map((entry, id) => [(entry as unknown[])[0], id]));
    return { size: ids.size, idOf: (piece) => ids.get(piece), hasId: (id) => id < vocab.length };
  }
  const pieces = asObject(vocab, 'model.vocab');
  const ids = new Set(Object.values(pieces));
  return {
    size: ids.size,
    idOf: (piece) => (Object.hasOwn(pieces, piece) ? (pieces[piece] as number) : undefined),
    hasId: (id) => ids.has(id),
  };
}

/** The file's entries where they hold, those with other flags rewritten, the new ones after them. */
function entriesOf(own: readonly unknown[], added: readonly AddedToken[]): unknown[] {
  const byContent = new Map(added.map((token) => [token.content, token]));
  const kept = own.map((entry) => {
    const [before] = tokensOf(entry);
    const token = before && byContent.get(before.content);
    if (!token) return entry;
    byContent.delete(token.content);
    return FLAGS.every((flag) => before[flag] === token[flag]) ? entry : addedTokenEntry(token);
  });
  return [...kept, ...Array.from(byContent.values(), addedTokenEntry)];
}

/** As tokenizer.json writes an added token. */
export function addedTokenEntry({
  id,
  content,
  singleWord,
  lstrip,
  rstrip,
  normalized,
  special,
}: AddedToken): JsonObject {
  return { id, content, single_word: singleWord, lstrip, rstrip, normalized, special };
}

function configOf(
  { tokenizerConfig, specialTokensMap }: DeclaredFiles,
  named: ReadonlyMap<string, string>,
): JsonObject | undefined {
  if (tokenizerConfig === undefined && specialTokensMap === undefined) return undefined;
  const names = NAMED_TOKENS.map((name) => [name, named.get(name) ?? null]);
  return { ...((tokenizerConfig ?? {}) as JsonObject), ...Object.fromEntries(names) };
}
