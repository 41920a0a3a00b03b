// Text to ids and back; training and extending a vocabulary.
export { loadTokenizer } from './loadTokenizer';
export type { AddedToken } from './addedTokens/addedToken';
export type { Encoding } from './encoding';
export type { TokenizerFamily } from './family';
export { Tokenizer, type PreToken, type SpecialIds } from './Tokenizer';
