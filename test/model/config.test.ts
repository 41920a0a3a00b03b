import { describe, expect, it } from 'vitest';
import { parameterSpecs, parseConfig } from '../../src/model/index';

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

describe('config.json', () => {
  it('is read in the old and the new rotary style alike', () => {
    const old = parseConfig({ ...smol, rope_theta: 100000, rope_scaling: null });
    const current = parseConfig({ ...smol, rope_parameters: { rope_theta: 100000, rope_type: 'default' } });
    expect(old).toEqual(current);
    expect(old).toMatchObject({
      ropeTheta: 100000,
      headSize: 64,
      kvHeads: 3,
      layers: 30,
      tied: true,
      eosTokenIds: [0, 2],
    });
  });

  it('gives the parameter count of the published model', () => {
    const specs = parameterSpecs(parseConfig(smol));
    const count = specs.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
    expect(count).toBe(134515008);
    expect(specs).toHaveLength(30 * 9 + 2);
    expect(parameterSpecs(parseConfig({ ...smol, tie_word_embeddings: false })).at(-1)).toMatchObject({
      name: 'lm_head.weight',
      role: 'outputVocabulary',
    });
  });

  it.each([
    [{ model_type: 'gpt2' }, /model_type is "gpt2"/],
    [{ model_type: undefined }, /names no "model_type"/],
    [{ model_type: 'constructor' }, /model_type is "constructor"/],
    [{ architectures: ['LlamaForSequenceClassification'] }, /LlamaForSequenceClassification/],
    [{ hidden_act: 'gelu' }, /activation is "gelu"/],
    [{ attention_bias: true }, /attention_bias/],
    [{ mlp_bias: true }, /mlp_bias/],
    [{ rope_scaling: { type: 'linear', factor: 2 } }, /rope type "linear"/],
    [{ rope_parameters: { rope_type: 'llama3', rope_theta: 5e5 } }, /rope type "llama3"/],
    [{ quantization_config: { bits: 4 } }, /quantised/],
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
    [{ num_hidden_layers: 2 ** 31 - 1 }, 'num_hidden_layers'],
    [{ num_key_value_heads: 4 }, 'num_key_value_heads'],
    [{ hidden_size: 577 }, 'head_dim'],
    [{ tie_word_embeddings: 1 }, 'tie_word_embeddings'],
    [{ eos_token_id: 'end' }, 'eos_token_id'],
    [{ rope_parameters: 3 }, 'rope_parameters'],
  ])('names the field that is damaged: %o', (change, field) => {
    expect(() => parseConfig({ ...smol, ...change })).toThrow(
      expect.objectContaining({ code: 'model/bad-config', details: { field } }),
    );
  });
});
