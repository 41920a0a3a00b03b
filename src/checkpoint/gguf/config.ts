/**
 * config.json from GGUF metadata, in the style of transformers 4 (which 5 reads too). Sizes and constants are only those
 * that the file states; what llama.cpp assumes where a key is absent is assumed here as well, and said where it is.
 */
import type { GgufHeader } from './header';
import { ggufUnsupported, metadataError, type GgufMetadata } from './metadata';

type Config = Record<string, unknown>;

/** Keys of one architecture, without its prefix. */
class Keys {
  private readonly metadata: GgufMetadata;

  constructor(
    readonly header: GgufHeader,
    readonly architecture: string,
  ) {
    this.metadata = header.metadata;
  }

  get file(): string {
    return this.metadata.file;
  }

  whole(key: string): number {
    return this.metadata.needed(`${this.architecture}.${key}`, this.wholeOr(key, undefined));
  }

  wholeOr<T>(key: string, absent: T): number | T {
    return this.metadata.whole(`${this.architecture}.${key}`) ?? absent;
  }

  /** f32 in the file: the shortest decimal that is the same f32 (1e-5, not 9.999999747378752e-06). */
  numberOr<T>(key: string, absent: T): number | T {
    const value = this.metadata.number(`${this.architecture}.${key}`);
    return value === undefined ? absent : shortest(value);
  }

  number(key: string): number {
    return this.metadata.needed(`${this.architecture}.${key}`, this.numberOr(key, undefined));
  }

  text(key: string): string | undefined {
    return this.metadata.text(`${this.architecture}.${key}`);
  }

  flag(key: string): boolean {
    const name = `${this.architecture}.${key}`;
    return this.metadata.needed(name, this.metadata.flag(name));
  }

  has(tensor: string): boolean {
    return this.header.tensors.some(({ name }) => name === tensor);
  }

  /** Rows of the embedding matrix: `vocab_size` of a checkpoint. */
  get embeddingRows(): number {
    const embedding = this.header.tensors.find(({ name }) => name === 'token_embd.weight');
    if (embedding?.shape.length === 2) return embedding.shape[0]!;
    throw metadataError(this.file, 'has no matrix `token_embd.weight`', { tensor: 'token_embd.weight' });
  }

  /** Every size of a head has to be the one that config.json can state. */
  get headSize(): number {
    const size = this.wholeOr('attention.key_length', undefined);
    const values = this.wholeOr('attention.value_length', size);
    if (values !== size) throw ggufUnsupported(this.file, `has keys of ${size} and values of ${values} a head`);
    return size ?? this.whole('embedding_length') / this.whole('attention.head_count');
  }

  get tokens(): Config {
    const { metadata } = this;
    const id = (role: string): number | undefined => {
      const value = metadata.whole(`tokenizer.ggml.${role}_token_id`);
      // Some writers have 2^32 - 1 for "none".
      return value !== undefined && value < this.embeddingRows ? value : undefined;
    };
    const ends = [...new Set([id('eos'), id('eot')].filter((end) => end !== undefined))];
    return {
      ...optional('bos_token_id', id('bos')),
      ...optional('eos_token_id', ends.length > 1 ? ends : ends[0]),
      ...optional('pad_token_id', id('padding')),
    };
  }
}

function optional(key: string, value: unknown): Config {
  return value === undefined ? {} : { [key]: value };
}

function shortest(value: number): number {
  for (let digits = 1; digits < 10; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === Math.fround(value)) return candidate;
  }
  return value;
}

/** What llama, qwen2, qwen3 and gemma3 share. */
function decoderConfig(keys: Keys, modelType: string, className: string): Config {
  if (keys.wholeOr('expert_count', 0) !== 0) throw ggufUnsupported(keys.file, 'is a mixture of experts');
  return {
    architectures: [className],
    model_type: modelType,
    vocab_size: keys.embeddingRows,
    hidden_size: keys.whole('embedding_length'),
    intermediate_size: keys.whole('feed_forward_length'),
    num_hidden_layers: keys.whole('block_count'),
    num_attention_heads: keys.whole('attention.head_count'),
    num_key_value_heads: keys.wholeOr('attention.head_count_kv', keys.whole('attention.head_count')),
    head_dim: keys.headSize,
    max_position_embeddings: keys.whole('context_length'),
    rms_norm_eps: keys.number('attention.layer_norm_rms_epsilon'),
    // llama.cpp's own default as well.
    rope_theta: keys.numberOr('rope.freq_base', 10000),
    ...keys.tokens,
  };
}

export function llamaConfig(header: GgufHeader): Config {
  const keys = new Keys(header, 'llama');
  const config = decoderConfig(keys, 'llama', 'LlamaForCausalLM');
  const rotary = keys.wholeOr('rope.dimension_count', keys.headSize);
  if (rotary !== keys.headSize) {
    throw ggufUnsupported(keys.file, `rotates ${rotary} of ${keys.headSize} dimensions of a head`);
  }
  return {
    ...config,
    hidden_act: 'silu',
    attention_bias: keys.has('blk.0.attn_q.bias'),
    mlp_bias: keys.has('blk.0.ffn_up.bias'),
    rope_scaling: ropeScaling(keys),
  };
}

export function qwen2Config(header: GgufHeader): Config {
  const keys = new Keys(header, 'qwen2');
  return {
    ...decoderConfig(keys, 'qwen2', 'Qwen2ForCausalLM'),
    hidden_act: 'silu',
    use_sliding_window: false,
    rope_scaling: ropeScaling(keys),
  };
}

