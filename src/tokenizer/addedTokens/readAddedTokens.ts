// Reads `added_tokens` and checks their ids as the Rust library assigns them: an id in the file counts only where the
// content stands in the model's vocabulary; otherwise the library numbers on from the vocabulary's size, in file order.
// A file whose ids disagree with that would load with other ids elsewhere, so it is refused.
import { asArray, asBoolean, asIndex, asObject, asString, invalid } from '../json';
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
    const content = asString(token.content, `${at}.content`);
    const id = asIndex(token.id, `${at}.id`);
    if (content === '') throw invalid(`${at}.content`, 'is empty');
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
      special: asBoolean(token.special, `${at}.special`, false),
      singleWord: asBoolean(token.single_word, `${at}.single_word`, false),
      lstrip: asBoolean(token.lstrip, `${at}.lstrip`, false),
      rstrip: asBoolean(token.rstrip, `${at}.rstrip`, false),
      normalized: asBoolean(token.normalized, `${at}.normalized`, false),
    };
  });
}
