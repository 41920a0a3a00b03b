// Tokens that stand outside tokenizer.json: in tokenizer_config.json, special_tokens_map.json and added_tokens.json. They
// are tokens like all others, with rows of their own. What counts when files disagree is what transformers 5 does (read
// in its source and compared with it in test/interop): where tokenizer_config.json has `added_tokens_decoder`, the two
// other files are not read; without it special_tokens_map.json overrules tokenizer_config.json. Where 5 refuses what 4
// reads (objects in a list of special tokens), it is read as 4 does.
import { asArray, asObject, invalid, isIndex, type JsonObject } from '../json';
import type { AddedToken } from './addedToken';
import { declaredToken, specialValue, type DeclaredToken } from './tokenFlags';

/** The parsed files; a file that the folder lacks is undefined. */
export interface DeclaredFiles {
  readonly tokenizerConfig?: unknown;
  readonly specialTokensMap?: unknown;
  readonly addedTokens?: unknown;
}

export interface NumberedToken extends DeclaredToken {
  /** The id its file gives it. Rust heeds none: it numbers on in the order of these ids. */
  readonly declaredId?: number;
}

export interface DeclaredTokens {
  /** In the order in which transformers hands them to the Rust library. */
  readonly toAdd: readonly NumberedToken[];
  /** Content by name: `pad_token`, but also `image_token`. */
  readonly named: ReadonlyMap<string, string>;
}

/** In the order in which they are added. */
export const NAMED_TOKENS = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const;

/** Whether special_tokens_map.json and added_tokens.json are read beside this tokenizer_config.json. */
export function readsLegacyFiles(tokenizerConfig: unknown): boolean {
  return !('added_tokens_decoder' in configOf(tokenizerConfig));
}

/**
 * @param inFile the added tokens of tokenizer.json.
 * @throws LabError tokenizer/invalid, naming file and field.
 */
export function declaredTokens(files: DeclaredFiles, inFile: readonly AddedToken[]): DeclaredTokens {
  const config = configOf(files.tokenizerConfig);
  const legacy = readsLegacyFiles(config);
  const declared = new Declarations(config);
  if (legacy) declared.overrule(files.specialTokensMap);
  const numbered = legacy ? numberedByFiles(files.addedTokens, inFile, declared) : numberedByConfig(config);
  return declared.inOrder(
    [...numbered].sort(([a], [b]) => a - b).map(([declaredId, token]) => ({ ...token, declaredId })),
    inFile,
  );
}

function configOf(tokenizerConfig: unknown): JsonObject {
  return asObject(tokenizerConfig ?? {}, 'tokenizer_config.json');
}

/** `added_tokens_decoder`: tokens by id, the ids written as text. */
function numberedByConfig(config: JsonObject): Map<number, DeclaredToken> {
  const field = 'tokenizer_config.json: added_tokens_decoder';
  const numbered = new Map<number, DeclaredToken>();
  for (const [id, token] of Object.entries(asObject(config.added_tokens_decoder, field))) {
    if (!/^\d{1,9}$/u.test(id)) throw invalid(`${field}[${JSON.stringify(id)}]`, 'is not under a token id');
    numbered.set(Number(id), declaredToken(token, `${field}[${id}]`));
  }
  return numbered;
}

/** added_tokens.json, whose ids yield to those of tokenizer.json. */
function numberedByFiles(
  addedTokens: unknown,
  inFile: readonly AddedToken[],
  declared: Declarations,
): Map<number, DeclaredToken> {
  const numbered = new Map<number, DeclaredToken>();
  for (const [content, id] of Object.entries(asObject(addedTokens ?? {}, 'added_tokens.json'))) {
    if (!isIndex(id)) {
      throw invalid(`added_tokens.json: ${JSON.stringify(content)}`, `is ${JSON.stringify(id)}, not a token id`);
    }
    const special = declared.isSpecial(content);
    const flags = { singleWord: false, lstrip: false, rstrip: false, normalized: !special };
    numbered.set(id, { content, special, ...flags });
  }
  for (const { id, ...token } of inFile) numbered.set(id, token);
  return numbered;
}

