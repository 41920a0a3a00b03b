// Which tokens of a folder without tokenizer.json are found before the model sees the text: special and user-defined pieces,
// what tokenizer_config.json and added_tokens.json list, and the tokens of the usual roles.
import { LabError } from '../../error';
import { parseFile } from '../extend/jsonFile';
import type { TokenizerFiles } from '../extend/tokenizerFiles';
import { asBoolean, asObject, type JsonObject } from '../json';

export interface Vocabulary {
  readonly ids: ReadonlyMap<string, number>;
  /** Pieces that the file itself marks as control or unknown tokens. */
  readonly special: ReadonlySet<string>;
  readonly userDefined: ReadonlySet<string>;
  /** Of the class, for roles that the folder does not speak of. */
  readonly defaults: Roles;
}

export type Roles = Readonly<Partial<Record<'bos' | 'eos' | 'unk' | 'pad', string>>>;

export interface AddedTokenJson {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

const ROLES = ['bos', 'eos', 'unk', 'pad'] as const;

export function rolesOf(files: Partial<TokenizerFiles>, config: JsonObject, { defaults }: Vocabulary): Roles {
  const map = optional(files, 'special_tokens_map.json');
  const found: Partial<Record<keyof Roles, string>> = {};
  for (const role of ROLES) {
    const stated = config[`${role}_token`] === undefined ? map[`${role}_token`] : config[`${role}_token`];
    const text = stated === undefined ? defaults[role] : contentOf(stated);
    if (text !== undefined && text !== '') found[role] = text;
  }
  return found;
}

/** In the order of ids. Throws `tokenizer/invalid` where two tokens would have one id. */
export function addedTokensOf(
  files: Partial<TokenizerFiles>,
  config: JsonObject,
  { ids, special, userDefined }: Vocabulary,
  roles: Roles,
): readonly AddedTokenJson[] {
  const found = new Map<string, AddedTokenJson>();
  const put = (content: string, id: number, flags: JsonObject): void => {
    const flag = (name: string, absent = false) =>
      asBoolean(flags[name], `added token ${JSON.stringify(content)}: ${name}`, absent);
    if (content === '' || found.has(content)) return;
    found.set(content, {
      id,
      content,
      single_word: flag('single_word'),
      lstrip: flag('lstrip'),
      rstrip: flag('rstrip'),
      normalized: flag('normalized'),
      special: flag('special'),
    });
  };
  const decoder = asObject(config.added_tokens_decoder ?? {}, 'tokenizer_config.json: added_tokens_decoder');
  for (const [id, token] of Object.entries(decoder)) {
    const content = contentOf(token);
    if (!/^\d{1,9}$/.test(id) || content === undefined) continue;
    put(content, ids.get(content) ?? Number(id), typeof token === 'object' ? (token as JsonObject) : {});
  }
  for (const [content, id] of Object.entries(optional(files, 'added_tokens.json'))) {
    if (!Number.isSafeInteger(id) || (id as number) < 0) continue;
    put(content, ids.get(content) ?? (id as number), { special: Object.values(roles).includes(content) });
  }
  for (const content of special) put(content, ids.get(content)!, { special: true });
  for (const content of userDefined) put(content, ids.get(content)!, { special: false });
  let next = Math.max(-1, ...[...found.values()].map(({ id }) => id));
  for (const id of ids.values()) if (id > next) next = id;
  // transformers adds the tokens of the usual roles where the vocabulary lacks them.
  for (const role of ['unk', 'bos', 'eos', 'pad'] as const) {
    const content = roles[role];
    if (content !== undefined && !found.has(content)) put(content, ids.get(content) ?? ++next, { special: true });
  }
  const tokens = [...found.values()].sort((a, b) => a.id - b.id);
  const owner = new Map([...ids].map(([piece, id]) => [id, piece]));
  for (const { id, content } of tokens) {
    const other = owner.get(id);
    if (other !== undefined && other !== content) {
      throw new LabError(
        'tokenizer/invalid',
        `The folder gives id ${id} to both ${JSON.stringify(other)} and ${JSON.stringify(content)}.`,
        'Its files are of different versions; take all of them from the model’s own repository again.',
        { id },
      );
    }
    owner.set(id, content);
  }
  return tokens;
}

/** A token's text, or an AddedToken with it. */
function contentOf(token: unknown): string | undefined {
  const content = typeof token === 'object' && token !== null ? (token as JsonObject).content : token;
  return typeof content === 'string' ? content : undefined;
}

function optional(files: Partial<TokenizerFiles>, name: 'special_tokens_map.json' | 'added_tokens.json'): JsonObject {
  return files[name] === undefined ? {} : asObject(parseFile(files, name), name);
}
