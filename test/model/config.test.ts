import { describe, expect, it } from 'vitest';
import { inverseFrequencies, parameterSpecs, parseConfig, type GatedDecoderConfig } from '../../src/model/index';

const smol = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_act: 'silu',
  hidden_size: 576,
  intermediate_size: 1536,
  num_attention_heads: 9,
  num_hidden_layers: 30,
  num_key_value_heads: 3,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 8192,
  vocab_size: 49152,
  tie_word_embeddings: true,
  bos_token_id: 0,
  eos_token_id: [0, 2],
};

const llama3 = {
  ...smol,
  hidden_size: 2048,
  intermediate_size: 8192,
  num_attention_heads: 32,
  num_hidden_layers: 16,
  num_key_value_heads: 8,
  head_dim: 64,
  max_position_embeddings: 131072,
  vocab_size: 128256,
  rope_theta: 500000,
  rope_scaling: {
    factor: 32,
    high_freq_factor: 4,
    low_freq_factor: 1,
    original_max_position_embeddings: 8192,
    rope_type: 'llama3',
  },
};

const mistral = {
  architectures: ['MistralForCausalLM'],
  model_type: 'mistral',
  hidden_act: 'silu',
  hidden_size: 4096,
  intermediate_size: 14336,
  max_position_embeddings: 32768,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  sliding_window: 4096,
  tie_word_embeddings: false,
  vocab_size: 32000,
};

const qwen2 = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_act: 'silu',
  hidden_size: 896,
  intermediate_size: 4864,
  max_position_embeddings: 32768,
  max_window_layers: 21,
  num_attention_heads: 14,
  num_hidden_layers: 24,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000,
  sliding_window: 32768,
  tie_word_embeddings: true,
  use_sliding_window: false,
  vocab_size: 151936,
};

const qwen3 = {
  ...qwen2,
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  attention_bias: false,
  head_dim: 128,
  hidden_size: 1024,
  intermediate_size: 3072,
  max_position_embeddings: 40960,
  max_window_layers: 28,
  num_attention_heads: 16,
  num_hidden_layers: 28,
  num_key_value_heads: 8,
  rope_scaling: null,
  sliding_window: null,
};

const gpt2 = {
  activation_function: 'gelu_new',
  architectures: ['GPT2LMHeadModel'],
  attn_pdrop: 0.1,
  bos_token_id: 50256,
  eos_token_id: 50256,
  layer_norm_epsilon: 1e-5,
  model_type: 'gpt2',
  n_ctx: 1024,
  n_embd: 768,
  n_head: 12,
  n_layer: 12,
  n_positions: 1024,
  vocab_size: 50257,
};

const pythia = {
  architectures: ['GPTNeoXForCausalLM'],
  bos_token_id: 0,
  eos_token_id: 0,
  hidden_act: 'gelu',
  hidden_size: 512,
  intermediate_size: 2048,
  layer_norm_eps: 1e-5,
  max_position_embeddings: 2048,
  model_type: 'gpt_neox',
  num_attention_heads: 8,
  num_hidden_layers: 6,
  rotary_emb_base: 10000,
  rotary_pct: 0.25,
  tie_word_embeddings: false,
  use_parallel_residual: true,
  vocab_size: 50304,
};

/** As it was published, by transformers 4: no `tie_word_embeddings`, a pattern instead of a list of layers. */
const gemma3 = {
  architectures: ['Gemma3ForCausalLM'],
  attention_bias: false,
  attn_logit_softcapping: null,
  final_logit_softcapping: null,
  head_dim: 256,
  hidden_activation: 'gelu_pytorch_tanh',
  hidden_size: 640,
  intermediate_size: 2048,
  max_position_embeddings: 32768,
  model_type: 'gemma3_text',
  num_attention_heads: 4,
  num_hidden_layers: 18,
  num_key_value_heads: 1,
  query_pre_attn_scalar: 256,
  rms_norm_eps: 1e-6,
  rope_local_base_freq: 10000,
  rope_scaling: null,
  rope_theta: 1000000,
  sliding_window: 512,
  _sliding_window_pattern: 6,
  vocab_size: 262144,
};

const gemma3Layers = Array.from({ length: 18 }, (_, i) => ((i + 1) % 6 === 0 ? 'full_attention' : 'sliding_attention'));

