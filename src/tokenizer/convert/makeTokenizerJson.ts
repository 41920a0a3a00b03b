// A tokenizer.json for folders that have none, made as transformers makes it: of a SentencePiece BPE model, or of vocab.json
// and merges.txt. Rules are those of the class (tokenizerClass.ts) in transformers 5. One thing is not: transformers 5 ranks
// the merges of a tokenizer.model by id; here they go by score, as SentencePiece cuts text and transformers 4 did.
import { LabError } from '../../error';
import { parseFile } from '../extend/jsonFile';
import type { TokenizerFiles } from '../extend/tokenizerFiles';
import { asObject, type JsonObject } from '../json';
import { addedTokensOf, rolesOf, type Vocabulary } from './addedTokensOf';
import { byteLevelStages, defaultTokens, parseMerges } from './byteLevelStages';
import { sentencePieceStages } from './sentencePieceStages';
import { readSentencePiece } from './sentencePieceFile';
import { templateAround } from './templateAround';
import { mergesClass, sentencePieceClass } from './tokenizerClass';

export interface MadeTokenizer {
  /** tokenizer.json, and a tokenizer_config.json where there was none. */
  readonly files: Readonly<Record<string, string>>;
  /** Of what it was made. */
  readonly from: readonly string[];
  /** The class whose rules it has. */
  readonly like: string;
}

/**
 * @param modelType `model_type` of config.json, where there is one.
 * @returns undefined where there is nothing to make it of.
 * @throws LabError tokenizer/unsupported, tokenizer/invalid.
 */
export function makeTokenizerJson(
  files: Partial<TokenizerFiles>,
  tokenizerModel: Uint8Array | undefined,
  modelType: unknown,
): MadeTokenizer | undefined {
  const named = files['tokenizer_config.json'] === undefined ? {} : parseFile(files, 'tokenizer_config.json');
  const config = asObject(named, 'tokenizer_config.json');
  if (tokenizerModel) return fromSentencePiece(files, config, tokenizerModel, modelType);
  if (files['vocab.json'] === undefined || files['merges.txt'] === undefined) return undefined;
  return fromMerges(files, files['merges.txt'], config, modelType);
}

function fromSentencePiece(
  files: Partial<TokenizerFiles>,
  config: JsonObject,
  tokenizerModel: Uint8Array,
  modelType: unknown,
): MadeTokenizer {
  const like = sentencePieceClass(config, modelType);
  const { stages, vocabulary } = sentencePieceStages(readSentencePiece(tokenizerModel), like, config);
  return assembled(files, config, stages, vocabulary, ['tokenizer.model'], like);
}

function fromMerges(
  files: Partial<TokenizerFiles>,
  mergesText: string,
  config: JsonObject,
  modelType: unknown,
): MadeTokenizer {
  const like = mergesClass(config, modelType);
  const entries = Object.entries(asObject(parseFile(files, 'vocab.json'), 'vocab.json'));
  const ids = new Map<string, number>();
  for (const [piece, id] of entries) {
    if (!Number.isSafeInteger(id) || (id as number) < 0 || (id as number) >= 2 ** 31) {
      throw new LabError(
        'tokenizer/invalid',
        `vocab.json gives ${JSON.stringify(piece.slice(0, 60))} the id ${JSON.stringify(id)?.slice(0, 40)}.`,
        'The file is damaged; take it from the model’s own repository again.',
      );
    }
    ids.set(piece, id as number);
  }
  const vocabulary: Vocabulary = { ids, special: new Set(), userDefined: new Set(), defaults: defaultTokens(like) };
  const stages = byteLevelStages(like, config, ids, parseMerges(mergesText, ids));
  return assembled(files, config, stages, vocabulary, ['vocab.json', 'merges.txt'], like);
}

function assembled(
  files: Partial<TokenizerFiles>,
  config: JsonObject,
  { model, ...stages }: JsonObject & { readonly model: JsonObject },
  vocabulary: Vocabulary,
  from: readonly string[],
  like: string,
): MadeTokenizer {
  const roles = rolesOf(files, config, vocabulary);
  const added = addedTokensOf(files, config, vocabulary, roles);
  const idOf = new Map(added.map(({ content, id }) => [content, id]));
  const end = (flag: unknown, text: string | undefined) =>
    flag === true && text !== undefined && idOf.has(text) ? { id: idOf.get(text)!, text } : undefined;
  // Added tokens too: the Rust library heeds their ids only where the vocabulary has them.
  const vocab: Record<string, number> = Object.assign(Object.create(null), Object.fromEntries(vocabulary.ids));
  for (const { content, id } of added) vocab[content] ??= id;
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    ...stages,
    post_processor: templateAround({
      bos: end(config.add_bos_token, roles.bos),
      eos: end(config.add_eos_token, roles.eos),
    }),
    model: { ...model, vocab, merges: model.merges },
  };
  const named = {
    bos_token: roles.bos ?? null,
    eos_token: roles.eos ?? null,
    unk_token: roles.unk ?? null,
    pad_token: roles.pad ?? null,
    clean_up_tokenization_spaces: false,
    tokenizer_class: 'PreTrainedTokenizerFast',
  };
  return {
    files: {
      'tokenizer.json': JSON.stringify(json),
      ...(files['tokenizer_config.json'] === undefined
        ? { 'tokenizer_config.json': `${JSON.stringify(named, null, 2)}\n` }
        : {}),
    },
    from,
    like,
  };
}
