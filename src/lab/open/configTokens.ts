/** Token ids that config.json and generation_config.json name: read, so that they are kept, and written anew where ids change. */
import { isJsonObject, type JsonObject } from '../../checkpoint/index';

/** `eos_token_id`, `boi_token_index`; lists of them too. */
const oneToken = /_token_(?:id|ids|index)$/;
/** Of generation_config.json. */
const lists = ['suppress_tokens', 'begin_suppress_tokens', 'bad_words_ids', 'forced_decoder_ids'];

const namesTokens = (key: string): boolean => oneToken.test(key) || lists.includes(key);

/** Ids that the text or its parts name, each as often as they do. */
export function tokenIdsIn(json: JsonObject): number[] {
  return Object.entries(json).flatMap(([key, value]) => {
    if (namesTokens(key)) return numbersIn(value);
    return isJsonObject(value) ? tokenIdsIn(value) : [];
  });
}

/** With other ids; of a list without those that have none. */
export function withTokenIds(json: JsonObject, newIdOf: (id: number) => number | undefined): JsonObject {
  const renewed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(renewed).filter((each) => each !== undefined);
    return typeof value === 'number' ? newIdOf(value) : value;
  };
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      if (namesTokens(key)) return [key, renewed(value) as JsonObject[string]];
      return [key, isJsonObject(value) ? withTokenIds(value, newIdOf) : value];
    }),
  );
}

function numbersIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(numbersIn);
  return typeof value === 'number' ? [value] : [];
}
