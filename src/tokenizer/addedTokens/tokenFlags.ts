// One token as transformers' side files write it: its content alone, or an object with flags. The objects carry
// `"__type": "AddedToken"` in some places and not in others; what counts is that there is a content.
import { asBoolean, asObject, asString, invalid } from '../json';
import type { AddedToken } from './addedToken';

export type DeclaredToken = Omit<AddedToken, 'id'>;

/** As the AddedToken of Rust is made: what is not special matches in normalised text unless the file says otherwise. */
export function declaredToken(value: unknown, field: string, always: { readonly special?: true } = {}): DeclaredToken {
  const token = asObject(value, field);
  const special = always.special ?? asBoolean(token.special, `${field}.special`, false);
  return {
    content: asString(token.content, `${field}.content`),
    special,
    singleWord: asBoolean(token.single_word, `${field}.single_word`, false),
    lstrip: asBoolean(token.lstrip, `${field}.lstrip`, false),
    rstrip: asBoolean(token.rstrip, `${field}.rstrip`, false),
    normalized: asBoolean(token.normalized, `${field}.normalized`, !special),
  };
}

export function specialToken(content: string): DeclaredToken {
  return { content, special: true, singleWord: false, lstrip: false, rstrip: false, normalized: false };
}

/** A token under a name (`pad_token`) or in a list of special tokens: its content or an object. */
export function specialValue(value: unknown, field: string): DeclaredToken {
  if (typeof value === 'string') return specialToken(value);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return declaredToken(value, field, { special: true });
  }
  throw invalid(field, `is ${JSON.stringify(value)?.slice(0, 60)}, neither a token nor an object with its content`);
}
