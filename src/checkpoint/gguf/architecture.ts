/**
 * Model families as llama.cpp writes them into GGUF, one table row each: how tensors are called, which were reordered by
 * its converter (convert_hf_to_gguf.py), and the config.json that the metadata amounts to. Families without a row are
 * refused by name. What the lab can compute is decided later, by src/model.
 */
import type { GgufHeader } from './header';
import { gemma3Config, gpt2Config, gptNeoxConfig, llamaConfig, qwen2Config, qwen3Config } from './config';
import { ggufUnsupported } from './metadata';

/** How the stored rows differ from the checkpoint's. */
export type Layout =
  /** As they are. */
  | { readonly kind: 'plain' }
  /** Rows of each head interleaved for ggml's rotary embedding: i and i + headSize / 2 side by side. */
  | { readonly kind: 'rotary'; readonly heads: number }
  /** All queries, then all keys, then all values; the checkpoint has query, key and value head by head. */
  | { readonly kind: 'parts'; readonly heads: number }
  /** [out, in] where the checkpoint has [in, out]. */
  | { readonly kind: 'transposed' }
  /** Norm weights with 1 added. */
  | { readonly kind: 'plusOne' };

export interface HeadCounts {
  readonly heads: number;
  readonly kvHeads: number;
}

export interface Architecture {
  /** Hugging Face name of a tensor outside the layers, by GGUF name. */
  readonly outer: Readonly<Record<string, string>>;
  /** Hugging Face name inside a layer, by the part of the GGUF name between `blk.N.` and `.weight` or `.bias`. */
  readonly inner: Readonly<Record<string, string>>;
  /** What the head is called in some checkpoints; the name in `outer` is the one that is read. */
  readonly headAlias?: string;
  /** llama.cpp wants a head of its own, so that a tied model's matrix is in the file twice. */
  readonly ownHead?: true;
  /** With `#` for the layer's number. */
  readonly layerPrefix: string;
  /** @param heads is asked only where rows were reordered by head. */
  readonly layout: (name: string, heads: () => HeadCounts) => Layout;
  readonly config: (header: GgufHeader) => Record<string, unknown>;
}

const PLAIN: Layout = { kind: 'plain' };

const decoder = {
  outer: {
    'token_embd.weight': 'model.embed_tokens.weight',
    'output_norm.weight': 'model.norm.weight',
    'output.weight': 'lm_head.weight',
  },
  layerPrefix: 'model.layers.#.',
} as const;

const decoderLayer = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
} as const;

const headNorms = { attn_q_norm: 'self_attn.q_norm', attn_k_norm: 'self_attn.k_norm' } as const;

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  llama: {
    ...decoder,
    inner: decoderLayer,
    layout: (name, counts) => {
      const part = /^blk\.\d+\.attn_([qk])\./.exec(name);
      if (!part) return PLAIN;
      const { heads, kvHeads } = counts();
      return { kind: 'rotary', heads: part[1] === 'q' ? heads : kvHeads };
    },
    config: llamaConfig,
  },
  qwen2: { ...decoder, inner: decoderLayer, layout: () => PLAIN, config: qwen2Config },
  qwen3: { ...decoder, inner: { ...decoderLayer, ...headNorms }, layout: () => PLAIN, config: qwen3Config },
  gemma3: {
    ...decoder,
    inner: {
      ...decoderLayer,
      ...headNorms,
      post_attention_norm: 'post_attention_layernorm',
      ffn_norm: 'pre_feedforward_layernorm',
      post_ffw_norm: 'post_feedforward_layernorm',
    },
    layout: (name) => (name.endsWith('norm.weight') ? { kind: 'plusOne' } : PLAIN),
    config: gemma3Config,
  },
  gpt2: {
    outer: {
      'token_embd.weight': 'transformer.wte.weight',
      'position_embd.weight': 'transformer.wpe.weight',
      'output_norm.weight': 'transformer.ln_f.weight',
      'output_norm.bias': 'transformer.ln_f.bias',
      'output.weight': 'lm_head.weight',
    },
    inner: {
      attn_norm: 'ln_1',
      attn_qkv: 'attn.c_attn',
      attn_output: 'attn.c_proj',
      ffn_norm: 'ln_2',
      ffn_up: 'mlp.c_fc',
      ffn_down: 'mlp.c_proj',
    },
    layerPrefix: 'transformer.h.#.',
    layout: (name) =>
      /^blk\.\d+\.(attn_qkv|attn_output|ffn_up|ffn_down)\.weight$/.test(name) ? { kind: 'transposed' } : PLAIN,
    config: gpt2Config,
  },
  gptneox: {
    outer: {
      'token_embd.weight': 'gpt_neox.embed_in.weight',
      'output_norm.weight': 'gpt_neox.final_layer_norm.weight',
      'output_norm.bias': 'gpt_neox.final_layer_norm.bias',
      'output.weight': 'embed_out.weight',
    },
    headAlias: 'lm_head.weight',
    ownHead: true,
    inner: {
      attn_norm: 'input_layernorm',
      attn_qkv: 'attention.query_key_value',
      attn_output: 'attention.dense',
      ffn_norm: 'post_attention_layernorm',
      ffn_up: 'mlp.dense_h_to_4h',
      ffn_down: 'mlp.dense_4h_to_h',
    },
    layerPrefix: 'gpt_neox.layers.#.',
    layout: (name, counts) => (/^blk\.\d+\.attn_qkv\./.test(name) ? { kind: 'parts', heads: counts().heads } : PLAIN),
    config: gptNeoxConfig,
  },
};