export function qwen3Config(header: GgufHeader): Config {
  const keys = new Keys(header, 'qwen3');
  return {
    ...decoderConfig(keys, 'qwen3', 'Qwen3ForCausalLM'),
    hidden_act: 'silu',
    attention_bias: keys.has('blk.0.attn_q.bias'),
    use_sliding_window: false,
    rope_scaling: ropeScaling(keys),
  };
}

export function gemma3Config(header: GgufHeader): Config {
  const keys = new Keys(header, 'gemma3');
  const config = decoderConfig(keys, 'gemma3_text', 'Gemma3ForCausalLM');
  // The one size whose queries are scaled by hidden size over heads is known to llama.cpp by its 62 layers too.
  const isLargest = keys.whole('block_count') === 62;
  return {
    ...config,
    hidden_activation: 'gelu_pytorch_tanh',
    attention_bias: false,
    query_pre_attn_scalar: isLargest
      ? keys.whole('embedding_length') / keys.whole('attention.head_count')
      : keys.headSize,
    sliding_window: keys.whole('attention.sliding_window'),
    sliding_window_pattern: keys.wholeOr('attention.sliding_window_pattern', 6),
    rope_theta: keys.numberOr('rope.freq_base', 1e6),
    rope_local_base_freq: keys.numberOr('rope.freq_base_swa', 10000),
    rope_scaling: ropeScaling(keys),
    attn_logit_softcapping: null,
    final_logit_softcapping: keys.numberOr('final_logit_softcapping', null),
  };
}

export function gpt2Config(header: GgufHeader): Config {
  const keys = new Keys(header, 'gpt2');
  const width = keys.whole('embedding_length');
  const inner = keys.whole('feed_forward_length');
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: keys.embeddingRows,
    n_embd: width,
    n_layer: keys.whole('block_count'),
    n_head: keys.whole('attention.head_count'),
    n_inner: inner === 4 * width ? null : inner,
    n_positions: keys.whole('context_length'),
    n_ctx: keys.whole('context_length'),
    layer_norm_epsilon: keys.number('attention.layer_norm_epsilon'),
    activation_function: 'gelu_new',
    ...keys.tokens,
  };
}

/** The file states an activation only where it is not the family's own (`hidden_activation`). */
export function gptNeoxConfig(header: GgufHeader): Config {
  const keys = new Keys(header, 'gptneox');
  return {
    architectures: ['GPTNeoXForCausalLM'],
    model_type: 'gpt_neox',
    vocab_size: keys.embeddingRows,
    hidden_size: keys.whole('embedding_length'),
    intermediate_size: keys.whole('feed_forward_length'),
    num_hidden_layers: keys.whole('block_count'),
    num_attention_heads: keys.whole('attention.head_count'),
    max_position_embeddings: keys.whole('context_length'),
    layer_norm_eps: keys.number('attention.layer_norm_epsilon'),
    hidden_act: keys.text('hidden_activation') ?? 'gelu',
    rotary_emb_base: keys.numberOr('rope.freq_base', 10000),
    rotary_pct: shareOf(keys.wholeOr('rope.dimension_count', keys.headSize), keys.headSize),
    rope_scaling: ropeScaling(keys),
    use_parallel_residual: keys.flag('use_parallel_residual'),
    attention_bias: keys.has('blk.0.attn_qkv.bias'),
    ...keys.tokens,
  };
}

/** Of which `whole` times it, cut to a whole number, is `part` again: 30 / 44 is no such share. */
function shareOf(part: number, whole: number): number {
  const share = part / whole;
  return Math.trunc(share * whole) === part ? share : (part + 1e-9) / whole;
}

/** null where positions are not scaled. Throws `checkpoint/gguf-unsupported` for kinds that the file does not state in full. */
function ropeScaling(keys: Keys): Config | null {
  const type = keys.text('rope.scaling.type');
  const factor = keys.numberOr('rope.scaling.factor', keys.numberOr('rope.scale_linear', 1));
  if (type !== undefined && type !== 'none' && type !== 'linear') {
    throw ggufUnsupported(keys.file, `scales its rotary embedding by "${type.slice(0, 40)}"`);
  }
  const { ropeFactors } = keys.header;
  if (ropeFactors) return llama3Scaling(keys, ropeFactors);
  return type === 'linear' && factor !== 1 ? { rope_type: 'linear', factor } : null;
}

/**
 * Llama 3.1 to 3.3: the file has only the resulting divisors of the frequencies, headSize / 2 of them. Their largest is
 * the factor; the other three constants are the same in all of those models, and the divisors have to follow from them.
 */
function llama3Scaling(keys: Keys, divisors: Float32Array): Config {
  const [low, high, original] = [1, 4, 8192];
  const factor = divisors.reduce((most, divisor) => Math.max(most, divisor), 1);
  const theta = keys.numberOr('rope.freq_base', 10000);
  const follow = divisors.every((divisor, i) => {
    const wavelength = 2 * Math.PI * theta ** ((2 * i) / keys.headSize);
    const smooth = (original / wavelength - low) / (high - low);
    const between = 1 / ((1 - smooth) / factor + smooth);
    const expected = wavelength < original / high ? 1 : wavelength > original / low ? factor : between;
    return Math.abs(divisor - expected) <= 1e-5 * expected;
  });
  if (!follow || divisors.length !== keys.headSize / 2) {
    throw ggufUnsupported(keys.file, 'scales its rotary embedding by a table that is not that of Llama 3');
  }
  return {
    rope_type: 'llama3',
    factor: shortest(factor),
    low_freq_factor: low,
    high_freq_factor: high,
    original_max_position_embeddings: original,
  };
}
