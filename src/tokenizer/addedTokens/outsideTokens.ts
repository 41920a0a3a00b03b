// tokenizer.json is not the whole tokenizer: tokens also stand in tokenizer_config.json, special_tokens_map.json and
// added_tokens.json, and rows were trained for them. They are put together here as transformers does when it loads a folder
// (tokenization_utils_base.py and tokenization_utils_tokenizers.py of 5.23; 4.57 differs in that it knows no `*_token` names
// beside the seven and no list of `extra_special_tokens`):
// 1. `added_tokens_decoder` of tokenizer_config.json; without it, special_tokens_map.json goes before the names of
//    tokenizer_config.json, and added_tokens.json beside tokenizer.json's own list;
// 2. then the named tokens (`bos_token`, ..., any other `*_token`), then `extra_special_tokens`, once each.
// Ids are given as the Rust library gives them (readAddedTokens.ts), whatever number a file names.
import { asObject, asString, invalid, type JsonObject } from '../json';
import { parseFile } from '../extend/jsonFile';
import type { TokenizerFiles } from '../extend/tokenizerFiles';

const CONFIG = 'tokenizer_config.json';
const MAP = 'special_tokens_map.json';
const ADDED = 'added_tokens.json';

/** The names that transformers looks for first, in its order. */
const NAMES = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

export interface WholeTokenizer {
  /** tokenizer.json with every added token in `added_tokens`; the file's own object where nothing is outside of it. */
  readonly json: JsonObject;
  /** tokenizer_config.json with the names of special_tokens_map.json where they hold. */
  readonly config: JsonObject | undefined;
  /** Contents that only other files than tokenizer.json hold. */
  readonly outside: readonly string[];
  /** Tokens that a file gives another id than any reader of it will. */
  readonly renumbered: readonly { readonly content: string; readonly named: number; readonly id: number }[];
}

interface Token {
  readonly content: string;
  readonly special: boolean;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
}

/** @throws LabError tokenizer/invalid, naming file and field. */
export function wholeTokenizer(files: TokenizerFiles): WholeTokenizer {
  const json = asObject(parseFile(files, 'tokenizer.json'), 'tokenizer.json');
  const own = files[CONFIG] === undefined ? undefined : asObject(parseFile(files, CONFIG), CONFIG);
  const isListed = own?.added_tokens_decoder !== undefined && own.added_tokens_decoder !== null;
  const map = isListed || files[MAP] === undefined ? {} : asObject(parseFile(files, MAP), MAP);
  const names: JsonObject = { ...own, ...map };
  const extra = extraTokens(own ?? {}, map);
  const named = namedTokens(names);
  const listed = isListed
    ? decoderTokens(own.added_tokens_decoder)
    : addedTokensFile(files, json, [...named, ...extra]);
  const config = own === undefined && Object.keys(map).length === 0 ? undefined : names;
  return { ...withTokens(json, listed, [...named, ...extra]), config };
}

function decoderTokens(value: unknown): Map<number, Token> {
  const field = `${CONFIG}: added_tokens_decoder`;
  const tokens = new Map<number, Token>();
  for (const [key, entry] of Object.entries(asObject(value, field))) {
    if (!/^\d{1,9}$/u.test(key)) throw invalid(`${field}[${JSON.stringify(key)}]`, 'is not under a token id');
    tokens.set(Number(key), tokenOf(asObject(entry, `${field}[${key}]`), `${field}[${key}]`, false));
  }
  return tokens;
}

/** Content to id; what tokenizer.json has under the same id stays. */
function addedTokensFile(files: TokenizerFiles, json: JsonObject, named: readonly Token[]): Map<number, Token> {
  const tokens = new Map<number, Token>();
  if (files[ADDED] === undefined) return tokens;
  const special = new Set(named.map(({ content }) => content));
  const taken = new Set(
    (Array.isArray(json.added_tokens) ? json.added_tokens : []).map((token: JsonObject) => token.id),
  );
  for (const [content, id] of Object.entries(asObject(parseFile(files, ADDED), ADDED))) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) {
      throw invalid(`${ADDED}: ${JSON.stringify(content)}`, `is ${JSON.stringify(id)}, not a token id`);
    }
    if (!taken.has(id)) tokens.set(id, plain(content, special.has(content)));
  }
  return tokens;
}

function namedTokens(names: JsonObject): Token[] {
  const others = Object.keys(names).filter((name) => name.endsWith('_token') && !NAMES.includes(name));
  const tokens = [...NAMES, ...others].map((name) => namedToken(names[name], `${CONFIG}: ${name}`));
  const inDictionary = names.extra_special_tokens;
  if (isRecord(inDictionary)) {
    const field = `${CONFIG}: extra_special_tokens`;
    tokens.push(...Object.entries(inDictionary).map(([name, value]) => namedToken(value, `${field}.${name}`)));
  }
  return tokens.filter((token) => token !== null);
}

