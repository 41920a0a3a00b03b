/**
 * What the matrix of clients is made over: every family of models, each with a tokenizer that its published models have. No
 * client reads weights by the tokenizer, so that a family is not repeated with every one of them.
 */

const sizes = {
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-5,
};
const llama = { model_type: 'llama', architectures: ['LlamaForCausalLM'], ...sizes };
const llama3Rope = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
};

const neox = {
  model_type: 'gpt_neox',
  architectures: ['GPTNeoXForCausalLM'],
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  max_position_embeddings: 256,
  rotary_pct: 0.25,
  use_parallel_residual: true,
  tie_word_embeddings: false,
  bos_token_id: 0,
  eos_token_id: 0,
};
const neoxTokenizer = 'GPT-NeoX (GPT-2’s, with NFC)';

export interface Pair {
  /** A folder that the caller names, or of the published tokenizers. */
  readonly from: string;
  readonly tokenizer: string;
  readonly config: Readonly<Record<string, unknown>> & { readonly model_type: string };
  /** Of tensors for which the family has two names: the one in the files. */
  readonly named?: readonly string[];
}

/** By the name of the model's folder. The bundled model comes beside them. */
export const pairs: Readonly<Record<string, Pair>> = {
  llama3: {
    from: 'llama3',
    tokenizer: 'Llama 3',
    config: { ...llama, rope_theta: 500_000, rope_scaling: llama3Rope, tie_word_embeddings: false },
  },
  llama2: {
    from: 'llama2',
    tokenizer: 'Llama 2 (SentencePiece, without tokenizer.model)',
    config: { ...llama, rope_theta: 10_000, tie_word_embeddings: false },
  },
  smollm2: {
    from: 'smollm2',
    tokenizer: 'SmolLM2 (GPT-2’s class, single digits)',
    config: { ...llama, rope_theta: 10_000, tie_word_embeddings: true },
  },
  mistral: {
    from: 'mistral',
    tokenizer: 'Mistral (SentencePiece, with tokenizer.model)',
    config: {
      ...llama,
      model_type: 'mistral',
      architectures: ['MistralForCausalLM'],
      sliding_window: null,
      tie_word_embeddings: false,
    },
  },
  qwen2: {
    from: 'qwen3',
    tokenizer: 'Qwen',
    config: {
      model_type: 'qwen2',
      architectures: ['Qwen2ForCausalLM'],
      ...sizes,
      // The family has no size of its own for heads.
      head_dim: 8,
      rope_theta: 1_000_000,
      tie_word_embeddings: false,
    },
  },
  qwen3: {
    from: 'qwen3',
    tokenizer: 'Qwen',
    config: {
      model_type: 'qwen3',
      architectures: ['Qwen3ForCausalLM'],
      ...sizes,
      rope_theta: 1_000_000,
      tie_word_embeddings: true,
    },
  },
  gpt2: {
    from: 'gpt2',
    tokenizer: 'GPT-2',
    config: {
      model_type: 'gpt2',
      architectures: ['GPT2LMHeadModel'],
      n_embd: 32,
      n_layer: 2,
      n_head: 4,
      n_positions: 256,
      bos_token_id: 0,
      eos_token_id: 0,
    },
  },
  gpt_neox: { from: 'gpt_neox', tokenizer: neoxTokenizer, config: neox, named: ['embed_out.weight'] },
  gpt_neox5: { from: 'gpt_neox', tokenizer: neoxTokenizer, config: neox },
  gemma3: {
    from: 'gemma3',
    tokenizer: 'Gemma 3',
    config: {
      model_type: 'gemma3_text',
      architectures: ['Gemma3ForCausalLM'],
      ...sizes,
      num_hidden_layers: 7,
      sliding_window: 16,
      query_pre_attn_scalar: 16,
      tie_word_embeddings: true,
    },
  },
};
