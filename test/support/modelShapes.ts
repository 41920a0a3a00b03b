/** Models of published shapes without weights: for plans, which ask for sizes alone. */
import type { ModelWeights } from '../../src/lab/index';
import { parameterSpecs, parseConfig } from '../../src/model/index';

const common = { hidden_act: 'silu', tie_word_embeddings: true, rms_norm_eps: 1e-6 };

const configs = {
  'SmolLM2-135M': {
    ...{ model_type: 'llama', hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, vocab_size: 49152 },
    ...{ num_attention_heads: 9, num_key_value_heads: 3, max_position_embeddings: 8192, rope_theta: 100000 },
  },
  'Qwen2.5-0.5B': {
    ...{ model_type: 'qwen2', hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24, vocab_size: 151936 },
    ...{ num_attention_heads: 14, num_key_value_heads: 2, max_position_embeddings: 32768, rope_theta: 1e6 },
    use_sliding_window: false,
  },
  /** Of bench/trainStep. */
  '5.31 M': {
    ...{ model_type: 'llama', hidden_size: 256, intermediate_size: 704, num_hidden_layers: 4, vocab_size: 8192 },
    ...{ num_attention_heads: 4, num_key_value_heads: 4, max_position_embeddings: 256, rope_theta: 10000 },
  },
} as const;

export type ModelShape = keyof typeof configs;

/** Every tensor as `dtype`. */
export function modelOfShape(name: ModelShape, dtype: 'BF16' | 'F32' = 'BF16'): ModelWeights {
  const config = parseConfig({ ...common, ...configs[name] });
  const parameters = parameterSpecs(config);
  const tensors = new Map(parameters.map(({ name: tensor, shape }) => [tensor, { name: tensor, shape, dtype }]));
  return { checkpoint: { tensors }, config, parameters, notes: [] } as unknown as ModelWeights;
}