/** Throws `checkpoint/gguf-unsupported`, naming the architecture. */
export function architectureOf({ metadata }: GgufHeader): Architecture {
  const name = metadata.needed('general.architecture', metadata.text('general.architecture'));
  if (Object.hasOwn(ARCHITECTURES, name)) return ARCHITECTURES[name]!;
  throw ggufUnsupported(
    metadata.file,
    `is of the architecture "${name.slice(0, 100)}"; ${Object.keys(ARCHITECTURES).join(', ')} are read from GGUF`,
  );
}

/** As the file states them. Throws `checkpoint/gguf-metadata`. */
export function headCounts({ metadata }: GgufHeader): HeadCounts {
  const prefix = metadata.text('general.architecture');
  const key = `${prefix}.attention.head_count`;
  const heads = metadata.needed(key, metadata.whole(key));
  return { heads, kvHeads: metadata.whole(`${prefix}.attention.head_count_kv`) ?? heads };
}

/** Undefined for one without a row in the table. */
export function architectureNamed(name: string): Architecture | undefined {
  return Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
}

/** The name in GGUF of a checkpoint's tensor; undefined for a tensor that the family does not have there. */
export function ggufName(architecture: Architecture, name: string): string | undefined {
  const { outer, inner, layerPrefix, headAlias } = architecture;
  if (name === headAlias) return 'output.weight';
  const found = Object.entries(outer).find(([, theirs]) => theirs === name);
  if (found) return found[0];
  const [before, after] = layerPrefix.split('#') as [string, string];
  const part = /^(\d{1,5})(.+)\.(weight|bias)$/.exec(name.startsWith(before) ? name.slice(before.length) : '');
  if (!part || !part[2]!.startsWith(after)) return undefined;
  const theirs = part[2]!.slice(after.length);
  const [ours] = Object.entries(inner).find(([, each]) => each === theirs) ?? [];
  return ours === undefined ? undefined : `blk.${part[1]}.${ours}.${part[3]}`;
}

/** Tables of rotary factors; config.json says the same in numbers (config.ts checks that it does). */
const DERIVED = /^(rope_freqs|rope_factors_(long|short)|blk\.\d+\.attn_rot_embd)\.weight$/;

/**
 * The checkpoint's name of a tensor; undefined for tables that it does not have. Throws `checkpoint/gguf-unsupported` for
 * a tensor that the family does not have: leaving it out would give another model.
 */
export function huggingFaceName(architecture: Architecture, name: string, file: string): string | undefined {
  const { outer, inner, layerPrefix } = architecture;
  if (Object.hasOwn(outer, name)) return outer[name];
  const part = /^blk\.(\d{1,5})\.(.+)\.(weight|bias)$/.exec(name);
  if (part && Object.hasOwn(inner, part[2]!)) {
    return `${layerPrefix.replace('#', part[1]!)}${inner[part[2]!]}.${part[3]}`;
  }
  if (DERIVED.test(name)) return undefined;
  throw ggufUnsupported(
    file,
    `has the tensor \`${name.slice(0, 100)}\`, which models of its architecture do not have here`,
  );
}
