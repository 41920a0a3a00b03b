// A SentencePiece BPE model as the stages of tokenizer.json, by the rules of transformers' LlamaTokenizer or GemmaTokenizer.
import { LabError } from '../../error';
import type { JsonObject } from '../json';
import type { Vocabulary } from './addedTokensOf';
import { ModelType, PieceType, type SentencePieceFile } from './sentencePieceFile';
import { mergesFromScores } from './sentencePieceMerges';
import type { SentencePieceClass } from './tokenizerClass';

const SPACE = '\u2581';

/** @throws LabError tokenizer/unsupported for models other than BPE; tokenizer/invalid for a piece that stands twice. */
export function sentencePieceStages(
  { pieces, modelType, addDummyPrefix }: SentencePieceFile,
  like: SentencePieceClass,
  config: JsonObject,
): { readonly stages: JsonObject & { readonly model: JsonObject }; readonly vocabulary: Vocabulary } {
  if (modelType !== ModelType.bpe) throw notBpe(modelType);
  const ids = new Map<string, number>();
  pieces.forEach(({ piece }, id) => {
    if (piece === '' || ids.has(piece))
      throw damaged(`has the piece ${JSON.stringify(piece)} at ids ${ids.get(piece) ?? '?'} and ${id}`);
    ids.set(piece, id);
  });
  const ofType = (type: number): readonly string[] =>
    pieces.filter((each) => each.type === type).map(({ piece }) => piece);
  const isMerged = (type: number): boolean =>
    type === PieceType.normal || type === PieceType.userDefined || type === PieceType.unused;
  const scored = pieces.flatMap(({ piece, score, type }, id) => (isMerged(type) ? [{ id, text: piece, score }] : []));
  const unknown = ofType(PieceType.unknown)[0];
  const model = {
    type: 'BPE',
    dropout: null,
    unk_token: unknown ?? null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: true,
    ignore_merges: false,
    merges: mergesFromScores(scored, damaged),
  };
  const control = ofType(PieceType.control);
  const has = (piece: string): string | undefined => (control.includes(piece) ? piece : undefined);
  return {
    stages: { ...(like === 'GemmaTokenizer' ? gemma() : llama(config, addDummyPrefix)), model },
    vocabulary: {
      ids,
      special: new Set([...(unknown === undefined ? [] : [unknown]), ...control]),
      userDefined: new Set(ofType(PieceType.userDefined)),
      defaults: present({
        unk: unknown,
        bos: has('<s>') ?? has('<bos>'),
        eos: has('</s>') ?? has('<eos>'),
        pad: like === 'GemmaTokenizer' ? has('<pad>') : undefined,
      }),
    },
  };
}

const decoders = [
  { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
  { type: 'ByteFallback' },
  { type: 'Fuse' },
];

function gemma(): JsonObject {
  return {
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: SPACE },
    pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
    decoder: { type: 'Sequence', decoders },
  };
}

/** `legacy` is transformers' word for a space before every stretch of text, not before the first alone. */
function llama({ add_prefix_space: stated, legacy }: JsonObject, addDummyPrefix: boolean): JsonObject {
  const isPrefixed = typeof stated === 'boolean' ? stated : addDummyPrefix;
  const scheme = !isPrefixed ? 'never' : legacy === true ? 'always' : 'first';
  const strip = isPrefixed ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [];
  return {
    normalizer: null,
    pre_tokenizer: { type: 'Metaspace', replacement: SPACE, prepend_scheme: scheme, split: false },
    decoder: { type: 'Sequence', decoders: [...decoders, ...strip] },
  };
}

function present(roles: Readonly<Record<'bos' | 'eos' | 'unk' | 'pad', string | undefined>>): Vocabulary['defaults'] {
  return Object.fromEntries(Object.entries(roles).filter(([, text]) => text !== undefined));
}

function notBpe(modelType: number): LabError {
  const name = modelType === ModelType.unigram ? 'a Unigram model' : `of the kind ${modelType}`;
  return new LabError(
    'tokenizer/unsupported',
    `There is no tokenizer.json, and tokenizer.model is ${name}; the lab makes a tokenizer.json of BPE models alone.`,
    'Let transformers write one: AutoTokenizer.from_pretrained(folder).save_pretrained(folder). A Unigram tokenizer.json is read and measured.',
    { modelType },
  );
}

function damaged(problem: string): LabError {
  return new LabError(
    'tokenizer/invalid',
    `tokenizer.model ${problem}.`,
    'The file is damaged; take it from the model’s own repository again.',
  );
}
