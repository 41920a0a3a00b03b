/** Qwen3: Llama with norms on the query and key heads, whose size is not the hidden size shared out. */
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
} from './config';
import { gatedDecoder } from './gatedDecoder';
import { readRope } from './rope';
import { qwenWindows } from './windows';

export const qwen3 = gatedDecoder((json) => {
  const sizes = attentionSizes(json, 128);
  const layers = layerCount(json, 'num_hidden_layers');
  const contextLength = sizeOr(json, 'max_position_embeddings', 32768);
  const attentionBias = flagOr(json, 'attention_bias', false);
  return {
    modelType: 'qwen3',
    architecture: architectureOf(json, 'Qwen3ForCausalLM', ['Qwen3Model']),
    ...commonFields(json, { tied: false }),
    ...sizes,
    intermediateSize: requiredSize(json, 'intermediate_size'),
    layers,
    normEpsilon: numberOr(json, 'rms_norm_eps', 1e-6),
    activation: activationOf(json, 'hidden_act', 'silu'),
    contextLength,
    learnedPositions: false,
    rope: readRope(json, { headSize: sizes.headSize, contextLength }),
    biases: { queryKeyValue: attentionBias, attentionOutput: attentionBias, mlp: false },
    headNorms: true,
    windows: qwenWindows(json, layers),
  };
});
