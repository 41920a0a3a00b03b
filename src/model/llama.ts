/** The Llama family (Llama 2 and 3, SmolLM2, TinyLlama): every layer sees the whole document; biases where asked for. */
import {
  activationOf,
  architectureOf,
  attentionSizes,
  commonFields,
  flagOr,
  layerCount,
  numberOr,
  requiredSize,
  sizeOr,
  unsupported,
} from './config';
import { gatedDecoder } from './gatedDecoder';
import { readRope } from './rope';

export const llama = gatedDecoder((json) => {
  if ((json.pretraining_tp ?? 1) !== 1) throw unsupported('it has "pretraining_tp" other than 1');
  const sizes = attentionSizes(json);
  const layers = layerCount(json, 'num_hidden_layers');
  const contextLength = sizeOr(json, 'max_position_embeddings', 2048);
  const attentionBias = flagOr(json, 'attention_bias', false);
  return {
    modelType: 'llama',
    architecture: architectureOf(json, 'LlamaForCausalLM', ['LlamaModel']),
    ...commonFields(json, { tied: false }),
    ...sizes,
    intermediateSize: requiredSize(json, 'intermediate_size'),
    layers,
    normEpsilon: numberOr(json, 'rms_norm_eps', 1e-6),
    activation: activationOf(json, 'hidden_act', 'silu'),
    contextLength,
    learnedPositions: false,
    rope: readRope(json, { headSize: sizes.headSize, contextLength }),
    biases: { queryKeyValue: attentionBias, attentionOutput: attentionBias, mlp: flagOr(json, 'mlp_bias', false) },
    headNorms: false,
    windows: Array.from({ length: layers }, () => null),
  };
});
