// The pipelines that classes of transformers 5 build from vocabulary and merges alone, whatever tokenizer.json says
// (models/*/tokenization_*.py of 5.23), as tokenizer.json would spell them.
import type { JsonObject } from '../json';

export interface ClassPipeline {
  readonly normalizer: JsonObject | null;
  readonly pre_tokenizer: JsonObject | null;
  /** Of `model`; what is not named is off. */
  readonly model: { readonly byte_fallback?: boolean; readonly fuse_unk?: boolean; readonly unk_token?: unknown };
  /** Named tokens that hold where tokenizer_config.json names none. */
  readonly named: Readonly<Record<string, string>>;
  /** Where a batch is padded; right where it is not said. */
  readonly paddingSide?: 'left';
}

const qwen =
  (pattern: string) =>
  (config: JsonObject): ClassPipeline => ({
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
        byteLevel(config, false),
      ],
    },
    model: {},
    named: { unk_token: END, eos_token: END, pad_token: END },
  });
const gpt2 = (config: JsonObject): ClassPipeline => ({
  normalizer: null,
  pre_tokenizer: byteLevel(config, true),
  model: {},
  named: { unk_token: END, bos_token: END, eos_token: END },
});
/** Its letters take their marks along. */
const QWEN3_5 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const QWEN2 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const END = '<|endoftext|>';

const byteLevel = (config: JsonObject, useRegex: boolean): JsonObject => ({
  type: 'ByteLevel',
  add_prefix_space: config.add_prefix_space === true,
  use_regex: useRegex,
});

const metaspace = (prepend_scheme: string): JsonObject => ({
  type: 'Metaspace',
  replacement: '▁',
  prepend_scheme,
  split: false,
});

/** By class; what a class takes from tokenizer_config.json is a parameter. */
export const classPipelines: Readonly<Record<string, (config: JsonObject) => ClassPipeline>> = {
  LlamaTokenizer: (config) => ({
    paddingSide: 'left',
    normalizer: null,
    pre_tokenizer: metaspace(config.add_prefix_space === false ? 'never' : config.legacy === true ? 'always' : 'first'),
    model: { byte_fallback: true, fuse_unk: true },
    named: { unk_token: '<unk>', bos_token: '<s>', eos_token: '</s>' },
  }),
  GPT2Tokenizer: gpt2,
  CodeGenTokenizer: gpt2,
  GPTNeoXTokenizer: (config) => ({
    normalizer: { type: 'NFC' },
    pre_tokenizer: byteLevel(config, true),
    model: {},
    named: { unk_token: END, bos_token: END, eos_token: END, pad_token: '<|padding|>' },
  }),
  Qwen2Tokenizer: qwen(QWEN2),
  Qwen3_5Tokenizer: qwen(QWEN3_5),
  CohereTokenizer: (config) => ({
    paddingSide: 'left',
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(config, true)],
    },
    model: {},
    named: {
      unk_token: '<UNK>',
      bos_token: '<BOS_TOKEN>',
      eos_token: '<|END_OF_TURN_TOKEN|>',
      pad_token: '<PAD>',
      cls_token: '<CLS>',
      sep_token: '<SEP>',
      mask_token: '<MASK_TOKEN>',
    },
  }),
  CodeLlamaTokenizer: (config) => ({
    paddingSide: 'left',
    normalizer: null,
    pre_tokenizer: metaspace(config.add_prefix_space === false ? 'never' : 'first'),
    model: { byte_fallback: true, fuse_unk: true, unk_token: config.unk_token ?? '<unk>' },
    named: {
      unk_token: '<unk>',
      bos_token: '<s>',
      eos_token: '</s>',
      prefix_token: '▁<PRE>',
      middle_token: '▁<MID>',
      suffix_token: '▁<SUF>',
      eot_token: '▁<EOT>',
      fill_token: '<FILL_ME>',
    },
  }),
  GemmaTokenizer: (config) => ({
    paddingSide: 'left',
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
    model: { byte_fallback: true, fuse_unk: true, unk_token: config.unk_token ?? '<unk>' },
    named: { unk_token: '<unk>', bos_token: '<bos>', eos_token: '<eos>', pad_token: '<pad>', mask_token: '<mask>' },
  }),
};