/** Tokens under names and in lists, as the files declare them. */
class Declarations {
  private readonly standard = new Map<string, DeclaredToken>();
  /** Names of a model's own (`image_token`); those that a list of names gives come after those found by their ending. */
  private readonly found = new Map<string, DeclaredToken>();
  private readonly listed = new Map<string, DeclaredToken>();
  private special: readonly DeclaredToken[] = [];
  private readonly hasSpecial: boolean;

  constructor(config: JsonObject) {
    const at = (name: string): string => `tokenizer_config.json: ${name}`;
    for (const [name, value] of Object.entries(config)) {
      if (isStandard(name)) this.setStandard(name, value, at(name));
      else if (!name.endsWith('_token')) continue;
      else if (typeof value === 'string') this.listed.set(name, specialValue(value, at(name)));
      else if (isAddedTokenObject(value)) this.found.set(name, declaredToken(value, at(name)));
    }
    const { extra_special_tokens: extra, additional_special_tokens: additional } = config;
    if (isObject(extra)) this.setListed(extra, at('extra_special_tokens'));
    const ownNames = config.model_specific_special_tokens ?? {};
    if (this.listed.size === 0) this.setListed(ownNames, at('model_specific_special_tokens'));
    const usesExtra = !isObject(extra) && isGiven(extra);
    const name = usesExtra ? 'extra_special_tokens' : 'additional_special_tokens';
    this.special = specialList(usesExtra ? extra : additional, at(name));
    this.hasSpecial = name in config || (extra !== undefined && !isObject(extra));
  }

  /** special_tokens_map.json, read after tokenizer_config.json. */
  overrule(specialTokensMap: unknown): void {
    for (const [name, value] of Object.entries(asObject(specialTokensMap ?? {}, 'special_tokens_map.json'))) {
      const field = `special_tokens_map.json: ${name}`;
      if (isStandard(name)) this.setStandard(name, value, field);
      else if (name === 'extra_special_tokens' && isObject(value)) this.setListed(value, field);
      else if (name === 'extra_special_tokens') this.special = [...this.special, ...specialList(value, field)];
      else if (name === 'additional_special_tokens' && !this.hasSpecial) this.special = specialList(value, field);
      else if (name.endsWith('_token') && (typeof value === 'string' || isObject(value))) {
        this.found.set(name, specialValue(value, field));
      }
    }
  }

  isSpecial(content: string): boolean {
    return [...this.standard.values(), ...this.special].some((token) => token.content === content);
  }

  /** First what has a number, then names, then lists. */
  inOrder(numbered: readonly NumberedToken[], inFile: readonly AddedToken[]): DeclaredTokens {
    const standard = NAMED_TOKENS.flatMap((name) => {
      const token = this.standard.get(name);
      return token === undefined ? [] : [[name, token] as const];
    });
    const named = new Map([...standard, ...this.found, ...this.listed]);
    const contents = new Set(Array.from(named.values(), ({ content }) => content));
    const known = new Set([...inFile, ...numbered].map(({ content }) => content));
    const unnumbered = [...named.values(), ...this.special].filter(({ content }) => !known.has(content));
    return {
      toAdd: [...numbered, ...unnumbered].map((token) =>
        contents.has(token.content) ? { ...token, special: true } : token,
      ),
      named: new Map(Array.from(named, ([name, { content }]) => [name, content])),
    };
  }

  private setStandard(name: string, value: unknown, field: string): void {
    this.standard.delete(name);
    if (value !== null && value !== undefined) this.standard.set(name, specialValue(value, field));
  }

  private setListed(names: unknown, field: string): void {
    for (const [name, value] of Object.entries(asObject(names, field))) {
      this.listed.set(name, specialValue(value, `${field}.${name}`));
    }
  }
}

function specialList(value: unknown, field: string): DeclaredToken[] {
  return asArray(value ?? [], field).map((token, index) => specialValue(token, `${field}[${index}]`));
}

function isStandard(name: string): boolean {
  return (NAMED_TOKENS as readonly string[]).includes(name);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAddedTokenObject(value: unknown): boolean {
  return isObject(value) && value.__type === 'AddedToken';
}

/** What Python takes for true: an empty list gives way to the other name. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}
