// `{"String": "..."}` or `{"Regex": "..."}`, as normalizers, pre-tokenizers and decoders write their patterns.
import { asObject, asString, invalid } from '../json';
import { literalPattern, onigPattern } from './onigPattern';

export interface Pattern {
  readonly expression: RegExp;
  /** The string itself where the pattern is one: fixed text needs no regular expression. */
  readonly text: string | null;
}

export function createPattern(json: unknown, field: string): Pattern {
  const pattern = asObject(json, field);
  if (pattern.String !== undefined) {
    const text = asString(pattern.String, `${field}.String`);
    if (text === '') throw invalid(`${field}.String`, 'is empty');
    return { expression: literalPattern(text), text };
  }
  if (pattern.Regex !== undefined) {
    return { expression: onigPattern(asString(pattern.Regex, `${field}.Regex`), `${field}.Regex`), text: null };
  }
  throw invalid(field, 'has neither `String` nor `Regex`');
}
