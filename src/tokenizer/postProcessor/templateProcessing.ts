// TemplateProcessing for one text: `[{SpecialToken}, {Sequence: A}, {SpecialToken}]`. Templates for pairs are not used.
import { asArray, asIndex, asObject, asString, invalid, unsupported, type JsonObject } from '../json';
import type { PostProcessor } from './postProcessor';

export function templateProcessing(json: JsonObject, field: string): PostProcessor {
  const specialTokens = asObject(json.special_tokens ?? {}, `${field}.special_tokens`);
  const before: number[] = [];
  const after: number[] = [];
  let texts = 0;
  asArray(json.single, `${field}.single`).forEach((part, index) => {
    const at = `${field}.single[${index}]`;
    const entry = asObject(part, at);
    if (entry.Sequence !== undefined) {
      if (asObject(entry.Sequence, at).id !== 'A') throw unsupported(at, 'is not sequence A');
      texts++;
      return;
    }
    const name = asString(asObject(entry.SpecialToken, at).id, `${at}.id`);
    const token = asObject(specialTokens[name], `${field}.special_tokens[${JSON.stringify(name)}]`);
    const ids = asArray(token.ids, `${field}.special_tokens[${JSON.stringify(name)}].ids`);
    (texts === 0 ? before : after).push(...ids.map((id) => asIndex(id, `${at}.ids`)));
  });
  if (texts !== 1) throw invalid(`${field}.single`, `holds the text ${texts} times`);
  return { before, after };
}
