/** A one-layer model of any family that is read, with random weights and a tokenizer of a few pieces. */
import { seeded } from '../writeBytes';
import { tensorToWrite, writeGguf, type MetadataToWrite, type TensorToWrite } from './writeGguf';

export const F32 = 0;
export const F16 = 1;
export const Q8_0 = 8;

export type Family = 'llama' | 'qwen2' | 'qwen3' | 'gemma3' | 'gpt2';

export const tiny = { hidden: 64, inner: 96, heads: 4, kvHeads: 2, headSize: 16, rows: 12, context: 32 } as const;

export const tinyTokenizer: Readonly<Record<string, MetadataToWrite>> = {
  'tokenizer.ggml.model': 'gpt2',
  'tokenizer.ggml.pre': 'gpt-2',
  'tokenizer.ggml.tokens': ['<|end|>', 'a', 'b', 'c', 'd', 'ab', 'cd', 'abcd', '\u0120', 'e', '[PAD10]', '[PAD11]'],
  'tokenizer.ggml.token_type': Int32Array.of(3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 5),
  'tokenizer.ggml.merges': ['a b', 'c d', 'ab cd'],
  'tokenizer.ggml.bos_token_id': { u32: 0 },
  'tokenizer.ggml.eos_token_id': { u32: 0 },
  'tokenizer.ggml.padding_token_id': { u32: 0xffffffff },
};

/** Tensors of a name that the family has stand in its place. */
export function tinyGguf(
  family: Family,
  changes: Readonly<Record<string, MetadataToWrite | undefined>> = {},
  moreTensors: readonly TensorToWrite[] = [],
): Uint8Array {
  const { hidden, inner, heads, kvHeads, headSize, context } = tiny;
  const isGpt2 = family === 'gpt2';
  const metadata: Record<string, MetadataToWrite | undefined> = {
    'general.architecture': family,
    'general.name': 'Tiny',
    'general.license': 'Apache-2.0',
    [`${family}.block_count`]: { u32: 1 },
    [`${family}.context_length`]: { u32: context },
    [`${family}.embedding_length`]: { u32: hidden },
    [`${family}.feed_forward_length`]: { u32: inner },
    [`${family}.attention.head_count`]: { u32: heads },
    ...(isGpt2
      ? { 'gpt2.attention.layer_norm_epsilon': { f32: 1e-5 } }
      : {
          [`${family}.attention.head_count_kv`]: { u32: kvHeads },
          [`${family}.attention.key_length`]: { u32: headSize },
          [`${family}.attention.value_length`]: { u32: headSize },
          [`${family}.attention.layer_norm_rms_epsilon`]: { f32: 1e-6 },
          [`${family}.rope.freq_base`]: { f32: 1e6 },
        }),
    ...(family === 'gemma3' ? { 'gemma3.attention.sliding_window': { u32: 16 } } : {}),
    ...tinyTokenizer,
    ...changes,
  };
  const kept = Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));
  const replaced = new Set(moreTensors.map(({ name }) => name));
  const tensors = tensorsOf(family).filter(({ name }) => !replaced.has(name));
  return writeGguf(kept as Record<string, MetadataToWrite>, [...tensors, ...moreTensors]);
}

const made = new Map<Family, readonly TensorToWrite[]>();

function tensorsOf(family: Family): readonly TensorToWrite[] {
  const next = seeded(7);
  const known = made.get(family);
  const tensors =
    known ?? tensorShapes(family).map(([name, shape, type]) => tensorToWrite(name, type ?? F32, shape, next));
  made.set(family, tensors);
  return tensors;
}

type Shape = readonly [name: string, shape: readonly number[], type?: number];

function tensorShapes(family: Family): Shape[] {
  const { hidden, inner, heads, kvHeads, headSize, rows, context } = tiny;
  const weight = (name: string, shape: readonly number[], type?: number): Shape => [
    `blk.0.${name}.weight`,
    shape,
    type,
  ];
  const bias = (name: string, length: number): Shape => [`blk.0.${name}.bias`, [length]];
  if (family === 'gpt2') {
    return [
      ['token_embd.weight', [rows, hidden]],
      ['position_embd.weight', [context, hidden]],
      weight('attn_norm', [hidden]),
      bias('attn_norm', hidden),
      weight('attn_qkv', [3 * hidden, hidden], F16),
      bias('attn_qkv', 3 * hidden),
      weight('attn_output', [hidden, hidden], Q8_0),
      bias('attn_output', hidden),
      weight('ffn_norm', [hidden]),
      bias('ffn_norm', hidden),
      weight('ffn_up', [inner, hidden]),
      bias('ffn_up', inner),
      weight('ffn_down', [hidden, inner]),
      bias('ffn_down', hidden),
      ['output_norm.weight', [hidden]],
      ['output_norm.bias', [hidden]],
    ];
  }
  return [
    ['token_embd.weight', [rows, hidden], Q8_0],
    weight('attn_norm', [hidden]),
    weight('attn_q', [heads * headSize, hidden], Q8_0),
    weight('attn_k', [kvHeads * headSize, hidden], F16),
    weight('attn_v', [kvHeads * headSize, hidden]),
    weight('attn_output', [hidden, heads * headSize]),
    weight('ffn_norm', [hidden]),
    weight('ffn_gate', [inner, hidden]),
    weight('ffn_up', [inner, hidden]),
    weight('ffn_down', [hidden, inner]),
    ...(family === 'qwen2'
      ? [bias('attn_q', heads * headSize), bias('attn_k', kvHeads * headSize), bias('attn_v', kvHeads * headSize)]
      : []),
    ...(family === 'qwen3' || family === 'gemma3'
      ? [weight('attn_q_norm', [headSize]), weight('attn_k_norm', [headSize])]
      : []),
    ...(family === 'gemma3' ? [weight('post_attention_norm', [hidden]), weight('post_ffw_norm', [hidden])] : []),
    ['output_norm.weight', [hidden]],
  ];
}
