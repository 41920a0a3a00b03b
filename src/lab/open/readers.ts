/**
 * What other programs make of a download otherwise than the lab: one row a reason, each measured in docs/clients.md, whose rows
 * name the same reasons. The page says those that apply to a model where its form is chosen.
 */
import type { WrittenType } from '../../checkpoint/index';
import type { ModelConfig } from '../../model/index';
import type { Tokenizer } from '../../tokenizer/index';
import type { ExportForm } from '../export/exportChoice';

/** An opened model, as far as readers differ on it. */
export interface ReadModel {
  readonly config: Pick<ModelConfig, 'modelType' | 'tied'>;
  readonly tensors: { has(name: string): boolean };
  readonly tokenizer: Pick<Tokenizer, 'addedTokens' | 'family'>;
  readonly tokenizerJson: Readonly<Record<string, unknown>>;
  readonly tokenizerModel: Uint8Array | undefined;
}

interface Reader {
  readonly client: 'transformers 4' | 'mergekit' | 'sentencepiece' | 'transformers.js' | 'llama.cpp';
  /** Beside a tokenizer alone, which has the reasons of its programs. */
  readonly forms: readonly ExportForm[];
  /** Absent: any. */
  readonly ggufDtypes?: readonly WrittenType[];
}

interface ReadOtherwise extends Reader {
  applies(model: ReadModel): boolean;
}

export const readOtherwise = {
  nfc: {
    client: 'llama.cpp',
    forms: ['gguf'],
    applies: ({ tokenizerJson }) => stageTypes(tokenizerJson.normalizer).includes('NFC'),
  },
  'spelled-end': {
    client: 'llama.cpp',
    forms: ['gguf'],
    applies: ({ tokenizer, tokenizerJson }) =>
      tokenizer.family === 'byte-level-bpe' &&
      hasPiece(tokenizerJson, '</s>') &&
      !tokenizer.addedTokens.some(({ content }) => content === '</s>'),
  },
  'written-metaspace': {
    client: 'llama.cpp',
    forms: ['gguf'],
    applies: ({ tokenizer }) => tokenizer.addedTokens.some(({ content }) => /^▁▁+$/u.test(content)),
  },
  'rounded-activations': {
    client: 'llama.cpp',
    forms: ['gguf'],
    ggufDtypes: ['BF16', 'Q8_0'],
    applies: () => true,
  },
  'written-specials': {
    client: 'sentencepiece',
    forms: ['model', 'delta', 'adapter', 'scale'],
    applies: ({ tokenizer, tokenizerModel }) =>
      tokenizerModel !== undefined || tokenizer.family === 'sentencepiece-bpe',
  },
  'js-digits': {
    client: 'transformers.js',
    forms: ['onnx'],
    applies: ({ tokenizerJson }) => stageTypes(tokenizerJson.pre_tokenizer).includes('Digits'),
  },
  'neox-head': {
    client: 'transformers 4',
    forms: ['model', 'scale'],
    applies: ({ config, tensors }) => isUntiedNeox(config) && !tensors.has('embed_out.weight'),
  },
  'neox-mergekit': {
    client: 'mergekit',
    forms: ['model'],
    applies: ({ config, tensors }) =>
      config.modelType === 'gpt_neox' && !tensors.has('gpt_neox.layers.0.attention.bias'),
  },
} as const satisfies Readonly<Record<string, ReadOtherwise>>;

/** One that applies to a model. */
export interface ReaderNote extends Reader {
  readonly reason: keyof typeof readOtherwise;
}

export function readerNotes(model: ReadModel): ReaderNote[] {
  return (Object.keys(readOtherwise) as ReaderNote['reason'][]).flatMap((reason) => {
    const { applies, ...reader }: ReadOtherwise = readOtherwise[reason];
    return applies(model) ? [{ reason, ...reader }] : [];
  });
}

const isUntiedNeox = ({ modelType, tied }: ReadModel['config']): boolean => modelType === 'gpt_neox' && !tied;

function hasPiece({ model }: ReadModel['tokenizerJson'], piece: string): boolean {
  const { vocab } = model as { readonly vocab: object };
  return Object.hasOwn(vocab, piece);
}

/** Of a stage of tokenizer.json, or of those that it is a sequence of. */
function stageTypes(stage: unknown): string[] {
  if (typeof stage !== 'object' || stage === null) return [];
  const { type, normalizers, pretokenizers } = stage as Readonly<Record<string, unknown>>;
  const parts = [normalizers, pretokenizers].flat().filter((part) => part !== undefined);
  return [String(type), ...parts.flatMap(stageTypes)];
}
