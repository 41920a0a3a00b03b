// tokenizer.json (and tokenizer_config.json for the roles of special tokens) to a Tokenizer. `truncation` and `padding`
// are settings of a caller that some files carry by accident; transformers resets them too, so they are not read.
import { readAddedTokens } from './addedTokens/readAddedTokens';
import { createDecoder } from './decoder/createDecoder';
import { asObject, type JsonObject } from './json';
import type { TokenizerFamily } from './family';
import { createModel } from './model/createModel';
import type { Model } from './model/model';
import { Unigram } from './model/Unigram';
import { WordPiece } from './model/WordPiece';
import { createNormalizer } from './normalizer/createNormalizer';
import { createPostProcessor } from './postProcessor/createPostProcessor';
import { createPreTokenizer, isByteLevel } from './preTokenizer/createPreTokenizer';
import { type SpecialIds, Tokenizer } from './Tokenizer';

/**
 * @param tokenizerJson the parsed tokenizer.json.
 * @param tokenizerConfig the parsed tokenizer_config.json.
 * @throws LabError tokenizer/unsupported, tokenizer/invalid; both name the field.
 */
export function loadTokenizer(tokenizerJson: unknown, tokenizerConfig?: unknown): Tokenizer {
  const json = asObject(tokenizerJson, 'tokenizer.json');
  const byteLevel = isByteLevel(json.pre_tokenizer);
  const preTokenizer = createPreTokenizer(json.pre_tokenizer);
  const model = createModel(json.model, byteLevel);
  const addedTokens = readAddedTokens(json.added_tokens, model.vocabulary);
  const idOf = (content: unknown): number | null => {
    if (typeof content !== 'string') return null;
    return addedTokens.find((token) => token.content === content)?.id ?? model.vocabulary.get(content) ?? null;
  };
  return new Tokenizer({
    family: familyOf(model, byteLevel),
    addedTokens,
    normalizer: createNormalizer(json.normalizer),
    preTokenizer,
    model,
    postProcessor: createPostProcessor(
      json.post_processor,
      (id) => addedTokens.some((token) => token.id === id) || hasId(model, id),
    ),
    decoder: createDecoder(json.decoder),
    special: specialIds(tokenizerConfig, idOf),
  });
}

function hasId({ vocabulary }: Model, wanted: number): boolean {
  for (const id of vocabulary.values()) if (id === wanted) return true;
  return false;
}

function familyOf(model: Model, byteLevel: boolean): TokenizerFamily {
  if (model instanceof Unigram) return 'unigram';
  if (model instanceof WordPiece) return 'wordpiece';
  return byteLevel ? 'byte-level-bpe' : 'sentencepiece-bpe';
}

function specialIds(tokenizerConfig: unknown, idOf: (content: unknown) => number | null): SpecialIds {
  const config: JsonObject =
    tokenizerConfig === undefined || tokenizerConfig === null ? {} : asObject(tokenizerConfig, 'tokenizer_config.json');
  const role = (name: string): number | null => {
    const token = config[name];
    // Either the content itself or an AddedToken with it.
    return idOf(typeof token === 'object' && token !== null ? (token as JsonObject).content : token);
  };
  return { bos: role('bos_token'), eos: role('eos_token'), unknown: role('unk_token'), padding: role('pad_token') };
}
