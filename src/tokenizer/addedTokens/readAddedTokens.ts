// Reads `added_tokens` and checks their ids as the Rust library assigns them: an id in the file counts only where the
// content stands in the model's vocabulary; otherwise the library numbers on from the vocabulary's size, in file order.
// A file whose ids disagree with that would load with other ids elsewhere, so it is refused.
import { asArray, asBoolean, asIndex, asObject, asString, invalid, isIndex, type JsonObject } from '../json';
import type { AddedToken } from './addedToken';

export function readAddedTokens(
  json: unknown,
  vocabulary: ReadonlyMap<string, number>,
  field = 'added_tokens',
): readonly AddedToken[] {
  if (json === undefined || json === null) return [];
  const ids = new Set<number>();
  const contents = new Set<string>();
  const vocabularyIds = new Set(vocabulary.values());
  let largest = -1;
  return asArray(json, field).map((entry, index): AddedToken => {
    const at = `${field}[${index}]`;
    const token = asObject(entry, at);
    const { content, id } = checked(token, at);
    if (contents.has(content)) throw invalid(`${at}.content`, `stands twice: ${JSON.stringify(content)}`);
    if (ids.has(id)) throw invalid(`${at}.id`, `is ${id}, which another added token has`);
    const numbered = largest >= vocabulary.size ? largest + 1 : vocabulary.size;
    const assigned = vocabulary.get(content) ?? numbered;
    if (assigned !== id || (!vocabulary.has(content) && vocabularyIds.has(id))) {
      throw invalid(
        `${at}.id`,
        `is ${id} for ${JSON.stringify(content)}, but the tokenizers library loads it as ${assigned}`,
      );
    }
    ids.add(id);
    contents.add(content);
    largest = Math.max(largest, id);
    return {
      id,
      content,
      special: token.special === true,
      singleWord: token.single_word === true,
      lstrip: token.lstrip === true,
      rstrip: token.rstrip === true,
      normalized: token.normalized === true,
    };
  });
}

const FLAGS = ['special', 'single_word', 'lstrip', 'rstrip', 'normalized'];

/** Fields are spelled where they are refused: Gemma 3 has 6,415 tokens. */
function checked(token: JsonObject, at: string): { readonly content: string; readonly id: number } {
  const { content, id } = token;
  const flag = FLAGS.find((name) => typeof (token[name] ?? false) !== 'boolean');
  if (flag !== undefined) asBoolean(token[flag], `${at}.${flag}`, false);
  if (content === '') throw invalid(`${at}.content`, 'is empty');
  return {
    content: typeof content === 'string' ? content : asString(content, `${at}.content`),
    id: isIndex(id) ? id : asIndex(id, `${at}.id`),
  };
}