/** Null for what names no token, such as `add_bos_token: true`. */
function namedToken(value: unknown, field: string): Token | null {
  if (typeof value === 'string') return plain(value, true);
  return isRecord(value) && 'content' in value ? tokenOf(value, field, true) : null;
}

function extraTokens(config: JsonObject, map: JsonObject): Token[] {
  const lists: [unknown, string][] = [
    [config.extra_special_tokens, `${CONFIG}: extra_special_tokens`],
    [config.additional_special_tokens, `${CONFIG}: additional_special_tokens`],
    [map.additional_special_tokens, `${MAP}: additional_special_tokens`],
  ];
  const [list, field] = lists.find(([value]) => Array.isArray(value) && value.length > 0) ?? [[], ''];
  const more = Array.isArray(map.extra_special_tokens) ? map.extra_special_tokens : [];
  return [...(list as unknown[]), ...(more as unknown[])].map((value, at) => {
    const token = namedToken(value, `${field}[${at}]`);
    if (token === null) throw invalid(`${field}[${at}]`, 'is neither a text nor a token');
    return token;
  });
}

function tokenOf(entry: JsonObject, field: string, isSpecial: boolean): Token {
  const content = asString(entry.content, `${field}.content`);
  const flag = (name: string, absent: boolean): boolean => {
    const value = entry[name];
    if (value === undefined || value === null) return absent;
    if (typeof value !== 'boolean') throw invalid(`${field}.${name}`, 'is not true or false');
    return value;
  };
  const special = isSpecial || flag('special', false);
  return {
    content,
    special,
    single_word: flag('single_word', false),
    lstrip: flag('lstrip', false),
    rstrip: flag('rstrip', false),
    normalized: flag('normalized', !special),
  };
}

const plain = (content: string, special: boolean): Token => ({
  content,
  special,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: !special,
});

/**
 * @param listed by the id that a file names; their flags hold for tokens that tokenizer.json has.
 * @param named only where no token of the same content is there.
 */
function withTokens(
  json: JsonObject,
  listed: ReadonlyMap<number, Token>,
  named: readonly Token[],
): Omit<WholeTokenizer, 'config'> {
  const own = Array.isArray(json.added_tokens) ? (json.added_tokens as readonly JsonObject[]) : [];
  const entries = new Map(own.map((entry) => [entry.content, entry]));
  const outside: string[] = [];
  const renumbered: { content: string; named: number; id: number }[] = [];
  let isChanged = false;
  let vocabulary: { idOf(piece: string): number | undefined; readonly size: number } | undefined;
  const add = (token: Token): number => {
    vocabulary ??= vocabularyOf(json);
    const largest = Math.max(-1, ...[...entries.values()].map(({ id }) => (typeof id === 'number' ? id : -1)));
    const id = vocabulary.idOf(token.content) ?? (largest >= vocabulary.size ? largest + 1 : vocabulary.size);
    entries.set(token.content, { id, ...token });
    outside.push(token.content);
    isChanged = true;
    return id;
  };
  for (const [wanted, token] of [...listed].sort(([a], [b]) => a - b)) {
    const known = entries.get(token.content);
    if (token.content === '') continue;
    if (known === undefined) {
      const id = add(token);
      if (id !== wanted) renumbered.push({ content: token.content, named: wanted, id });
    } else if (Object.entries(token).some(([name, value]) => (known[name] ?? false) !== value)) {
      entries.set(token.content, { id: known.id, ...token });
      isChanged = true;
    }
  }
  for (const token of named) if (token.content !== '' && !entries.has(token.content)) add(token);
  return {
    json: isChanged ? { ...json, added_tokens: [...entries.values()] } : json,
    outside,
    renumbered,
  };
}

function vocabularyOf(json: JsonObject): { idOf(piece: string): number | undefined; readonly size: number } {
  const { vocab } = asObject(json.model, 'model');
  if (Array.isArray(vocab)) {
    const ids = new Map(vocab.map((entry, id) => [(entry as unknown[])[0], id]));
    return { idOf: (piece) => ids.get(piece), size: ids.size };
  }
  const pieces = asObject(vocab, 'model.vocab');
  return {
    idOf: (piece) => (Object.hasOwn(pieces, piece) ? (pieces[piece] as number) : undefined),
    size: Object.keys(pieces).length,
  };
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
