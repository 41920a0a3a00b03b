/** A tokenizer of eight letters and one special token, and tiny random models over it: small enough to follow by hand. */
import {
  fromF32,
  memoryTree,
  safetensorsFile,
  tensorOf,
  type FileTree,
  type WeightDtype,
} from '../../../src/checkpoint/index';
import { NormalGenerator } from '../../../src/graft/index';
import { parameterSpecs, parseConfig } from '../../../src/model/index';
import type { CorpusText } from '../../../src/lab/open/corpusText';
import { loadTokenizer, type Tokenizer } from '../../../src/tokenizer/index';

export const letters = [...'abcdefgh'];

const tokenizerJson = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [
    { id: 8, content: '<s>', special: true, normalized: false, lstrip: false, rstrip: false, single_word: false },
  ],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab: Object.fromEntries([...letters, '<s>', 'Ġ'].map((piece, id) => [piece, id])),
    merges: [],
  },
};

export function letterTokenizer(): Tokenizer {
  return loadTokenizer(tokenizerJson, { bos_token: '<s>', eos_token: '<s>' });
}

const config = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 10,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 4,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  initializer_range: 0.02,
  bos_token_id: 8,
  eos_token_id: 8,
  torch_dtype: 'bfloat16',
};

/** A Hugging Face folder in memory. Weights are seeded normals of deviation 0.3, norms near 1. */
export async function tinyLlama(
  options: {
    readonly tied?: boolean;
    readonly bf16?: boolean;
    readonly spareRows?: number;
    readonly scale?: (tensor: string) => number;
  } = {},
): Promise<FileTree> {
  const { tied = true, bf16 = true, spareRows = 0, scale } = options;
  const vocab_size = config.vocab_size + spareRows;
  const json = { ...config, vocab_size, tie_word_embeddings: tied, torch_dtype: bf16 ? 'bfloat16' : 'float32' };
  return tinyModel(json, bf16 ? 'BF16' : 'F32', scale);
}

/** The same for any family. `config` must have at least 10 embedding rows. @param scale of a tensor's values. */
export async function tinyModel(
  json: Readonly<Record<string, unknown>>,
  dtype: WeightDtype,
  scale: (tensor: string) => number = () => 1,
): Promise<FileTree> {
  const tensors = parameterSpecs(parseConfig(json)).map(({ name, shape }, index) => {
    const normal = new NormalGenerator(7, index);
    const values = Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => scale(name) * (shape.length === 1 ? 1 + 0.1 * normal.next() : 0.3 * normal.next()),
    );
    return tensorOf(name, dtype, shape, fromF32(values, dtype));
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of safetensorsFile(tensors).stream()) chunks.push(chunk.slice());
  const weights = new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  return memoryTree('tiny', {
    'config.json': JSON.stringify(json, null, 2),
    'tokenizer.json': JSON.stringify(tokenizerJson, null, 2),
    'tokenizer_config.json': JSON.stringify({ bos_token: '<s>', eos_token: '<s>' }, null, 2),
    'generation_config.json': JSON.stringify({ bos_token_id: 8, eos_token_id: 8 }),
    'model.safetensors': weights,
  });
}

/** Words out of few syllables, one document a line: pairs repeat, so there is something to merge and to learn. */
export function syllableDocuments(count: number): string[] {
  const words = ['abab', 'cdcd', 'efgh', 'abcd', 'ghef'];
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: 4 + (i % 5) }, (_, j) => words[(i * 7 + j * (1 + (i % 3))) % words.length]).join(' '),
  );
}

/** So many of them, the first ones held out. */
export function syllableCorpus(
  count: number,
  heldOut: number,
  general: readonly string[] = ['abc def gh'],
): CorpusText {
  const documents = syllableDocuments(count);
  const train = documents.slice(heldOut);
  const trainBytes = train.reduce((sum, text) => sum + text.length, 0);
  return {
    ...{ train, heldOut: documents.slice(0, heldOut), general },
    summary: { name: 'syllables', generalName: 'letters', trainDocuments: train.length, trainBytes },
  } as unknown as CorpusText;
}