describe('config.json', () => {
  it.each([
    ['SmolLM2 135M', smol, 134515008],
    ['Llama 3.2 1B', llama3, 1235814400],
    ['Mistral 7B', mistral, 7241732096],
    ['Qwen2.5 0.5B', qwen2, 494032768],
    ['Qwen3 0.6B', qwen3, 596049920],
    ['GPT-2', gpt2, 124439808],
    ['Pythia 70M', pythia, 70426624],
    ['Gemma 3 270M', gemma3, 268098176],
  ])('gives the parameter count of the published %s', (_, json, parameters) => {
    const specs = parameterSpecs(parseConfig(json));
    expect(specs.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)).toBe(
      parameters,
    );
  });

  it('says which tensors are the vocabulary, and leaves out a tied head', () => {
    expect(parameterSpecs(parseConfig(smol)).filter(({ role }) => role !== 'body')).toEqual([
      { name: 'model.embed_tokens.weight', shape: [49152, 576], role: 'inputVocabulary' },
    ]);
    expect(parameterSpecs(parseConfig({ ...smol, tie_word_embeddings: false })).at(-1)).toMatchObject({
      name: 'lm_head.weight',
      role: 'outputVocabulary',
    });
    const wpe = parameterSpecs(parseConfig(gpt2)).find(({ role }) => role === 'positions');
    expect(wpe).toEqual({ name: 'transformer.wpe.weight', shape: [1024, 768], role: 'positions' });
  });

  it('takes the names that the checkpoint has, where a family was published under several', () => {
    const names = (json: unknown, ...tensors: string[]) =>
      parameterSpecs(parseConfig(json, new Set(tensors))).map(({ name }) => name);
    expect(names(gpt2, 'wte.weight')).toContain('h.11.attn.c_attn.weight');
    expect(names(gpt2, 'transformer.wte.weight')).toContain('transformer.h.11.attn.c_attn.weight');
    expect(names(pythia, 'embed_out.weight').at(-1)).toBe('embed_out.weight');
    expect(names(pythia, 'lm_head.weight').at(-1)).toBe('lm_head.weight');
  });

  it('is read in the old and the new rotary style alike', () => {
    const old = parseConfig({ ...smol, rope_theta: 100000, rope_scaling: null });
    const current = parseConfig({ ...smol, rope_parameters: { rope_theta: 100000, rope_type: 'default' } });
    expect(old).toEqual(current);
    expect(old).toMatchObject({
      rope: { theta: 100000, rotarySize: 64, scaling: { type: 'default' } },
      headSize: 64,
      kvHeads: 3,
      layers: 30,
      tied: true,
      eosTokenIds: [0, 2],
    });
    const { rope_theta, rope_scaling, ...withoutRope } = llama3;
    const scaled = { ...withoutRope, rope_parameters: { ...rope_scaling, rope_theta } };
    expect(parseConfig(scaled)).toEqual(parseConfig(llama3));
    const linear = { rope_scaling: { type: 'linear', factor: 4 } };
    expect(parseConfig({ ...smol, ...linear })).toEqual(
      parseConfig({ ...smol, rope_parameters: { rope_type: 'linear', factor: 4, rope_theta: 10000 } }),
    );
    const neox = { rope_parameters: { rope_theta: 10000, rope_type: 'default', partial_rotary_factor: 0.25 } };
    expect(parseConfig({ ...pythia, rotary_emb_base: undefined, rotary_pct: undefined, ...neox })).toEqual(
      parseConfig(pythia),
    );
    const gemma = {
      rope_theta: undefined,
      rope_local_base_freq: undefined,
      _sliding_window_pattern: undefined,
      layer_types: gemma3Layers,
      rope_parameters: {
        full_attention: { rope_theta: 1000000, rope_type: 'default' },
        sliding_attention: { rope_theta: 10000, rope_type: 'default' },
      },
    };
    expect(parseConfig({ ...gemma3, ...gemma })).toEqual(parseConfig(gemma3));
  });

  it('scales the global layers of Gemma alone in the old style', () => {
    expect(parseConfig({ ...gemma3, rope_scaling: { rope_type: 'linear', factor: 8 } })).toMatchObject({
      tied: true,
      ropes: {
        global: { theta: 1000000, scaling: { type: 'linear', factor: 8 } },
        local: { theta: 10000, scaling: { type: 'default' } },
      },
    });
  });

  it('leaves short waves, divides long ones by the factor and goes over smoothly between, as Llama 3 does', () => {
    const { rope } = parseConfig(llama3) as GatedDecoderConfig;
    const plain = inverseFrequencies({ ...rope, scaling: { type: 'default' } });
    const ratios = inverseFrequencies(rope).map((frequency, i) => plain[i]! / frequency);
    expect(ratios[0]).toBe(1);
    expect(ratios.at(-1)).toBeCloseTo(32, 4);
    const between = ratios.filter((ratio) => ratio > 1.0001 && ratio < 31.999);
    expect(between.length).toBeGreaterThan(1);
    expect(ratios).toEqual([...ratios].sort((a, b) => a - b));
  });

  it.each([
    ['Mistral, all layers', mistral, Array(32).fill(4096)],
    ['Mistral without one', { ...mistral, sliding_window: null }, Array(32).fill(null)],
    ['Mistral that does not say', { ...mistral, sliding_window: undefined }, Array(32).fill(4096)],
    ['Qwen2, switched off', qwen2, Array(24).fill(null)],
    [
      'Qwen2, the upper layers',
      { ...qwen2, use_sliding_window: true, sliding_window: 64 },
      Array.from({ length: 24 }, (_, i) => (i < 21 ? null : 64)),
    ],
    ['Gemma, five of six', gemma3, gemma3Layers.map((type) => (type === 'full_attention' ? null : 512))],
    ['Llama', smol, Array(30).fill(null)],
  ])('gives each layer its sliding window: %s', (_, json, windows) => {
    expect((parseConfig(json) as GatedDecoderConfig).windows).toEqual(windows);
  });

  it.each([
    [{ model_type: 'rwkv' }, /model_type is "rwkv"/],
    [{ model_type: undefined }, /names no "model_type"/],
    [{ model_type: 'constructor' }, /model_type is "constructor"/],
    [{ model_type: 'gemma3' }, /model_type is "gemma3"/],
    [{ architectures: ['LlamaForSequenceClassification'] }, /LlamaForSequenceClassification/],
    [{ hidden_act: 'relu' }, /activation is "relu"/],
    [{ pretraining_tp: 2 }, /pretraining_tp/],
    [{ rope_scaling: { type: 'yarn', factor: 2 } }, /rope type "yarn"/],
    [{ rope_parameters: { rope_type: 'dynamic', rope_theta: 5e5 } }, /rope type "dynamic"/],
    [{ rope_parameters: { partial_rotary_factor: 0.5 } }, /partial_rotary_factor/],
    [{ rope_parameters: { full_attention: {} } }, /rope_parameters/],
    [{ quantization_config: { bits: 4 } }, /quantised/],
    [{ head_dim: 512 }, /512 dimensions/],
    [{ ...mistral, layer_types: ['full_attention'] }, /layer_types/],
    [{ ...qwen3, layer_types: Array(28).fill('linear_attention') }, /linear_attention/],
    [{ ...gpt2, add_cross_attention: true }, /add_cross_attention/],
    [{ ...gpt2, architectures: ['GPT2DoubleHeadsModel'] }, /GPT2DoubleHeadsModel/],
    [{ ...pythia, hidden_act: 'relu' }, /activation is "relu"/],
    [{ ...gemma3, final_logit_softcapping: 30 }, /final_logit_softcapping/],
    [{ ...gemma3, attn_logit_softcapping: 50 }, /attn_logit_softcapping/],
    [{ ...gemma3, use_bidirectional_attention: true }, /use_bidirectional_attention/],
    [{ ...gemma3, attention_bias: true }, /attention_bias/],
  ])('refuses what would be computed wrongly, by name: %o', (change, message) => {
    expect(() => parseConfig({ ...smol, ...change })).toThrow(
      expect.objectContaining({ code: 'model/unsupported', message: expect.stringMatching(message) }),
    );
  });

  it.each([
    [{ hidden_size: undefined }, 'hidden_size'],
    [{ vocab_size: -1 }, 'vocab_size'],
    [{ vocab_size: 2 ** 40 }, 'vocab_size'],
    [{ num_hidden_layers: '30' }, 'num_hidden_layers'],
    [{ num_hidden_layers: 2 ** 30 }, 'num_hidden_layers'],
    [{ num_hidden_layers: 2 ** 31 - 1 }, 'num_hidden_layers'],
    [{ num_key_value_heads: 4 }, 'num_key_value_heads'],
    [{ hidden_size: 577 }, 'head_dim'],
    [{ tie_word_embeddings: 1 }, 'tie_word_embeddings'],
    [{ eos_token_id: 'end' }, 'eos_token_id'],
    [{ rope_parameters: 3 }, 'rope_parameters'],
    [{ rope_theta: -1 }, 'rope_theta'],
    [{ rope_scaling: { type: 'linear' } }, 'factor'],
    [{ rope_scaling: { ...llama3.rope_scaling, high_freq_factor: 1 } }, 'high_freq_factor'],
    [{ ...gpt2, n_head: 5 }, 'n_head'],
    [{ ...pythia, rotary_pct: 0.02 }, 'partial_rotary_factor'],
    [{ ...qwen2, layer_types: ['full_attention'] }, 'layer_types'],
    [{ ...qwen2, layer_types: Array(24).fill('sliding_attention') }, 'use_sliding_window'],
    [{ ...gemma3, sliding_window: 0 }, 'sliding_window'],
  ])('names the field that is damaged: %o', (change, field) => {
    expect(() => parseConfig({ ...smol, ...change })).toThrow(
      expect.objectContaining({ code: 'model/bad-config', details: { field } }),
    );
  });
});
