// What the files beside tokenizer.json say of its tokens, brought into agreement with the tokenizer that is written: every
// reader finds the same tokens under the same ids, whichever of the files it trusts. Wording that transformers 5 alone
// understands (`TokenizersBackend`, a list under `extra_special_tokens`) is written so that 4 understands it too.
import type { AddedToken } from '../addedTokens/addedToken';
import { declaredToken } from '../addedTokens/tokenFlags';
import { NAMED_TOKENS } from '../addedTokens/declaredTokens';
import { addedTokenEntry } from '../addedTokens/outsideTokens';
import { asObject, type JsonObject } from '../json';
import type { Tokenizer } from '../Tokenizer';

/** Content by name, as it holds. */
type Named = ReadonlyMap<string, string>;

/** tokenizer_config.json for `tokenizer`; entries that agree are kept as they are. */
export function agreeingConfig(config: JsonObject, named: Named, tokenizer: Tokenizer): JsonObject {
  const written: Record<string, unknown> = { ...config };
  if (typeof config.vocab_size === 'number') written.vocab_size = tokenizer.vocabSize;
  if (config.added_tokens_decoder !== undefined) {
    const decoder = asObject(config.added_tokens_decoder, 'tokenizer_config.json: added_tokens_decoder');
    written.added_tokens_decoder = agreeingDecoder(decoder, tokenizer.addedTokens);
  }
  for (const [name, value] of Object.entries(config)) {
    if (isStandard(name)) written[name] = contentOf(value) === '' ? null : asContent(value);
  }
  if (config.tokenizer_class === 'TokenizersBackend') {
    written.tokenizer_class = 'PreTrainedTokenizerFast';
    // Version 4 would hand `token_type_ids` to models that know none.
    written.model_input_names ??= ['input_ids', 'attention_mask'];
  }
  return withSpecialLists(written, named);
}

function agreeingDecoder(decoder: JsonObject, added: readonly AddedToken[]): JsonObject {
  return Object.fromEntries(
    added
      .toSorted((a, b) => a.id - b.id)
      .map((token) => {
        const { id, ...flags } = addedTokenEntry(token);
        const before = decoder[String(token.id)];
        return [String(id), before !== undefined && isSame(before, token) ? before : flags];
      }),
  );
}

function isSame(entry: unknown, { id: _, ...token }: AddedToken): boolean {
  const declared = declaredToken(entry, 'added_tokens_decoder');
  return (Object.keys(token) as (keyof typeof token)[]).every((key) => declared[key] === token[key]);
}

/** Version 5 takes the list of `extra_special_tokens` where both are there; version 4 knows names under it, and no list. */
function withSpecialLists(config: Record<string, unknown>, named: Named): JsonObject {
  const { extra_special_tokens: extra, additional_special_tokens: list } = config;
  // An empty list says that there are none, also to the files that are read after this one.
  const none = extra === undefined || isObject(extra) ? undefined : [];
  const additional = Array.isArray(extra) && extra.length > 0 ? extra : (list ?? none);
  if (additional !== undefined) config.additional_special_tokens = asContents(additional);
  if (isObject(extra)) {
    const names = Object.entries(extra).map(([name, value]) => {
      const content = named.get(name);
      return [name, contentOf(value) === content ? asContent(value) : content];
    });
    config.extra_special_tokens = Object.fromEntries(names);
  }
  if (!isObject(extra)) delete config.extra_special_tokens;
  return config;
}

/** special_tokens_map.json without tokens that the tokenizer does not have, and with the names' tokens as they are. */
export function agreeingMap(map: JsonObject, named: Named, tokenizer: Tokenizer): JsonObject {
  const { extra_special_tokens: extra, ...rest } = map;
  const names = Object.entries({ ...rest, ...(isObject(extra) ? extra : {}) });
  const written: Record<string, unknown> = Object.fromEntries(
    names.flatMap(([name, value]) => {
      const content = named.get(name);
      if (!name.endsWith('_token') || contentOf(value) === content) return [[name, value]];
      return content === undefined ? [] : [[name, content]];
    }),
  );
  const listed = [rest.additional_special_tokens, extra].flatMap(
    (list) => (Array.isArray(list) ? list : []) as unknown[],
  );
  const added = new Set(tokenizer.addedTokens.map(({ content }) => content));
  const known = listed.filter((token) => added.has(contentOf(token) ?? ''));
  if (listed.length > 0) written.additional_special_tokens = asContents(known);
  return written;
}

/** added_tokens.json: the ids by content, of tokens that are added. */
export function agreeingAddedTokens(known: JsonObject, newTokens: readonly string[], tokenizer: Tokenizer): JsonObject {
  const added = new Map(tokenizer.addedTokens.map(({ content, id }) => [content, id]));
  const contents = [...Object.keys(known), ...newTokens].filter((content) => added.has(content));
  return Object.fromEntries(contents.map((content) => [content, added.get(content)]));
}

/** Objects that lack `"__type": "AddedToken"`, which transformers refuses here, as their content. */
function asContent(value: unknown): unknown {
  return isObject(value) && value.__type !== 'AddedToken' ? value.content : value;
}

function asContents(values: unknown): unknown {
  return Array.isArray(values) ? values.map(asContent) : values;
}

function contentOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return isObject(value) && typeof value.content === 'string' ? value.content : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStandard(name: string): boolean {
  return (NAMED_TOKENS as readonly string[]).includes(name);
}
